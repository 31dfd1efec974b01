"""A line of MONITOR.

What belongs here: its form, and what it says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Monitored", "monitored"]


@dataclass(frozen=True, slots=True)
class Monitored:
    """One command that the server was given: when (Unix seconds), in which database, by whom, and its words."""

    time: float
    db: int
    client: str
    words: list[bytes]


_LINE = re.compile(rb"(\d+\.\d+) \[(\d+) ([^\]]*(?:\][^\]]*)*?)\] (.*)", re.DOTALL)
_WORD = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|.)", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b"}


def monitored(line: bytes) -> Monitored:
    """A line of MONITOR, understood. Raises `ValueError`."""
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"no line of MONITOR: {line!r:.80}")
    words = [_ESCAPE.sub(_unescaped, word) for word in _WORD.findall(found[4])]
    return Monitored(float(found[1]), int(found[2]), found[3].decode("utf-8", "replace"), words)


def _unescaped(found: re.Match[bytes]) -> bytes:
    what = found[1]
    return bytes([int(what[1:], 16)]) if len(what) == 3 else _ESCAPES.get(what, what)
