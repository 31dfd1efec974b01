"""How requests are shown to people: quoted, without passwords, and cut where they are long.

What belongs here: what MONITOR and the slow log share. Nothing here knows a client.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

__all__ = ["printable", "quoted", "shortened", "without_secrets"]

_REDACTED = b"(redacted)"
_SECRET_PARAMETERS = (b"requirepass", b"masterauth", b"masteruser", b"tls-key-file-pass", b"tls-client-key-file-pass")
_ESCAPES = {
    **{bytes([code]): b"\\x%02x" % code for code in range(256)},
    b"\\": b"\\\\", b'"': b'\\"', b"\n": b"\\n", b"\r": b"\\r", b"\t": b"\\t", b"\a": b"\\a", b"\b": b"\\b",
}  # fmt: skip
_MOST_ARGUMENTS = 32
_MOST_BYTES = 128


def quoted(text: bytes) -> bytes:
    """`text` between quotes, with what is not printable ASCII escaped as in C."""
    return b'"' + re.sub(rb'[^ -~]|["\\]', lambda match: _ESCAPES[match[0]], text) + b'"'


def printable(text: str) -> str:
    """`text` on one line, as a terminal may show it: what cannot be seen, or turns the direction of a text, is escaped.

    So nobody's text can pass for a line of the log, or hide a part of one.
    """
    return "".join(char if char == " " or char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def without_secrets(request: Sequence[bytes]) -> list[bytes]:
    """The request with a placeholder for each password, and for the user names beside them."""
    name = request[0].lower()
    if name == b"auth":
        return [request[0], *[_REDACTED] * (len(request) - 1)]
    if name == b"hello":
        return _hidden_behind(request, 2, (b"auth",), 2)
    if name == b"migrate":
        return _hidden_behind(_hidden_behind(request, 6, (b"auth2",), 2), 6, (b"auth",), 1)
    if name == b"config" and len(request) > 3:
        return _hidden_behind(request, 2, _SECRET_PARAMETERS, 1)
    if name == b"acl" and len(request) > 2 and request[1].lower() == b"setuser":
        return [*request[:2], *[_REDACTED] * (len(request) - 2)]
    return list(request)


def _hidden_behind(request: Sequence[bytes], start: int, words: Collection[bytes], count: int) -> list[bytes]:
    """The `count` items behind each of `words` are hidden."""
    shown, hide = list(request[:start]), 0
    for item in request[start:]:
        shown.append(_REDACTED if hide else item)
        hide = hide - 1 if hide else count if item.lower() in words else 0
    return shown


def shortened(request: Sequence[bytes]) -> list[bytes]:
    """At most 32 items of at most 128 bytes, each cut saying how much is missing."""
    shown = [_cut(item) for item in request[:_MOST_ARGUMENTS]]
    if len(request) > _MOST_ARGUMENTS:
        shown[-1] = b"... (%d more arguments)" % (len(request) - _MOST_ARGUMENTS + 1)
    return shown


def _cut(item: bytes) -> bytes:
    if len(item) <= _MOST_BYTES:
        return item
    return b"%s... (%d more bytes)" % (item[:_MOST_BYTES], len(item) - _MOST_BYTES)
