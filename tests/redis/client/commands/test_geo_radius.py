"""Places, searched in the older way: requests and results."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.geo_radius import GeoRadius
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

DETAILS_2 = [[b"x", b"1.5", 77, [b"13.5", b"38.25"]]]
DETAILS_3 = [[b"x", b"1.5", 77, [13.5, 38.25]]]
DETAILS = [[b"x", 1.5, 77, (13.5, 38.25)]]

ROWS = [
    Row(lambda c: c.georadius("k", 1.5, 2, 3), "GEORADIUS k 1.5 2 3 m", [b"x"]),
    Row(
        lambda c: c.georadius("k", 1, 2, 3, "km", withdist=True, withcoord=True, withhash=True, sort="ASC", count=1),
        "GEORADIUS k 1 2 3 km ASC COUNT 1 WITHDIST WITHHASH WITHCOORD", DETAILS_2, DETAILS, DETAILS_3,
    ),
    Row(lambda c: c.georadius("k", 1, 2, 3, store="d"), "GEORADIUS k 1 2 3 m STORE d", 2),
    Row(lambda c: c.georadius("k", 1, 2, 3, store_dist="d"), "GEORADIUS k 1 2 3 m STOREDIST d", 2),
    Row(
        lambda c: c.georadiusbymember("k", "x", 3, count=1, any=True),
        "GEORADIUSBYMEMBER k x 3 m COUNT 1 ANY", [b"x"],
    ),
    Row(
        lambda c: c.georadiusbymember("k", "x", 3, withdist=True), "GEORADIUSBYMEMBER k x 3 m WITHDIST",
        [[b"x", b"0.0000"]], [[b"x", 0.0]],
    ),
    Row(lambda c: c.georadiusbymember("k", "x", 3, store="d"), "GEORADIUSBYMEMBER k x 3 m STORE d", 2),
    Row(lambda c: c.georadius_ro("k", 1, 2, 3), "GEORADIUS_RO k 1 2 3 m", [b"x"]),
    Row(
        lambda c: c.georadius_ro("k", 1, 2, 3, withdist=True, withcoord=True, withhash=True),
        "GEORADIUS_RO k 1 2 3 m WITHDIST WITHHASH WITHCOORD", DETAILS_2, DETAILS, DETAILS_3,
    ),
    Row(
        lambda c: c.georadiusbymember_ro("k", "x", 3, "mi", sort="DESC"),
        "GEORADIUSBYMEMBER_RO k x 3 mi DESC", [b"x"],
    ),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.georadius("k", 1, 2, 3, store="d", store_dist="e"),
    lambda c: c.georadius("k", 1, 2, 3, withdist=True, store="d"),
    lambda c: c.georadius("k", 1, 2, 3, any=True),
    lambda c: c.georadius("k", 1, 2, 3, sort="up"),
    lambda c: c.georadiusbymember("k", "x", 3, store="d", store_dist="e"),
    lambda c: c.georadiusbymember("k", "x", 3, withcoord=True, store_dist="d"),
    lambda c: c.georadius_ro("k", 1, 2, 3, any=True),
    lambda c: c.georadiusbymember_ro("k", "x", 3, any=True),
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
    assert called_in(row.call for row in ROWS) >= methods_of(GeoRadius)
