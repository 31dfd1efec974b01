"""Requests that a user words: `execute("CLIENT", "LIST")`.

What belongs here: from words to a request, from a request to the words that the command table understands, and what may
not go over a link that others use too.
"""

from __future__ import annotations

from typing import Any, Never

from framewire.redis.client.errors import DataError, SharedLinkError
from framewire.redis.client.refusals import refusal
from framewire.redis.exchange.calls import Request

__all__ = ["check_shareable", "refuse_shared", "worded", "words_of"]


def worded(words: tuple[Any, ...]) -> tuple[Any, ...]:
    """The request: its name in capitals; a name of several words (`"CLIENT LIST"`) becomes several arguments.

    Raises `DataError` where there is no name.
    """
    if not words or not isinstance(words[0], (str, bytes)):
        raise DataError("a command begins with its name, str or bytes")
    name = words[0].encode() if isinstance(words[0], str) else words[0]
    names = name.upper().split()
    if not names:
        raise DataError("a command has a name")
    return (*names, *words[1:])


def words_of(request: Request) -> list[bytes]:
    """The request as the server sees it; O(1) for large arguments that are bytes already."""
    return [word if isinstance(word, bytes) else _as_bytes(word) for word in request]


def _as_bytes(word: Any) -> bytes:
    return bytes(word) if isinstance(word, (bytearray, memoryview)) else str(word).encode("utf-8", "surrogateescape")


def check_shareable(words: list[bytes]) -> None:
    """Raise `SharedLinkError` where the command changes what the server keeps of a link, or asks for that."""
    reason = refusal(words)
    if reason is not None:
        raise SharedLinkError(reason)
    if words[0].upper() in _ABOUT_ITS_LINK:
        refuse_shared(words)


_ABOUT_ITS_LINK = (b"WAIT", b"WAITAOF")


def refuse_shared(request: Request) -> Never:
    """Refuse what asks about earlier writes of its own link: nobody knows by which one it would go."""
    name = words_of(request)[0].decode("ascii", "replace").upper()
    raise SharedLinkError(f"{name} tells of the writes of its own link: use client.dedicated() or a pipeline instead")
