"""What searches for places tell."""

from __future__ import annotations

from itertools import chain, combinations
from typing import Any

import pytest

from framewire.redis.client.shapes.geo import hashes, places, positions

DETAILS: list[tuple[Any, Any, Any]] = [  # in RESP2, in RESP3, and what becomes of it
    (b"1.5", b"1.5", 1.5), (3_479_447_370_796_909, 3_479_447_370_796_909, 3_479_447_370_796_909),
    ([b"15.5", b"37.25"], [15.5, 37.25], (15.5, 37.25)),
]  # fmt: skip
WANTED = list(chain.from_iterable(combinations(DETAILS, count) for count in (1, 2, 3)))


@pytest.mark.parametrize("wanted", WANTED)
def test_details_are_told_apart_whichever_are_wanted(wanted: tuple[tuple[Any, Any, Any], ...]) -> None:
    for protocol in (0, 1):
        reply = [[name, *(detail[protocol] for detail in wanted)] for name in (b"x", b"12")]
        assert places(reply) == [[name, *(detail[2] for detail in wanted)] for name in (b"x", b"12")]


def test_places_that_are_not_there() -> None:
    assert positions([None, [b"1", b"2"]]) == positions([None, [1.0, 2.0]]) == [None, (1.0, 2.0)]
    assert hashes([b"sqc8b49rny0", None]) == ["sqc8b49rny0", None]
