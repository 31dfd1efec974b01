"""Shapes that many commands share, and what a text view makes of bytes.

What belongs here: functions from a decoded reply to a Python value that are no one command's own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from framewire.frames.resp import Error, Push, Simple, Verbatim
from framewire.redis.client.errors import error_of_reply

__all__ = ["flag", "flags", "floating", "items", "mapping", "members", "ok", "pairs", "plain", "scored", "text_of",
           "texted"]  # fmt: skip


def ok(reply: Any) -> bool:
    """`True` for OK, `False` where the server did nothing and says so with null."""
    return reply is not None


def flag(reply: Any) -> bool:
    """A number, or RESP3's boolean, that says whether something was done or is so."""
    return bool(reply)


def flags(reply: Any) -> list[bool]:
    return [bool(item) for item in reply]


def floating(reply: Any) -> float | None:
    """A double: RESP3's own, or RESP2's text."""
    return None if reply is None else float(reply)


def mapping(reply: Any) -> dict[Any, Any]:
    """A map: RESP3's own, or RESP2's keys and values by turns."""
    if isinstance(reply, dict):
        return reply
    if reply and isinstance(reply[0], tuple):  # a map with keys that Python holds for equal, or cannot hash
        return dict(reply)
    return dict(zip(reply[::2], reply[1::2], strict=True))


def pairs(reply: Any) -> list[tuple[Any, Any]]:
    """Neighbours by twos: RESP2's flat list, or RESP3's list of lists."""
    if reply and isinstance(reply[0], (list, tuple)):
        return [(first, second) for first, second in reply]
    return list(zip(reply[::2], reply[1::2], strict=True))


def scored(reply: Any) -> list[tuple[Any, float]]:
    """Members with their scores."""
    return [(member, float(score)) for member, score in pairs(reply)]


def members(reply: Any) -> set[Any]:
    """A set: RESP3's own, or RESP2's list."""
    return reply if isinstance(reply, set) else set(reply)


def items(reply: Any) -> list[Any]:
    """A list, also where RESP3 has a set; its order says nothing then."""
    return reply if isinstance(reply, list) else list(reply)


def plain(reply: Any) -> Any:
    """Any reply as plain Python: simple strings and verbatim texts are bytes, errors inside are exceptions."""
    kind = type(reply)
    if kind is Simple or kind is Verbatim:
        return reply.data
    if kind is list:
        return [plain(item) for item in reply]
    if kind is dict:
        return {plain(key): plain(value) for key, value in reply.items()}
    if kind is set or kind is tuple:
        return kind(map(plain, reply))
    if kind is Error:
        return error_of_reply(reply.data)
    if kind is Push:
        return [plain(item) for item in reply.items]
    return reply


# -- text views -------------------------------------------------------------------------------------------------------


def text_of(value: Any) -> Any:
    """`value` with each `bytes` in it decoded as UTF-8; what is not UTF-8 survives as surrogate escapes."""
    kind = type(value)
    if kind is bytes:
        return value.decode("utf-8", "surrogateescape")
    if kind is list:
        return [text_of(item) for item in value]
    if kind is dict:
        return {text_of(key): text_of(item) for key, item in value.items()}
    if kind is tuple:
        return tuple(text_of(item) for item in value)
    if kind is set:
        return {text_of(item) for item in value}
    return value


@lru_cache(maxsize=1024)  # bounded, for shapes that are made for one call
def texted(shape: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    """The shape of a text view: `shape`, then text."""
    if shape is None:
        return text_of
    return lambda reply: text_of(shape(reply))
