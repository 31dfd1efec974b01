"""Replies of the commands of sorted sets: members with their scores, whose type the caller may choose.

What belongs here: what those commands return beyond a list of members, or of pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

from framewire.redis.client.shapes.basic import pairs, scored

__all__ = ["ScoreCast", "one_popped", "popped_scores", "ranked_as", "scored_as", "scores"]

ScoreCast: TypeAlias = Callable[[float], float]
"""What makes of a score what the caller gets, `int` for example. It gets a float, whatever the protocol."""


def scores(reply: Any) -> list[float | None]:
    """ZMSCORE: `None` for who is no member."""
    return [None if score is None else float(score) for score in reply]


def one_popped(reply: Any) -> tuple[Any, Any, float] | None:
    """BZPOPMIN and BZPOPMAX: the key, the member and its score; null where there was none."""
    if reply is None:
        return None
    key, member, score = reply
    return key, member, float(score)


def popped_scores(reply: Any) -> tuple[Any, list[tuple[Any, float]]] | None:
    """ZMPOP: from which key, and members with their scores; null where there was none."""
    return None if reply is None else (reply[0], scored(reply[1]))


@lru_cache(maxsize=64)  # the same function for the same cast: what is made of shapes is kept too
def scored_as(cast: ScoreCast) -> Callable[[Any], list[tuple[Any, Any]]]:
    """Members with what `cast` makes of their scores."""
    return scored if cast is float else lambda reply: [(member, cast(float(score))) for member, score in pairs(reply)]


@lru_cache(maxsize=64)
def ranked_as(cast: ScoreCast) -> Callable[[Any], tuple[int, Any] | None]:
    """ZRANK WITHSCORE: a rank, and what `cast` makes of the score; null for who is no member."""
    return lambda reply: None if reply is None else (reply[0], cast(float(reply[1])))
