"""What LCS tells."""

from __future__ import annotations

from framewire.redis.client.shapes.strings import lcs_matches

MATCHES = [[[4, 7], [5, 8], 4], [[2, 3], [0, 1], 2]]


def test_matches_are_the_same_under_both_protocols() -> None:
    flat, map_ = [b"matches", MATCHES, b"len", 6], {b"matches": MATCHES, b"len": 6}
    assert lcs_matches(flat) == lcs_matches(map_) == {"matches": MATCHES, "len": 6}
