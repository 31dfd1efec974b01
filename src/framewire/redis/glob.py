r"""Redis' glob patterns, as KEYS, PSUBSCRIBE and CONFIG GET use them.

What belongs here: from a pattern to a function that says whether a name matches. The language, over bytes:

    *        any bytes, also none          [a-c^]  one of these bytes; ranges may be given backwards
    ?        any one byte                  [^a-c]  one byte that is none of these
    \x       x itself, also inside [...]   the end of the pattern closes an open [...]

and one oddity of Redis that others rely on by now: an empty name matches the empty pattern only, not even `*`.

Patterns come from peers, so no pattern may be slow: a match takes O(len(name) x len(pattern)) at worst. That works
because what stands between two stars has a fixed length, so the first place where it fits is as good as any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

__all__ = ["Matcher", "compile_glob"]

Matcher: TypeAlias = Callable[[bytes], bool]

# A run is what stands together in a pattern: literal bytes, a number of "any byte", or one set of bytes.
_Run: TypeAlias = bytes | int | frozenset[int]

_CACHED_LENGTH = 256
_ALL_BYTES = frozenset(range(256))
_token = re.compile(
    rb"(?P<literal>[^*?\[\\]+)|(?P<stars>\*+)|(?P<any>\?+)|\\(?P<escaped>.)|(?P<open>\[)|\\\Z", re.DOTALL
)


def compile_glob(pattern: bytes) -> Matcher:
    """The matcher of `pattern`. O(len(pattern)); short patterns are remembered."""
    return _compile_cached(pattern) if len(pattern) <= _CACHED_LENGTH else _compile(pattern)


class _Segment:
    """What stands between two stars: runs, and their length together."""

    __slots__ = ("length", "runs")

    def __init__(self, runs: list[_Run]) -> None:
        self.runs = _join_literals(runs)
        self.length = sum(_length(run) for run in self.runs)

    def fits(self, name: bytes, position: int) -> bool:
        """Whether all runs match from `position` on; caller must know that `length` bytes are there."""
        for run in self.runs:
            if isinstance(run, bytes):
                if not name.startswith(run, position):
                    return False
            elif isinstance(run, frozenset) and name[position] not in run:
                return False
            position += _length(run)
        return True

    def find(self, name: bytes, start: int, end: int) -> int:
        """The first position in `start .. end` where it fits, or -1."""
        if len(self.runs) == 1 and isinstance(self.runs[0], bytes):
            return name.find(self.runs[0], start, end + self.length)
        for position in range(start, end + 1):
            if self.fits(name, position):
                return position
        return -1


def _compile(pattern: bytes) -> Matcher:
    segments = [_Segment(runs) for runs in _split(pattern)]
    if len(segments) == 1:
        return _match_whole(segments[0])
    return _match_parts(segments[0], segments[1:-1], segments[-1])


_compile_cached = lru_cache(maxsize=256)(_compile)


def _match_whole(segment: _Segment) -> Matcher:
    def match(name: bytes) -> bool:
        return len(name) == segment.length and segment.fits(name, 0)

    return match


def _match_parts(first: _Segment, middle: list[_Segment], last: _Segment) -> Matcher:
    """`first*middle*...*last`: the ends are anchored, each middle part is taken where it first fits."""
    shortest = first.length + sum(segment.length for segment in middle) + last.length

    def match(name: bytes) -> bool:
        if len(name) < shortest or not name or not first.fits(name, 0):
            return False
        position = first.length
        end = len(name) - last.length
        for segment in middle:
            position = segment.find(name, position, end - segment.length)
            if position < 0:
                return False
            position += segment.length
        return last.fits(name, end)

    return match


def _split(pattern: bytes) -> list[list[_Run]]:
    """The runs of each segment: at least one segment, and one more for each group of stars."""
    segments: list[list[_Run]] = [[]]
    position = 0
    while position < len(pattern):
        token = _token.match(pattern, position)
        assert token is not None, "every byte starts a token"
        position = token.end()
        kind, text = token.lastgroup, token.group()
        if kind == "stars":
            segments.append([])
        elif kind == "any":
            segments[-1].append(len(text))
        elif kind == "open":
            members, position = _parse_set(pattern, position)
            segments[-1].append(members)
        else:  # literal, escaped, or a backslash at the very end, which stands for itself
            segments[-1].append(token["escaped"] or text)
    return segments


def _parse_set(pattern: bytes, position: int) -> tuple[frozenset[int], int]:
    """The members of the set whose text starts at `position`, and the position behind its closing bracket."""
    negated = pattern.startswith(b"^", position)
    position += negated
    members: set[int] = set()
    while position < len(pattern):
        byte = pattern[position]
        if byte == 0x5C and position + 1 < len(pattern):  # a backslash
            members.add(pattern[position + 1])
            position += 2
        elif byte == 0x5D:  # the closing bracket, also as the first byte
            break
        elif position + 2 < len(pattern) and pattern[position + 1] == 0x2D:  # a hyphen makes a range, even up to "]"
            low, high = sorted((byte, pattern[position + 2]))
            members.update(range(low, high + 1))
            position += 3
        else:
            members.add(byte)
            position += 1
    return (_ALL_BYTES - members if negated else frozenset(members)), position + 1


def _length(run: _Run) -> int:
    if isinstance(run, bytes):
        return len(run)
    return run if isinstance(run, int) else 1


def _join_literals(runs: list[_Run]) -> list[_Run]:
    """Literals side by side (an escape splits them) become one."""
    joined: list[_Run] = []
    literal: list[bytes] = []
    for run in [*runs, 0]:
        if isinstance(run, bytes):
            literal.append(run)
            continue
        if literal:
            joined.append(b"".join(literal))
            literal = []
        if run != 0:
            joined.append(run)
    return joined
