"""Replies of the commands of strings that are no plain values.

What belongs here: what LCS tells of the parts that two strings share.
"""

from __future__ import annotations

from typing import Any, TypedDict

from framewire.redis.client.shapes.basic import mapping

__all__ = ["LcsMatches", "lcs_matches"]


class LcsMatches(TypedDict):
    """Where two strings are alike.

    matches: the parts, the last one first: `[[4, 7], [5, 8]]` says that bytes 4 to 7 of the first string are bytes 5 to
        8 of the second. A third item is its length, if that was asked for.
    len: the length of all parts together, those that were too short to be listed included.
    """

    matches: list[list[Any]]
    len: int


def lcs_matches(reply: Any) -> LcsMatches:
    """LCS IDX."""
    found = mapping(reply)
    return LcsMatches(matches=found[b"matches"], len=found[b"len"])
