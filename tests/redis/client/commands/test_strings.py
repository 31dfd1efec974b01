"""Strings: requests and results."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from framewire.redis.client.commands.strings import Strings
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import OK, Call, Recorder, Row, called_in, check, methods_of

LATER = datetime(2030, 1, 2, 3, 4, 5, 678_900, UTC)

ROWS = [
    Row(lambda c: c.get("k"), "GET k", b"v"),
    Row(lambda c: c.get(b"k"), "GET k", None),
    Row(lambda c: c.set("k", "v"), "SET k v", OK, True),
    Row(lambda c: c.set("k", 1.5), "SET k 1.5", None, False),
    Row(lambda c: c.set("k", 1, ex=3), "SET k 1 EX 3", OK, True),
    Row(lambda c: c.set("k", 1, ex=timedelta(minutes=1)), "SET k 1 EX 60", OK, True),
    Row(lambda c: c.set("k", 1, px=timedelta(milliseconds=1001)), "SET k 1 PX 1001", OK, True),
    Row(lambda c: c.set("k", 1, px=20, nx=True), "SET k 1 PX 20 NX", None, False),
    Row(lambda c: c.set("k", 1, exat=LATER), "SET k 1 EXAT 1893553445", OK, True),
    Row(lambda c: c.set("k", 1, pxat=LATER, xx=True), "SET k 1 PXAT 1893553445678 XX", OK, True),
    Row(lambda c: c.set("k", 1, pxat=7), "SET k 1 PXAT 7", OK, True),
    Row(lambda c: c.set("k", 1, exat=8), "SET k 1 EXAT 8", OK, True),
    Row(lambda c: c.set("k", 1, keepttl=True), "SET k 1 KEEPTTL", OK, True),
    Row(lambda c: c.set("k", 1, get=True), "SET k 1 GET", b"old"),
    Row(lambda c: c.set("k", 1, get=True, nx=True), "SET k 1 NX GET", None),
    Row(lambda c: c.setnx("k", 1), "SETNX k 1", 0, False),
    Row(lambda c: c.setex("k", 3, "v"), "SETEX k 3 v", OK, True),
    Row(lambda c: c.setex("k", timedelta(hours=1), "v"), "SETEX k 3600 v", OK, True),
    Row(lambda c: c.psetex("k", 3, "v"), "PSETEX k 3 v", OK, True),
    Row(lambda c: c.getset("k", "v"), "GETSET k v", b"old"),
    Row(lambda c: c.getdel("k"), "GETDEL k", b"v"),
    Row(lambda c: c.getex("k"), "GETEX k", b"v"),
    Row(lambda c: c.getex("k", ex=1), "GETEX k EX 1", b"v"),
    Row(lambda c: c.getex("k", pxat=LATER), "GETEX k PXAT 1893553445678", None),
    Row(lambda c: c.getex("k", persist=True), "GETEX k PERSIST", b"v"),
    Row(lambda c: c.mget("a"), "MGET a", [None]),
    Row(lambda c: c.mget("a", "b"), "MGET a b", [b"1", None]),
    Row(lambda c: c.mget(["a", b"b"]), "MGET a b", [b"1", b"2"]),
    Row(lambda c: c.mget(("a",), "b"), "MGET a b", [b"1", b"2"]),
    Row(lambda c: c.mset({"a": 1, b"b": b"2"}), "MSET a 1 b 2", OK, True),
    Row(lambda c: c.msetnx({"a": 1}), "MSETNX a 1", 1, True),
    Row(lambda c: c.incr("k"), "INCRBY k 1", 2),
    Row(lambda c: c.incrby("k", -3), "INCRBY k -3", -1),
    Row(lambda c: c.decr("k", 4), "DECRBY k 4", -5),
    Row(lambda c: c.decrby("k"), "DECRBY k 1", -6),
    Row(lambda c: c.incrbyfloat("k", 0.5), "INCRBYFLOAT k 0.5", b"1.5", 1.5),
    Row(lambda c: c.append("k", "v"), "APPEND k v", 1),
    Row(lambda c: c.strlen("k"), "STRLEN k", 1),
    Row(lambda c: c.getrange("k", 0, -1), "GETRANGE k 0 -1", b"v"),
    Row(lambda c: c.substr("k", 1), "SUBSTR k 1 -1", b""),
    Row(lambda c: c.setrange("k", 2, "v"), "SETRANGE k 2 v", 3),
    Row(lambda c: c.lcs("a", "b"), "LCS a b", b"mytext"),
    Row(lambda c: c.lcs("a", "b", len=True), "LCS a b LEN", 6),
    Row(
        lambda c: c.lcs("a", "b", idx=True), "LCS a b IDX",
        {b"matches": [[[4, 7], [5, 8]]], b"len": 6}, {"matches": [[[4, 7], [5, 8]]], "len": 6},
    ),
    Row(
        lambda c: c.lcs("a", "b", idx=True, minmatchlen=4, withmatchlen=True), "LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN",
        {b"matches": [], b"len": 6}, {"matches": [], "len": 6},
    ),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.set("k", 1, ex=1, px=1),
    lambda c: c.set("k", 1, ex=0, keepttl=True),
    lambda c: c.set("k", 1, exat=1, pxat=1),
    lambda c: c.set("k", 1, nx=True, xx=True),
    lambda c: c.getex("k", ex=1, persist=True),
    lambda c: c.getex("k", ex=1, exat=1),
    lambda c: c.mget([]),
    lambda c: c.mset({}),
    lambda c: c.msetnx({}),
    lambda c: c.lcs("a", "b", len=True, idx=True),
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
    assert called_in(row.call for row in ROWS) >= methods_of(Strings)
