"""Methods of hashes on every server, under both protocols, and beside redis-py."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.hash_expiry import HashDataPersistOptions, HashExpiry
from framewire.redis.client.commands.hashes import Hashes
from tests.against.client_calls import MINI_REDIS, Address, ByChance, Scenario, called, compare_on, play_on
from tests.peers import REDIS_7
from tests.redis.client.commands.asking import methods_of
from tests.redis.client.redis_py import OTHER_RESULTS

SCENARIOS = [
    Scenario("hashes", [
        (lambda c: c.hset("h", "a", 1), 1),
        (lambda c: c.hset("h", "a", 2), 0),
        (lambda c: c.hset("h", "b", b"\xff", {"c": 1.5, b"d": "x"}, ["e", 5]), 4),
        (lambda c: c.hget("h", "b"), b"\xff"),
        (lambda c: c.hget("h", "z"), None),
        (lambda c: c.hmset("h", {"a": 1}), True),
        (lambda c: c.hmget("h", ["a", "z"]), [b"1", None]),
        (lambda c: c.hmget("nowhere", "a", "b"), [None, None]),
        (lambda c: c.hsetnx("h", "a", 9), False),
        (lambda c: c.hsetnx("h", "f", 9), True),
        (lambda c: c.hexists("h", "a"), True),
        (lambda c: c.hexists("h", "z"), False),
        (lambda c: c.hstrlen("h", "c"), 3),
        (lambda c: c.hincrby("h", "a", 4), 5),
        (lambda c: c.hincrbyfloat("h", "c", 0.25), 1.75),
        (lambda c: c.hdel("h", "b", "c", "d", "z"), 3),
        (lambda c: c.hgetall("h"), {b"a": b"5", b"e": b"5", b"f": b"9"}),
        (lambda c: c.hgetall("nowhere"), {}),
        (lambda c: c.hkeys("h"), [b"a", b"e", b"f"]),
        (lambda c: c.hvals("h"), [b"5", b"5", b"9"]),
        (lambda c: c.hkeys("nowhere"), []),
        (lambda c: c.hlen("h"), 3),
    ]),
    Scenario("fields by chance", [
        (lambda c: c.hset("h", "a", 1), 1),
        (lambda c: c.hrandfield("h"), b"a"),
        (lambda c: c.hrandfield("nowhere"), None),
        (lambda c: c.hrandfield("h", 2), [b"a"]),
        (lambda c: c.hrandfield("h", -2), [b"a", b"a"]),
        (lambda c: c.hrandfield("h", -2, True), [(b"a", b"1"), (b"a", b"1")]),
        (lambda c: c.hrandfield("nowhere", 2), []),
        (lambda c: c.hrandfield("nowhere", 2, True), []),
        (lambda c: c.hset("h", "b", 2), 1),
        (lambda c: c.hrandfield("h"), ByChance(lambda got: got in (b"a", b"b", "a", "b"))),
    ]),
    Scenario("pages of hashes", [
        (lambda c: c.hset("h", mapping={"a": 1, "b": 2}), 2),
        (lambda c: c.hscan("h"), (0, {b"a": b"1", b"b": b"2"})),
        (lambda c: c.hscan("h", 0, "b*", 100), (0, {b"b": b"2"})),
        (lambda c: c.hscan("nowhere"), (0, {})),
    ]),
    Scenario("pages of fields", [
        (lambda c: c.hset("h", mapping={"a": 1, "b": 2}), 2),
        (lambda c: c.hscan("h", no_values=True), (0, [b"a", b"b"])),
    ], not_on=(MINI_REDIS, REDIS_7)),
    Scenario("fields that expire", [
        (lambda c: c.hset("h", mapping={"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}), 5),
        (lambda c: c.hexpire("h", 1000, "a", "z"), [1, -2]),
        (lambda c: c.hexpire("h", 2000, "a", nx=True), [0]),
        (lambda c: c.hpexpire("h", 1_000_000, "b", lt=True), [1]),
        (lambda c: c.hexpireat("h", 4_000_000_000, "c"), [1]),
        (lambda c: c.hpexpireat("h", 4_000_000_000_000, "c", xx=True), [1]),
        (lambda c: c.hexpireat("h", 1, "d"), [2]),
        (lambda c: c.hexpiretime("h", "c", "e", "d"), [4_000_000_000, -1, -2]),
        (lambda c: c.hpexpiretime("h", "c", "e", "d"), [4_000_000_000_000, -1, -2]),
        (lambda c: c.httl("h", "a", "e", "d"), ByChance(lambda got: 0 < got[0] <= 1000 and got[1:] == [-1, -2])),
        (lambda c: c.hpttl("h", "a", "e", "d"), ByChance(lambda got: 0 < got[0] <= 10**6 and got[1:] == [-1, -2])),
        (lambda c: c.hpersist("h", "a", "e", "d"), [1, -1, -2]),
        (lambda c: c.httl("nowhere", "a"), [-2]),
        (lambda c: c.hpersist("nowhere", "a", "b"), [-2, -2]),
    ]),
    Scenario("fields with their lifetime", [
        (lambda c: c.hsetex("h", "a", 1, ex=1000), True),
        (lambda c: c.hsetex("h", mapping={"a": 2, "b": 3}, data_persist_option=HashDataPersistOptions.FNX), False),
        (lambda c: c.hsetex("h", "a", 2, keepttl=True, data_persist_option=HashDataPersistOptions.FXX), True),
        (lambda c: c.hgetex("h", "a", "z", persist=True), [b"2", None]),
        (lambda c: c.hgetex("h", "a", pxat=4_000_000_000_000), [b"2"]),
        (lambda c: c.hgetex("nowhere", "a"), [None]),
        (lambda c: c.hexpiretime("h", "a"), [4_000_000_000]),
        (lambda c: c.hgetdel("h", "a", "z"), [b"2", None]),
        (lambda c: c.hgetdel("nowhere", "a"), [None]),
        (lambda c: c.hlen("h"), 0),
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
    assert called(SCENARIOS) >= methods_of(Hashes, HashExpiry)
