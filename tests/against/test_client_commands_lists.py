"""Methods of lists on every server, under both protocols, and beside redis-py."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.lists import Lists
from framewire.redis.client.commands.lists_blocking import BlockingLists
from tests.against.client_calls import Address, Scenario, called, compare_on, play_on
from tests.redis.client.commands.asking import methods_of
from tests.redis.client.redis_py import OTHER_RESULTS

SCENARIOS = [
    Scenario("lists", [
        (lambda c: c.rpush("l", "a", 1, 2.5), 3),
        (lambda c: c.lpush("l", b"\xff"), 4),
        (lambda c: c.lpushx("nowhere", "a"), 0),
        (lambda c: c.rpushx("nowhere", "a"), 0),
        (lambda c: c.lpushx("l", "x"), 5),
        (lambda c: c.rpushx("l", "y", "z"), 7),
        (lambda c: c.lrange("l", 0, -1), [b"x", b"\xff", b"a", b"1", b"2.5", b"y", b"z"]),
        (lambda c: c.lrange("nowhere", 0, -1), []),
        (lambda c: c.llen("l"), 7),
        (lambda c: c.lindex("l", -1), b"z"),
        (lambda c: c.lindex("l", 100), None),
        (lambda c: c.lset("l", 0, "w"), True),
        (lambda c: c.linsert("l", "BEFORE", "y", "1"), 8),
        (lambda c: c.linsert("l", "after", "nobody", "1"), -1),
        (lambda c: c.linsert("nowhere", "AFTER", "y", "1"), 0),
        (lambda c: c.lpos("l", "1"), 3),
        (lambda c: c.lpos("l", "1", rank=2), 5),
        (lambda c: c.lpos("l", "1", rank=-1, maxlen=1), None),
        (lambda c: c.lpos("l", "1", count=0), [3, 5]),
        (lambda c: c.lpos("l", "nobody", count=0), []),
        (lambda c: c.lrem("l", -1, "1"), 1),
        (lambda c: c.ltrim("l", 1, -2), True),
        (lambda c: c.lrange("l", 0, -1), [b"\xff", b"a", b"1", b"2.5", b"y"]),
    ]),
    Scenario("pops from lists", [
        (lambda c: c.rpush("l", *range(9)), 9),
        (lambda c: c.lpop("l"), b"0"),
        (lambda c: c.rpop("l"), b"8"),
        (lambda c: c.lpop("l", 2), [b"1", b"2"]),
        (lambda c: c.rpop("l", 2), [b"7", b"6"]),
        (lambda c: c.lpop("nowhere"), None),
        (lambda c: c.rpop("nowhere"), None),
        (lambda c: c.rpop("nowhere", 2), None),
        (lambda c: c.lmpop(2, "nowhere", "l", direction="LEFT"), (b"l", [b"3"])),
        (lambda c: c.lmpop(1, "l", direction="RIGHT", count=9), (b"l", [b"5", b"4"])),
        (lambda c: c.lmpop(1, "l", direction="RIGHT"), None),
    ]),
    Scenario("items that move", [
        (lambda c: c.rpush("l", 1, 2, 3), 3),
        (lambda c: c.lmove("l", "m"), b"1"),
        (lambda c: c.lmove("l", "m", "RIGHT", "LEFT"), b"3"),
        (lambda c: c.lmove("nowhere", "m"), None),
        (lambda c: c.rpoplpush("l", "m"), b"2"),
        (lambda c: c.rpoplpush("l", "m"), None),
        (lambda c: c.lrange("m", 0, -1), [b"2", b"3", b"1"]),
    ]),
    Scenario("pops that may wait", [
        (lambda c: c.rpush("l", *range(9)), 9),
        (lambda c: c.blpop("l"), (b"l", b"0")),
        (lambda c: c.brpop(["nowhere", "l"], 1), (b"l", b"8")),
        (lambda c: c.blpop("nowhere", 0.01), None),
        (lambda c: c.brpop("nowhere", 0.01), None),
        (lambda c: c.blmpop(0, 2, "nowhere", "l", direction="LEFT", count=2), (b"l", [b"1", b"2"])),
        (lambda c: c.blmpop(0.01, 1, "nowhere", direction="LEFT"), None),
        (lambda c: c.blmove("l", "m", 0), b"3"),
        (lambda c: c.blmove("nowhere", "m", 0.01, "RIGHT", "LEFT"), None),
        (lambda c: c.brpoplpush("l", "m"), b"7"),
        (lambda c: c.brpoplpush("nowhere", "m", 0.01), None),
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
    assert called(SCENARIOS) >= methods_of(Lists, BlockingLists)
