"""The two bounds of a range in a sorted set, as clients spell them: positions, scores, or members.

What belongs here: turning both into a `Range`, which finds positions in any set. `[a` and `(a` are members, with and
without `a` itself; `(1` is a score without those of 1; `-` and `+`, `-inf` and `inf` are the ends.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isnan, nextafter
from typing import Final, TypeAlias

from framewire.redis.server.commands.sorted_sets.scores import plain_number
from framewire.redis.server.parsing.arguments import require_int64
from framewire.redis.server.parsing.errors import CommandError
from framewire.redis.server.parsing.floats import parse_double
from framewire.redis.server.values.sorted_sets import SortedSetValue

__all__ = ["BY_LEX", "BY_RANK", "BY_SCORE", "By", "Range"]

Range: TypeAlias = Callable[[SortedSetValue, bool], tuple[int, int]]
"""From a set, and whether it is asked for from its end, to a range of positions, which count from the lowest score."""

By: TypeAlias = Callable[[bytes, bytes], Range]
"""From the lower and the upper bound to a `Range`; raises `CommandError`. Positions count from the asked-for end."""

_NOT_A_SCORE = b"ERR min or max is not a float"
_NOT_A_MEMBER = b"ERR min or max not valid string range item"
_SPACES = b" \t\n\v\f\r"


def _by_rank(first: bytes, last: bytes) -> Range:
    start, end = require_int64(first), require_int64(last)

    def find(zset: SortedSetValue, from_end: bool) -> tuple[int, int]:
        length = len(zset)
        low = max(start + length, 0) if start < 0 else start
        high = min(end + length if end < 0 else end, length - 1) + 1
        if low >= high:
            return 0, 0
        return (length - high, length - low) if from_end else (low, high)

    return find


def _by_score(lowest: bytes, highest: bytes) -> Range:
    low, high = _score_cut(lowest, False), _score_cut(highest, True)
    return lambda zset, from_end: zset.score_range(low, high)


def _by_lex(lowest: bytes, highest: bytes) -> Range:
    low, high = _member_cut(lowest, False), _member_cut(highest, True)
    return lambda zset, from_end: zset.lex_range(low, high, from_end=from_end)


BY_RANK: Final[By] = _by_rank
BY_SCORE: Final[By] = _by_score
BY_LEX: Final[By] = _by_lex


def _score_cut(text: bytes, is_upper: bool) -> float | None:
    """The least score that does not stand before the bound; `None` where all do."""
    excluded = text[:1] == b"("
    score = _scan_score(text[1:] if excluded else text)
    if score is None:
        raise CommandError(_NOT_A_SCORE)
    if excluded == is_upper:
        return score
    return None if score == inf else nextafter(score, inf)


def _scan_score(text: bytes) -> float | None:
    """As C's `strtod` alone reads it: spaces before it, nothing at all is 0, a NUL ends it, 1e999 is infinite."""
    score = plain_number(text)
    if score is not None:
        return score
    text = text.split(b"\0", 1)[0]
    if not text:
        return 0.0
    text = text.lstrip(_SPACES)
    score = parse_double(text)
    return _scan_out_of_range(text) if score is None else score


def _scan_out_of_range(text: bytes) -> float | None:
    if not text or b"_" in text or text[-1:].isspace():
        return None
    try:
        score = float(text)
    except ValueError:
        return None
    return None if isnan(score) else score


def _member_cut(text: bytes, is_upper: bool) -> bytes | None:
    """The least member that does not stand before the bound; `None` where all do."""
    kind = text[:1]
    if kind in (b"[", b"("):
        return text[1:] if (kind == b"(") == is_upper else text[1:] + b"\0"
    if text.split(b"\0", 1)[0] not in (b"-", b"+"):
        raise CommandError(_NOT_A_MEMBER)
    return b"" if kind == b"-" else None
