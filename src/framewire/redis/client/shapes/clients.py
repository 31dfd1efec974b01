"""Shapes of what is said about links.

What belongs here: replies to PING and to the subcommands of CLIENT.
"""

from __future__ import annotations

import re
from typing import Any, Final, Generic, TypedDict

from framewire.frames.resp import Simple
from framewire.redis.client.definition import S
from framewire.redis.client.shapes.records import record, sorted_words, word

__all__ = ["Tracking", "client_info", "clients", "pong", "tracking"]

_INTEGER: Final = re.compile(r"-?\d+")

_WORDS: Final = frozenset(("name", "user", "addr", "laddr", "flags", "events", "cmd", "lib-name", "lib-ver", "capa"))
"""Fields that are words even where they look like numbers."""


class Tracking(TypedDict, Generic[S]):
    """How a link is tracked: sorted flags (`off`, `on`, `bcast`, ...), where to, and which prefixes of keys."""

    flags: list[str]
    redirect: int
    prefixes: list[S]


def pong(reply: Any) -> bool:
    """PONG; in RESP2 a link that listens to channels gets an array of it and nothing."""
    return reply in (Simple(b"PONG"), [b"pong", b""])


def _fields(line: str) -> dict[str, str]:
    """`id=3 addr=127.0.0.1:4711 name= ...`: values have no spaces."""
    return dict(field.partition("=")[::2] for field in line.split(" ") if field)


def client_info(reply: Any) -> dict[str, str | int]:
    return {name: _typed(name, value) for name, value in _fields(word(reply).rstrip()).items()}


def _typed(name: str, value: str) -> str | int:
    return int(value) if name not in _WORDS and _INTEGER.fullmatch(value) else value


def clients(reply: Any) -> list[dict[str, str]]:
    """A line for each."""
    return [_fields(line) for line in word(reply).split("\n") if line]


def tracking(reply: Any) -> dict[str, Any]:
    about = record(reply)
    about["flags"] = sorted_words(about["flags"])
    return about
