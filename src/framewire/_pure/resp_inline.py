r"""Inline requests: one line of text, split into arguments by Redis' quoting rules.

What belongs here: the splitting, and nothing about where the line came from. Any byte may stand in an argument.

    between --anything else--> plain --blank--> between
       ^                         | " or '
       |                         v
       +-- blank or end -- closing quote <-- quoted

Inside double quotes a backslash makes `\n \r \t \b \a`, `\xHH`, or the byte after it; inside single quotes only `\'`.
What follows a closing quote must be a blank or the end, so a word has at most one quoted part, its last.
"""

from __future__ import annotations

import re

__all__ = ["split_inline"]

# \v and \f are blanks between words, but do not end a plain one: so it is in Redis.
BLANKS = re.compile(rb"[ \t\n\v\f\r]*")
WORD = re.compile(
    rb"""
    (?P<plain> [^"'\ \t\n\r]*+ )
    (?: " (?P<double> (?: [^"\\] | \\. )*+ ) "        (?= [\ \t\n\v\f\r] | \Z )
      | ' (?P<single> (?: [^'\\] | \\' | \\ )*+ ) '   (?= [\ \t\n\v\f\r] | \Z )
    )?
    """,
    re.DOTALL | re.VERBOSE,
)
ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"a": b"\a"}


def split_inline(line: bytes) -> list[bytes] | None:
    """The arguments of `line` (none for a blank one), or `None` where its quotes do not balance."""
    arguments: list[bytes] = []
    pos = _skip_blanks(line, 0)
    while pos < len(line):
        word = WORD.match(line, pos)
        assert word is not None  # each part of the pattern may be empty
        pos = word.end()
        if line[pos : pos + 1] in (b'"', b"'"):
            return None
        arguments.append(_join(word))
        pos = _skip_blanks(line, pos)
    return arguments


def _skip_blanks(line: bytes, pos: int) -> int:
    blanks = BLANKS.match(line, pos)
    return blanks.end() if blanks else pos


def _join(word: re.Match[bytes]) -> bytes:
    double = ESCAPE.sub(_unescape, word["double"] or b"")
    single = (word["single"] or b"").replace(b"\\'", b"'")
    return bytes(word["plain"] + double + single)


def _unescape(escape: re.Match[bytes]) -> bytes:
    if escape[1]:
        return bytes.fromhex(escape[1].decode())
    return ESCAPED.get(escape[2], escape[2])
