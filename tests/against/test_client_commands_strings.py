"""Methods of strings, bitmaps and HyperLogLogs on every server, under both protocols, and beside redis-py."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.bit_fields import BitFields
from framewire.redis.client.commands.bitmaps import Bitmaps
from framewire.redis.client.commands.hyperloglogs import HyperLogLogs
from framewire.redis.client.commands.strings import Strings
from tests.against.client_calls import Address, Scenario, called, compare_on, play_on
from tests.redis.client.commands.asking import methods_of
from tests.redis.client.redis_py import OTHER_RESULTS

SCENARIOS = [
    Scenario("strings", [
        (lambda c: c.get("a"), None),
        (lambda c: c.set("a", "1"), True),
        (lambda c: c.set("a", b"2", nx=True), False),
        (lambda c: c.set("b", 3, xx=True), False),
        (lambda c: c.set("a", 2, get=True), b"1"),
        (lambda c: c.set("c", 1.5, ex=100), True),
        (lambda c: c.set("c", 2.5, keepttl=True), True),
        (lambda c: c.set("c", 2.5, px=100_000, xx=True), True),
        (lambda c: c.set("c", 2.5, exat=4_000_000_000), True),
        (lambda c: c.set("c", 2.5, pxat=4_000_000_000_000), True),
        (lambda c: c.get("c"), b"2.5"),
        (lambda c: c.getex("c", ex=5), b"2.5"),
        (lambda c: c.getex("c", persist=True), b"2.5"),
        (lambda c: c.getex("nowhere"), None),
        (lambda c: c.getset("a", "new"), b"2"),
        (lambda c: c.getset("d", "new"), None),
        (lambda c: c.getdel("d"), b"new"),
        (lambda c: c.getdel("d"), None),
        (lambda c: c.setnx("a", 1), False),
        (lambda c: c.setnx("e", 1), True),
        (lambda c: c.setex("e", 10, 2), True),
        (lambda c: c.psetex("e", 10_000, 3), True),
        (lambda c: c.mget("a", "b", "e"), [b"new", None, b"3"]),
        (lambda c: c.mget(["a"], "b"), [b"new", None]),
        (lambda c: c.mset({"f": 1, b"g": b"\xff"}), True),
        (lambda c: c.msetnx({"f": 1, "h": 2}), False),
        (lambda c: c.msetnx({"i": 1, "h": 2}), True),
        (lambda c: c.mget("f", "h"), [b"1", b"2"]),
    ]),
    Scenario("numbers", [
        (lambda c: c.incr("n"), 1),
        (lambda c: c.incr("n", 5), 6),
        (lambda c: c.incrby("n", -2), 4),
        (lambda c: c.decr("n"), 3),
        (lambda c: c.decrby("n", 10), -7),
        (lambda c: c.incrbyfloat("n", 0.5), -6.5),
        (lambda c: c.incrbyfloat("n"), -5.5),
    ]),
    Scenario("parts of strings", [
        (lambda c: c.append("a", "hello"), 5),
        (lambda c: c.append("a", " world"), 11),
        (lambda c: c.strlen("a"), 11),
        (lambda c: c.strlen("nowhere"), 0),
        (lambda c: c.getrange("a", -5, -1), b"world"),
        (lambda c: c.getrange("nowhere", 0, 1), b""),
        (lambda c: c.substr("a", 6), b"world"),
        (lambda c: c.substr("a", 0, 4), b"hello"),
        (lambda c: c.setrange("a", 6, "there"), 11),
        (lambda c: c.get("a"), b"hello there"),
    ]),
    Scenario("the longest common subsequence", [
        (lambda c: c.mset({"a": "ohmytext", "b": "mynewtext"}), True),
        (lambda c: c.lcs("a", "b"), b"mytext"),
        (lambda c: c.lcs("a", "nowhere"), b""),
        (lambda c: c.lcs("a", "b", len=True), 6),
        (lambda c: c.lcs("a", "b", idx=True), {"matches": [[[4, 7], [5, 8]], [[2, 3], [0, 1]]], "len": 6}),
        (
            lambda c: c.lcs("a", "b", idx=True, minmatchlen=4, withmatchlen=True),
            {"matches": [[[4, 7], [5, 8], 4]], "len": 6},
        ),
        (lambda c: c.lcs("a", "nowhere", idx=True), {"matches": [], "len": 0}),
    ]),
    Scenario("bitmaps", [
        (lambda c: c.setbit("a", 7, 1), 0),
        (lambda c: c.setbit("a", 7, True), 1),
        (lambda c: c.getbit("a", 7), 1),
        (lambda c: c.getbit("a", 100), 0),
        (lambda c: c.set("b", b"\xff\xf0\x00"), True),
        (lambda c: c.bitcount("b"), 12),
        (lambda c: c.bitcount("b", 1, 1), 4),
        (lambda c: c.bitcount("b", 5, 8, "BIT"), 4),
        (lambda c: c.bitpos("b", 0), 12),
        (lambda c: c.bitpos("b", 1, 2), -1),
        (lambda c: c.bitpos("b", 1, 1, -1), 8),
        (lambda c: c.bitpos("b", 0, 3, 15, "BIT"), 12),
        (lambda c: c.bitop("AND", "d", "a", "b"), 3),
        (lambda c: c.bitop("NOT", "d", "b"), 3),
        (lambda c: c.get("d"), b"\x00\x0f\xff"),
    ]),
    Scenario("numbers of some bits", [
        (lambda c: c.bitfield("a").set("u8", 0, 255).get("u8", 0).get("i4", "#1").execute(), [0, 255, -1]),
        (lambda c: c.bitfield("a").incrby("u8", 0, 1, "FAIL").incrby("u8", 0, 1, "SAT").execute(), [None, 255]),
        (lambda c: c.bitfield("a", "SAT").incrby("u4", "#0", 1).execute(), [15]),
        (lambda c: c.bitfield("a").incrby("u4", "#0", 2).execute(), [1]),
        (lambda c: c.bitfield_ro("a", "u4", 0), [1]),
        (lambda c: c.bitfield_ro("a", "u4", 0, [("u4", "#1"), ("u8", 100)]), [1, 15, 0]),
    ]),
    Scenario("hyperloglogs", [
        (lambda c: c.pfadd("a", "x", "y", 3), True),
        (lambda c: c.pfadd("a", "x"), False),
        (lambda c: c.pfadd("b", "z"), True),
        (lambda c: c.pfadd("b"), False),
        (lambda c: c.pfcount("a"), 3),
        (lambda c: c.pfcount("a", "b"), 4),
        (lambda c: c.pfmerge("d", "a", "b"), True),
        (lambda c: c.pfcount("d"), 4),
    ]),
]  # fmt: skip


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_results_are_the_same_everywhere(scenario: Scenario, any_server: tuple[str, Address], protocol: int) -> None:
    play_on(any_server, scenario, protocol)


def test_redis_py_returns_the_same(any_server: tuple[str, Address]) -> None:
    other, compared = compare_on(any_server, SCENARIOS)
    assert other <= OTHER_RESULTS.keys()
    assert OTHER_RESULTS.keys() & compared <= other


def test_no_method_is_left_out() -> None:
    assert called(SCENARIOS) >= methods_of(Strings, Bitmaps, BitFields, HyperLogLogs)
