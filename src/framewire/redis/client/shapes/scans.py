"""Replies of SCAN and its kin: a cursor to go on with, 0 at the end, and what was found.

What belongs here: a function for each kind of finding.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from framewire.redis.client.shapes.basic import mapping, scored
from framewire.redis.client.shapes.sorted_sets import ScoreCast, scored_as

__all__ = ["page_of_items", "page_of_pairs", "page_of_scores", "page_of_scores_as"]


def page_of_items(reply: Any) -> tuple[int, list[Any]]:
    """SCAN, SSCAN, HSCAN NOVALUES."""
    cursor, found = reply
    return int(cursor), list(found)


def page_of_pairs(reply: Any) -> tuple[int, dict[Any, Any]]:
    """HSCAN."""
    cursor, found = reply
    return int(cursor), mapping(found)


def page_of_scores(reply: Any) -> tuple[int, list[tuple[Any, float]]]:
    """ZSCAN."""
    cursor, found = reply
    return int(cursor), scored(found)


@lru_cache(maxsize=64)
def page_of_scores_as(cast: ScoreCast) -> Callable[[Any], tuple[int, list[tuple[Any, Any]]]]:
    """ZSCAN, with what `cast` makes of the scores."""
    shape = scored_as(cast)
    return lambda reply: (int(reply[0]), shape(reply[1]))
