"""The shape of INFO, and of CLUSTER INFO, which is written alike.

What belongs here: lines `name:value` become a dict.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from framewire.redis.client.shapes.records import word

__all__ = ["info", "lines_of", "typed"]

_RECORD: Final = re.compile(r"[\w.\-]+=[^,=]*(?:,[\w.\-]+=[^,=]*)*")
"""`keys=1,expires=0`. Paths and the like that have an equals sign are no records: their names would have a slash."""

_INTEGER: Final = re.compile(r"-?(?:0|[1-9]\d*)")
_FRACTION: Final = re.compile(r"-?\d+\.\d+")


def info(reply: Any) -> dict[str, Any]:
    """Records are dicts; numbers are numbers where they are written as such (a hash of zeros is a text)."""
    about: dict[str, Any] = {}
    for name, value in lines_of(reply):
        if name == "module":
            about.setdefault("modules", []).append(_record(value))
        else:
            about[name] = _record(value) if _RECORD.fullmatch(value) else typed(value)
    return about


def lines_of(reply: Any) -> Iterator[tuple[str, str]]:
    """Names and values; titles of sections and empty lines are left out."""
    for line in word(reply).split("\n"):
        name, colon, value = line.rstrip("\r").partition(":")
        if colon and not name.startswith("#"):
            yield name, value


def _record(value: str) -> dict[str, Any]:
    fields = (field.partition("=") for field in value.split(","))
    return {name: typed(text) for name, _, text in fields}


def typed(text: str) -> int | float | str:
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text
