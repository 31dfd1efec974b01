"""Shapes of what a server says about itself.

What belongs here: replies of the group "server" that are short; INFO has `info`, its counters have `observing`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from framewire.redis.client.shapes.basic import mapping, plain
from framewire.redis.client.shapes.records import record, word, words

__all__ = ["config", "debugged", "instant", "modules", "moment"]


def config(reply: Any) -> dict[str, str]:
    """Names and values of parameters."""
    return {word(name): word(value) for name, value in mapping(reply).items()}


def instant(reply: Any) -> tuple[int, int]:
    """Seconds and microseconds."""
    seconds, microseconds = reply
    return int(seconds), int(microseconds)


def moment(reply: Any) -> datetime:
    """A Unix time as local time without a zone."""
    return datetime.fromtimestamp(reply)


def modules(reply: Any) -> list[dict[str, Any]]:
    return [_module(item) for item in reply]


def _module(reply: Any) -> dict[str, Any]:
    module = {name: word(value) for name, value in record(plain(reply)).items()}
    if "args" in module:
        module["args"] = words(module["args"])
    return module


def debugged(reply: Any) -> dict[str, Any]:
    """`Value at:0x7f refcount:1 encoding:int ...`: names with values, of which the whole numbers are `int`.

    The first word is what it speaks of, under `type`.
    """
    kind, *fields = word(reply).split()
    about = dict(field.partition(":")[::2] for field in fields)
    return {"type": kind, **{name: _whole(value) for name, value in about.items()}}


def _whole(text: str) -> int | str:
    return int(text) if text.removeprefix("-").isdecimal() else text
