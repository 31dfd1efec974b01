"""Places: requests and results."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.geo import Geo
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

DETAILS_2 = [[b"x", b"1.5", 77, [b"13.5", b"38.25"]]]
DETAILS_3 = [[b"x", b"1.5", 77, [13.5, 38.25]]]
DETAILS = [[b"x", 1.5, 77, (13.5, 38.25)]]

ROWS = [
    Row(lambda c: c.geoadd("k", (13.5, 38.25, "x")), "GEOADD k 13.5 38.25 x", 1),
    Row(lambda c: c.geoadd("k", [1, 2, "x", 3, 4, "y"], nx=True, ch=True), "GEOADD k NX CH 1 2 x 3 4 y", 2),
    Row(lambda c: c.geoadd("k", [1, 2, "x"], xx=True), "GEOADD k XX 1 2 x", 0),
    Row(lambda c: c.geodist("k", "a", "b"), "GEODIST k a b", b"166274.1516", 166274.1516),
    Row(lambda c: c.geodist("k", "a", "b", "km"), "GEODIST k a b km", None),
    Row(lambda c: c.geohash("k", "a", "b"), "GEOHASH k a b", [b"sqc8b49rny0", None], ["sqc8b49rny0", None]),
    Row(
        lambda c: c.geopos("k", "a", "b"), "GEOPOS k a b",
        [[b"13.5", b"38.25"], None], [(13.5, 38.25), None], [[13.5, 38.25], None],
    ),
    Row(
        lambda c: c.geosearch("k", member="x", radius=5), "GEOSEARCH k FROMMEMBER x BYRADIUS 5 m", [b"x", b"y"]
    ),
    Row(
        lambda c: c.geosearch(
            "k", longitude=1, latitude=0, unit="km", width=5, height=6, sort="asc", count=2, any=True
        ),
        "GEOSEARCH k FROMLONLAT 1 0 BYBOX 5 6 km ASC COUNT 2 ANY", [],
    ),
    Row(
        lambda c: c.geosearch("k", "x", radius=5, withcoord=True, withdist=True, withhash=True),
        "GEOSEARCH k FROMMEMBER x BYRADIUS 5 m WITHDIST WITHHASH WITHCOORD", DETAILS_2, DETAILS, DETAILS_3,
    ),
    Row(
        lambda c: c.geosearch("k", "x", radius=5, sort="DESC", withhash=True),
        "GEOSEARCH k FROMMEMBER x BYRADIUS 5 m DESC WITHHASH", [[b"x", 5]],
    ),
    Row(
        lambda c: c.geosearchstore("d", "k", "x", radius=5, count=3),
        "GEOSEARCHSTORE d k FROMMEMBER x BYRADIUS 5 m COUNT 3", 2,
    ),
    Row(
        lambda c: c.geosearchstore("d", "k", "x", radius=5, storedist=True),
        "GEOSEARCHSTORE d k FROMMEMBER x BYRADIUS 5 m STOREDIST", 2,
    ),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.geoadd("k", []),
    lambda c: c.geoadd("k", [1, 2]),
    lambda c: c.geoadd("k", [1, 2, "x"], nx=True, xx=True),
    lambda c: c.geosearch("k", radius=1),
    lambda c: c.geosearch("k", longitude=1, radius=1),
    lambda c: c.geosearch("k", "x", longitude=1, latitude=2, radius=1),
    lambda c: c.geosearch("k", "x"),
    lambda c: c.geosearch("k", "x", width=1),
    lambda c: c.geosearch("k", "x", radius=1, width=1, height=1),
    lambda c: c.geosearch("k", "x", radius=1, any=True),
    lambda c: c.geosearch("k", "x", radius=1, sort="nearest"),
    lambda c: c.geosearchstore("d", "k", radius=1),
    lambda c: c.geosearchstore("d", "k", "x", radius=1, any=True),
]


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_requests_and_results(row: Row, protocol: int) -> None:
    check(row, protocol)


@pytest.mark.parametrize("call", WRONG)
def test_arguments_that_contradict_one_another(call: Call) -> None:
    with pytest.raises(DataError):
        call(Recorder())


def test_no_method_is_left_out() -> None:
    assert called_in(row.call for row in ROWS) >= methods_of(Geo)
