r"""Redis' glob patterns, as KEYS, PSUBSCRIBE and CONFIG GET use them.

What belongs here: from a pattern to a function that says whether a name matches. The language, over bytes:

    *        any bytes, also none          [a-c^]  one of these bytes; ranges may be given backwards
    ?        any one byte                  [^a-c]  one byte that is none of these
    \x       x itself, also inside [...]   the end of the pattern closes an open [...]

and one oddity of Redis that others rely on by now: an empty name matches the empty pattern only, not even `*`.

Patterns come from peers, so no pattern may be slow: a match takes O(len(name) x len(pattern)) at worst. That works
because what stands between two stars has a fixed length, so the first place where it fits is as good as any other.
And a long pattern is read only as far as names need it: each of its tokens but the star takes a byte of the name, so
names of twenty bytes are refused by twenty tokens, whatever follows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
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
    """The matcher of `pattern`. O(1) for long ones, see `_Unread`; short ones are compiled at once, and remembered."""
    return _compile_cached(pattern) if len(pattern) <= _CACHED_LENGTH else _Unread(pattern)


class _Unread:
    """The matcher of a long pattern, which is read token by token while names are as long as what was read."""

    __slots__ = ("_matcher", "_read", "_shortest", "_tokens")

    def __init__(self, pattern: bytes) -> None:
        self._tokens = _tokens(pattern)
        self._read: list[_Run | None] = []
        self._shortest = 0  # no shorter name can match, whatever was not read
        self._matcher: Matcher | None = None  # once all is read

    def __call__(self, name: bytes) -> bool:
        while self._matcher is None and self._shortest <= len(name):
            self._read_on()
        return self._matcher is not None and self._matcher(name)

    def _read_on(self) -> None:
        for token in self._tokens:
            self._read.append(token)
            self._shortest += 0 if token is None else _length(token)
            return
        self._matcher = _compile(self._read)


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


def _compile(tokens: Iterable[_Run | None]) -> Matcher:
    segments = [_Segment(runs) for runs in _split(tokens)]
    if len(segments) == 1:
        return _match_whole(segments[0])
    return _match_parts(segments[0], segments[1:-1], segments[-1])


@lru_cache(maxsize=256)
def _compile_cached(pattern: bytes) -> Matcher:
    return _compile(_tokens(pattern))


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


def _split(tokens: Iterable[_Run | None]) -> list[list[_Run]]:
    """The runs of each segment: at least one segment, and one more for each group of stars."""
    segments: list[list[_Run]] = [[]]
    for token in tokens:
        if token is None:
            segments.append([])
        else:
            segments[-1].append(token)
    return segments


def _tokens(pattern: bytes) -> Iterator[_Run | None]:
    """The runs of the pattern, one by one, and `None` for each group of stars."""
    position = 0
    while position < len(pattern):
        token = _token.match(pattern, position)
        assert token is not None, "every byte starts a token"
        position = token.end()
        kind, text = token.lastgroup, token.group()
        if kind == "stars":
            yield None
        elif kind == "any":
            yield len(text)
        elif kind == "open":
            members, position = _parse_set(pattern, position)
            yield members
        else:  # literal, escaped, or a backslash at the very end, which stands for itself
            yield token["escaped"] or text


# A hyphen makes a range, even one up to "]"; a backslash takes what follows it, or stands for itself at the very end.
_set_body = re.compile(rb"(?:\\.|[^\]]-.|[^\]])*+", re.DOTALL)
_set_items = re.compile(rb"\\(.)|([^\]])-(.)|([^\]])", re.DOTALL)


def _parse_set(pattern: bytes, position: int) -> tuple[frozenset[int], int]:
    """The members of the set whose text starts at `position`, and the position behind its closing bracket."""
    negated = pattern.startswith(b"^", position)
    body = _set_body.match(pattern, position + negated)
    assert body is not None, "it matches nothing, too"
    members = _members(body.group())
    return (_ALL_BYTES - members if negated else members), body.end() + 1


def _members(body: bytes) -> frozenset[int]:
    if b"-" not in body and b"\\" not in body:
        return frozenset(body)
    members: set[int] = set()
    for escaped, low, high, byte in set(_set_items.findall(body)):
        if low:
            first, last = sorted((low[0], high[0]))
            members.update(range(first, last + 1))
        else:
            members.update(escaped or byte)
    return frozenset(members)


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
