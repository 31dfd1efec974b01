"""Bitmaps: requests and results."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.bitmaps import Bitmaps
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

ROWS = [
    Row(lambda c: c.getbit("k", 7), "GETBIT k 7", 1),
    Row(lambda c: c.setbit("k", 7, 1), "SETBIT k 7 1", 0),
    Row(lambda c: c.setbit("k", 7, True), "SETBIT k 7 1", 0),
    Row(lambda c: c.bitcount("k"), "BITCOUNT k", 3),
    Row(lambda c: c.bitcount("k", 0, -1), "BITCOUNT k 0 -1", 3),
    Row(lambda c: c.bitcount("k", 0, 5, "BIT"), "BITCOUNT k 0 5 BIT", 3),
    Row(lambda c: c.bitpos("k", 1), "BITPOS k 1", -1),
    Row(lambda c: c.bitpos("k", 0, 2), "BITPOS k 0 2", 16),
    Row(lambda c: c.bitpos("k", 0, 2, 3), "BITPOS k 0 2 3", 16),
    Row(lambda c: c.bitpos("k", 1, 7, 15, "bit"), "BITPOS k 1 7 15 bit", 8),
    Row(lambda c: c.bitop("AND", "d", "a", b"b"), "BITOP AND d a b", 2),
    Row(lambda c: c.bitop("not", "d", "a"), "BITOP not d a", 2),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.setbit("k", 7, 2),
    lambda c: c.bitpos("k", -1),
    lambda c: c.bitcount("k", 1),
    lambda c: c.bitcount("k", end=1),
    lambda c: c.bitcount("k", mode="BIT"),
    lambda c: c.bitpos("k", 1, end=1),
    lambda c: c.bitpos("k", 1, 1, mode="BIT"),
    lambda c: c.bitop("AND", "d"),
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
    assert called_in(row.call for row in ROWS) >= methods_of(Bitmaps)
