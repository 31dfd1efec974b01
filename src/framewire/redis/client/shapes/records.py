"""Texts and records: what a server says in words of its own, with the names of fields fixed by its protocol.

What belongs here: names of fields are `str` in every view; values are as they came, unless a function says otherwise.
"""

from __future__ import annotations

from typing import Any

from framewire.frames.resp import Simple, Verbatim
from framewire.redis.client.shapes.basic import mapping

__all__ = ["number", "record", "records", "rows", "sorted_words", "word", "words"]


def word(reply: Any) -> Any:
    """A text as `str`, whatever it came as. What is none stays as it is: null, numbers."""
    kind = type(reply)
    if kind is Simple or kind is Verbatim:
        reply, kind = reply.data, bytes
    return reply.decode("utf-8", "surrogateescape") if kind is bytes else reply


def words(reply: Any) -> list[Any]:
    """A list of texts."""
    return [word(item) for item in reply]


def sorted_words(reply: Any) -> list[str]:
    """RESP3's set, or RESP2's list: in one order under both."""
    return sorted(words(reply))


def number(reply: Any) -> Any:
    """RESP3's double, or RESP2's text of one; a text that is no number is a `str`."""
    text = word(reply)
    try:
        return float(text) if isinstance(text, str) else text
    except ValueError:
        return text


def record(reply: Any) -> dict[str, Any]:
    """A map whose keys are names of fields."""
    return {word(name): value for name, value in mapping(reply).items()}


def records(reply: Any) -> list[dict[str, Any]]:
    return [record(item) for item in reply]


def rows(reply: Any) -> list[tuple[Any, ...]]:
    """Lists of a fixed length."""
    return [tuple(item) for item in reply]
