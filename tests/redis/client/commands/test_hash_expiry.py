"""Fields of hashes that expire: requests and results."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from framewire.redis.client.commands.hash_expiry import HashDataPersistOptions, HashExpiry
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

LATER = datetime(2030, 1, 2, 3, 4, 5, 678_900, UTC)

ROWS = [
    Row(lambda c: c.hexpire("k", 10, "a", b"b"), "HEXPIRE k 10 FIELDS 2 a b", [1, -2]),
    Row(lambda c: c.hexpire("k", timedelta(minutes=2), "a", nx=True), "HEXPIRE k 120 NX FIELDS 1 a", [0]),
    Row(lambda c: c.hpexpire("k", 10, "a", xx=True), "HPEXPIRE k 10 XX FIELDS 1 a", [2]),
    Row(lambda c: c.hpexpire("k", timedelta(seconds=2.001), "a"), "HPEXPIRE k 2001 FIELDS 1 a", [2]),
    Row(lambda c: c.hexpireat("k", LATER, "a", gt=True), "HEXPIREAT k 1893553445 GT FIELDS 1 a", [1]),
    Row(lambda c: c.hpexpireat("k", LATER, "a", lt=True), "HPEXPIREAT k 1893553445678 LT FIELDS 1 a", [1]),
    Row(lambda c: c.hpersist("k", "a", "b"), "HPERSIST k FIELDS 2 a b", [1, -1]),
    Row(lambda c: c.hexpiretime("k", "a"), "HEXPIRETIME k FIELDS 1 a", [1893553445]),
    Row(lambda c: c.hpexpiretime("k", "a"), "HPEXPIRETIME k FIELDS 1 a", [1893553445678]),
    Row(lambda c: c.httl("k", "a"), "HTTL k FIELDS 1 a", [-1]),
    Row(lambda c: c.hpttl("k", "a"), "HPTTL k FIELDS 1 a", [-2]),
    Row(lambda c: c.hgetdel("k", "a", "b"), "HGETDEL k FIELDS 2 a b", [b"1", None]),
    Row(lambda c: c.hgetex("k", "a"), "HGETEX k FIELDS 1 a", [b"1"]),
    Row(lambda c: c.hgetex("k", "a", ex=5), "HGETEX k EX 5 FIELDS 1 a", [b"1"]),
    Row(lambda c: c.hgetex("k", "a", px=5), "HGETEX k PX 5 FIELDS 1 a", [b"1"]),
    Row(lambda c: c.hgetex("k", "a", exat=5), "HGETEX k EXAT 5 FIELDS 1 a", [b"1"]),
    Row(lambda c: c.hgetex("k", "a", pxat=5), "HGETEX k PXAT 5 FIELDS 1 a", [b"1"]),
    Row(lambda c: c.hgetex("k", "a", persist=True), "HGETEX k PERSIST FIELDS 1 a", [None]),
    Row(lambda c: c.hsetex("k", "f", "v"), "HSETEX k FIELDS 1 f v", 1, True),
    Row(lambda c: c.hsetex("k", mapping={"a": 1}, items=["b", 2], ex=9), "HSETEX k EX 9 FIELDS 2 b 2 a 1", 1, True),
    Row(lambda c: c.hsetex("k", "f", 1, data_persist_option="FNX"), "HSETEX k FNX FIELDS 1 f 1", 0, False),
    Row(
        lambda c: c.hsetex("k", "f", 1, data_persist_option=HashDataPersistOptions.FXX, keepttl=True),
        "HSETEX k FXX KEEPTTL FIELDS 1 f 1", 0, False,
    ),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.hexpire("k", 1),
    lambda c: c.hexpire("k", 1, "f", nx=True, gt=True),
    lambda c: c.hpexpire("k", 1, "f", gt=True, lt=True),
    lambda c: c.hexpireat("k", 1, "f", xx=True, nx=True),
    lambda c: c.hpexpireat("k", 1),
    lambda c: c.hpersist("k"),
    lambda c: c.httl("k"),
    lambda c: c.hpttl("k"),
    lambda c: c.hexpiretime("k"),
    lambda c: c.hpexpiretime("k"),
    lambda c: c.hgetdel("k"),
    lambda c: c.hgetex("k"),
    lambda c: c.hgetex("k", "f", ex=1, persist=True),
    lambda c: c.hsetex("k"),
    lambda c: c.hsetex("k", "f", "v", ex=1, keepttl=True),
    lambda c: c.hsetex("k", "f", "v", data_persist_option="NX"),
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
    assert called_in(row.call for row in ROWS) >= methods_of(HashExpiry)
