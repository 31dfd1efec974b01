r"""A typed line into words, as redis-cli reads it.

What belongs here: the rules of quoting. Words are separated by white space. Between double quotes `\n`, `\r`, `\t`,
`\b`, `\a` and `\xff` are what they are in C, and a backslash before anything else stands for that itself; between
single quotes only `\'` is special. Behind a closing quote the word ends. Source: the documentation of redis-cli,
"String quoting and escaping".
"""

from __future__ import annotations

import re

__all__ = ["Unbalanced", "partial_words", "split_words", "unquoted"]

_SPACE = b" \t\n\v\f\r"
_ESCAPED = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"a": b"\a"}

_WORD = re.compile(
    rb"""(?P<plain>[^\s"']*)
    (?: "(?P<double>(?:[^"\\]|\\.)*)" | '(?P<single>(?:[^'\\]|\\'|\\(?!'))*)' )?
    (?P<more>.?)""",
    re.DOTALL | re.VERBOSE,
)
"""A word: what stands before a quote, what stands between quotes, and the next byte, which must be space."""


class Unbalanced(ValueError):
    """A quote is not closed, or something follows on a closing one."""


def split_words(line: bytes) -> list[bytes]:
    """The words of `line`. Linear in its length. Raises `Unbalanced`."""
    words, rest = _split(line)
    if rest is not None:
        raise Unbalanced("a quote is not closed, or no space follows on a closing one")
    return words


def partial_words(line: bytes) -> tuple[list[bytes], bytes]:
    """The words of a line that is being typed: those that are complete, and the one that is not (empty behind a space).

    Never raises: what begins with a quote that is not closed is one word, as it stands.
    """
    words, rest = _split(line)
    if rest is not None:
        return words, rest
    if not words or line[-1:] in _SPACE:
        return words, b""
    return words[:-1], words[-1]


def _split(line: bytes) -> tuple[list[bytes], bytes | None]:
    """The words, and what stands from the first on that is unbalanced; `None` where none is."""
    words: list[bytes] = []
    place = _skip_space(line, 0)
    while place < len(line):
        found = _WORD.match(line, place)
        assert found is not None
        if found["more"] and found["more"] not in _SPACE:
            return words, line[place:]
        words.append(found["plain"] + _meant(found["double"], found["single"]))
        place = _skip_space(line, found.end())
    return words, None


def unquoted(word: bytes) -> bytes:
    """What a word of the shell means that may itself be quoted. Raises `Unbalanced` where it is not one word."""
    words = split_words(word)
    if len(words) != 1:
        raise Unbalanced(f"{len(words)} words where one is wanted")
    return words[0]


def _skip_space(line: bytes, place: int) -> int:
    while place < len(line) and line[place] in _SPACE:
        place += 1
    return place


def _meant(double: bytes | None, single: bytes | None) -> bytes:
    if double is not None:
        return _ESCAPED.sub(_unescaped, double)
    return (single or b"").replace(b"\\'", b"'")


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found[1] is not None:
        return bytes([int(found[1], 16)])
    return _LETTERS.get(found[2], found[2])
