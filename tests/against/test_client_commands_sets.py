"""Methods of sets on every server, under both protocols, and beside redis-py."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.sets import Sets
from tests.against.client_calls import Address, ByChance, Scenario, called, compare_on, play_on
from tests.redis.client.commands.asking import methods_of
from tests.redis.client.redis_py import OTHER_RESULTS

SCENARIOS = [
    Scenario("sets", [
        (lambda c: c.sadd("s", "a", 1, 2.5, b"\xff"), 4),
        (lambda c: c.sadd("s", "a"), 0),
        (lambda c: c.srem("s", 2.5, "z"), 1),
        (lambda c: c.scard("s"), 3),
        (lambda c: c.sismember("s", "a"), True),
        (lambda c: c.sismember("s", "z"), False),
        (lambda c: c.smismember("s", ["a", "z"]), [True, False]),
        (lambda c: c.smismember("nowhere", "a", "z"), [False, False]),
        (lambda c: c.smembers("s"), {b"a", b"1", b"\xff"}),
        (lambda c: c.smembers("nowhere"), set()),
        (lambda c: c.smove("s", "t", "a"), True),
        (lambda c: c.smove("s", "t", "a"), False),
        (lambda c: c.smembers("t"), {b"a"}),
    ]),
    Scenario("members by chance", [
        (lambda c: c.sadd("s", "a"), 1),
        (lambda c: c.srandmember("s"), b"a"),
        (lambda c: c.srandmember("nowhere"), None),
        (lambda c: c.srandmember("s", 2), [b"a"]),
        (lambda c: c.srandmember("s", -2), [b"a", b"a"]),
        (lambda c: c.srandmember("nowhere", 2), []),
        (lambda c: c.spop("s"), b"a"),
        (lambda c: c.spop("s"), None),
        (lambda c: c.spop("s", 2), []),
        (lambda c: c.sadd("s", "a", "b"), 2),
        (lambda c: c.spop("s", 5), ByChance(lambda got: len(got) == 2 and isinstance(got, list))),
    ]),
    Scenario("pages of sets", [
        (lambda c: c.sadd("s", "a", "b"), 2),
        (lambda c: c.sscan("s", match="b*", count=100), (0, [b"b"])),
        (lambda c: c.sscan("nowhere"), (0, [])),
        (lambda c: c.sscan("s"), ByChance(lambda got: got[0] == 0 and len(got[1]) == 2)),
    ]),
    Scenario("several sets", [
        (lambda c: c.sadd("a", 1, 2, 3), 3),
        (lambda c: c.sadd("b", 2, 3, 4), 3),
        (lambda c: c.sdiff("a", "b"), {b"1"}),
        (lambda c: c.sinter(["a", "b"]), {b"2", b"3"}),
        (lambda c: c.sunion(["a"], "b"), {b"1", b"2", b"3", b"4"}),
        (lambda c: c.sinter("a", "nowhere"), set()),
        (lambda c: c.sdiffstore("d", "a", "b"), 1),
        (lambda c: c.sinterstore("d", ["a", "b"]), 2),
        (lambda c: c.sunionstore("d", "a", "b"), 4),
        (lambda c: c.smembers("d"), {b"1", b"2", b"3", b"4"}),
        (lambda c: c.sintercard(2, ["a", "b"]), 2),
        (lambda c: c.sintercard(2, ["a", "b"], limit=1), 1),
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
    assert called(SCENARIOS) >= methods_of(Sets)
