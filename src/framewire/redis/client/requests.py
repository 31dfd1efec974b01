"""Requests that a user words: `execute("CLIENT", "LIST")`.

What belongs here: from words to a request, and which of them may go over a link that others use too.
"""

from __future__ import annotations

from typing import Any

from framewire.redis.client.errors import DataError

__all__ = ["worded"]


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
