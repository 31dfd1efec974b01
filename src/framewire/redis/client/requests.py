"""Requests that a user words: `execute("CLIENT", "LIST")`.

What belongs here: from words to a request, from a request to the words that the command table understands, and what may
not go over a link that others use too.
"""

from __future__ import annotations

from typing import Any, Never

from framewire.redis.client.errors import DataError, SharedLinkError
from framewire.redis.client.refusals import refusal
from framewire.redis.exchange.calls import Request
from framewire.redis.exchange.knowledge import payload_of

__all__ = ["check_shareable", "name_of", "refuse_changes", "refuse_shared", "worded", "words_of"]


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


def name_of(request: Request) -> str:
    """The first word of it, as a message names it."""
    return words_of(request[:1])[0].decode("utf-8", "replace")


def _as_bytes(word: Any) -> bytes:
    try:
        return payload_of(word)
    except (TypeError, ValueError):  # it has no form on the wire: this is about what is refused then
        return str(word).encode("utf-8", "backslashreplace")


def check_shareable(words: list[bytes]) -> None:
    """Raise `SharedLinkError` where the command changes what the server keeps of a link, or asks for that."""
    refuse_changes(words)
    if words[0].upper() in _ABOUT_ITS_LINK:
        refuse_shared(words)


def refuse_changes(words: list[bytes]) -> None:
    """Raise `SharedLinkError` where the command changes what the server keeps of a link."""
    reason = refusal(words)
    if reason is not None:
        raise SharedLinkError(reason)


_ABOUT_ITS_LINK = (b"WAIT", b"WAITAOF")


def refuse_shared(request: Request) -> Never:
    """Refuse what asks about earlier writes of its own link: nobody knows by which one it would go."""
    name = words_of(request)[0].decode("ascii", "replace").upper()
    raise SharedLinkError(f"{name} tells of the writes of its own link: use client.dedicated() or a pipeline instead")
