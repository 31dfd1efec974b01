"""Methods of keys, expiry, moving and sorting on every server, under both protocols, and beside redis-py."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from framewire.redis.client.commands.expiry import KeyExpiry
from framewire.redis.client.commands.keys import Keyspace
from framewire.redis.client.commands.moving import Moving
from framewire.redis.client.commands.sorting import Sorting
from tests.against.client_calls import MINI_REDIS, Address, ByChance, Direct, Scenario, called, compare_on, play_on
from tests.peers import REDIS_7, RedisServer
from tests.redis.client.commands.asking import methods_of
from tests.redis.client.redis_py import OTHER_RESULTS

FAR = datetime(2096, 10, 2, 7, 6, 40, tzinfo=UTC)  # second 4 000 000 000

SCENARIOS = [
    Scenario("keys", [
        (lambda c: c.mset({"a": 1, "b": 2, b"c": 3}), True),
        (lambda c: c.exists("a", "b", "nowhere", "a"), 3),
        (lambda c: c.touch("a", "nowhere"), 1),
        (lambda c: c.type("a"), b"string"),
        (lambda c: c.type("nowhere"), b"none"),
        (lambda c: c.keys(), ByChance(lambda keys: len(keys) == 3)),
        (lambda c: c.keys("[a]"), [b"a"]),
        (lambda c: c.keys("x*"), []),
        (lambda c: c.rename("a", "d"), True),
        (lambda c: c.renamenx("d", "b"), False),
        (lambda c: c.renamenx("d", "e"), True),
        (lambda c: c.copy("e", "f"), True),
        (lambda c: c.copy("e", "f"), False),
        (lambda c: c.copy("e", "f", replace=True), True),
        (lambda c: c.copy("e", "e", destination_db=1), True),
        (lambda c: c.move("e", 1), False),
        (lambda c: c.move("f", 1), True),
        (lambda c: c.move("f", 1), False),
        (lambda c: c.delete("b", "nowhere"), 1),
        (lambda c: c.unlink("c", "e"), 2),
        (lambda c: c.randomkey(), None),
        (lambda c: c.set("only", 1), True),
        (lambda c: c.randomkey(), b"only"),
    ]),
    Scenario("scanning", [
        (lambda c: c.scan(), (0, [])),
        (lambda c: c.mset({"a": 1, "b": 2}), True),
        (lambda c: c.rpush("l", 1), 1),
        (lambda c: c.scan(0, "l*", 100), (0, [b"l"])),
        (lambda c: c.scan(count=100, _type="list"), (0, [b"l"])),
        (lambda c: c.scan(count=100, _type="hash"), (0, [])),
    ]),
    Scenario("how values are kept", [
        (lambda c: c.set("a", 1), True),
        (lambda c: c.object("encoding", "a"), b"int"),
        (lambda c: c.object("encoding", "nowhere"), None),
        (lambda c: c.object("refcount", "a"), ByChance(lambda count: type(count) is int)),
        (lambda c: c.object("idletime", "a"), ByChance(lambda seconds: type(seconds) is int)),
        (lambda c: c.object("idletime", "nowhere"), None),
        (lambda c: c.object("freq", "nowhere"), None),
    ]),
    Scenario("expiry", [
        (lambda c: c.set("a", 1), True),
        (lambda c: c.ttl("a"), -1),
        (lambda c: c.pttl("nowhere"), -2),
        (lambda c: c.expire("a", 100), True),
        (lambda c: c.expire("nowhere", 100), False),
        (lambda c: c.expire("a", 200, nx=True), False),
        (lambda c: c.expire("a", timedelta(seconds=50), gt=True), False),
        (lambda c: c.expire("a", 50, xx=True, lt=True), True),
        (lambda c: c.ttl("a"), ByChance(lambda seconds: 0 < seconds <= 50)),
        (lambda c: c.pexpire("a", timedelta(seconds=70), gt=True), True),
        (lambda c: c.pttl("a"), ByChance(lambda milliseconds: 0 < milliseconds <= 70_000)),
        (lambda c: c.expireat("a", FAR), True),
        (lambda c: c.expiretime("a"), 4_000_000_000),
        (lambda c: c.pexpireat("a", 4_000_000_000_001, gt=True), True),
        (lambda c: c.pexpiretime("a"), 4_000_000_000_001),
        (lambda c: c.persist("a"), True),
        (lambda c: c.persist("a"), False),
        (lambda c: c.expiretime("a"), -1),
        (lambda c: c.pexpiretime("nowhere"), -2),
        (lambda c: c.expire("a", 0), True),
        (lambda c: c.exists("a"), 0),
    ]),
    Scenario("values that go and come", [
        (lambda c: c.dump("nowhere"), None),
        (lambda c: c.set("a", b"\xff"), True),
        (lambda c: c.dump("a"), ByChance(lambda payload: type(payload) is bytes)),
        (lambda c: c.restore("b", 0, c.dump("a")), True),
        (lambda c: c.restore("b", 100_000, c.dump("a"), replace=True), True),
        (lambda c: c.pttl("b"), ByChance(lambda milliseconds: 0 < milliseconds <= 100_000)),
        (lambda c: c.restore("c", 4_000_000_000_001, c.dump("a"), absttl=True, idletime=5), True),
        (lambda c: c.pexpiretime("c"), 4_000_000_000_001),
        (lambda c: c.get("c"), b"\xff"),
    ]),
    Scenario("nothing to migrate", [(lambda c: c.migrate("127.0.0.1", 1, ["a", "b"], 0, 100), False)]),
    Scenario("waiting for nobody", [
        (lambda c: c.set("a", 1), True),
        (lambda c: c.wait(0, 10), 0),
        (lambda c: c.wait(1, 1), 0),
    ]),
    Scenario("waiting for no disk", [(lambda c: c.waitaof(0, 0, 10), [0, 0])]),
    Scenario("sorting", [
        (lambda c: c.rpush("l", 3, 10, 2), 3),
        (lambda c: c.sort("l"), [b"2", b"3", b"10"]),
        (lambda c: c.sort("l", desc=True, alpha=True), [b"3", b"2", b"10"]),
        (lambda c: c.sort("l", 1, 1), [b"3"]),
        (lambda c: c.mset({"w_3": 0, "w_2": 1, "w_10": 2, "o_3": "c"}), True),
        (lambda c: c.sort("l", by="w_*", get="o_*"), [b"c", None, None]),
        (lambda c: c.sort("l", by="w_*", get=["#", "o_*"]), [b"3", b"c", b"2", None, b"10", None]),
        (lambda c: c.sort("l", by="w_*", get=["#", "o_*"], groups=True), [(b"3", b"c"), (b"2", None), (b"10", None)]),
        (lambda c: c.sort("l", store="m"), 3),
        (lambda c: c.lrange("m", 0, -1), [b"2", b"3", b"10"]),
        (lambda c: c.sort("nowhere"), []),
        (lambda c: c.sort_ro("l", by="nosort", get="#"), [b"3", b"10", b"2"]),
    ]),
]  # fmt: skip

METHODS = methods_of(Keyspace, KeyExpiry, Moving, Sorting)


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_results_are_the_same_everywhere(scenario: Scenario, any_server: tuple[str, Address], protocol: int) -> None:
    play_on(any_server, scenario, protocol)


def test_redis_py_returns_the_same(any_server: tuple[str, Address]) -> None:
    other, compared = compare_on(any_server, SCENARIOS)
    assert other & METHODS == OTHER_RESULTS.keys() & compared & METHODS


def test_no_method_is_left_out() -> None:
    assert called(SCENARIOS) >= METHODS


def test_keys_migrate(any_server: tuple[str, Address]) -> None:
    name, here = any_server
    if name == MINI_REDIS:
        pytest.skip("it has no MIGRATE")
    with RedisServer("--requirepass", "p", name=name) as there, closing(Direct(here, 3)) as ours:
        ours.flushall()
        ours.mset({"a": 1, "b": 2})
        assert ours.migrate(there.host, there.port, "a", 0, 10_000, auth="p") is True
        assert ours.migrate(there.host, there.port, ["b", "x"], 0, 10_000, True, True, "p", "default") is True
        assert ours.exists("a", "b") == 1


def test_idle_frequency_is_told_where_it_is_kept() -> None:
    with RedisServer("--maxmemory-policy", "allkeys-lfu", name=REDIS_7) as server, closing(Direct(server, 2)) as client:
        client.set("a", 1)
        assert client.restore("b", 0, client.dump("a"), frequency=7) is True
        assert client.object("freq", "b") == 7
