"""Methods of sorted sets on every server, under both protocols, and beside redis-py."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.sorted_sets import SortedSets
from framewire.redis.client.commands.sorted_sets_joined import JoinedSortedSets
from framewire.redis.client.commands.sorted_sets_pops import SortedSetPops
from framewire.redis.client.commands.sorted_sets_ranges import SortedSetRanges
from tests.against.client_calls import MINI_REDIS, Address, Scenario, called, compare_on, play_on
from tests.peers import REDIS_7
from tests.redis.client.commands.asking import methods_of
from tests.redis.client.redis_py import OTHER_RESULTS

SCENARIOS = [
    Scenario("members and scores", [
        (lambda c: c.zadd("z", {"a": 1, b"b": 2.5, "c": float("inf")}), 3),
        (lambda c: c.zadd("z", {"a": 2, "d": -1}, ch=True), 2),
        (lambda c: c.zadd("z", {"a": 9}, nx=True), 0),
        (lambda c: c.zadd("z", {"a": 1}, xx=True, gt=True, ch=True), 0),
        (lambda c: c.zadd("z", {"a": 1}, lt=True, ch=True), 1),
        (lambda c: c.zadd("z", {"a": 1.5}, incr=True), 2.5),
        (lambda c: c.zadd("z", {"a": 1.5}, incr=True, nx=True), None),
        (lambda c: c.zincrby("z", 0.5, "a"), 3.0),
        (lambda c: c.zincrby("z", 2, "e"), 2.0),
        (lambda c: c.zcard("z"), 5),
        (lambda c: c.zscore("z", "c"), float("inf")),
        (lambda c: c.zscore("z", "nobody"), None),
        (lambda c: c.zmscore("z", ["a", "nobody"]), [3.0, None]),
        (lambda c: c.zmscore("nowhere", ["a"]), [None]),
        (lambda c: c.zrank("z", "a"), 3),
        (lambda c: c.zrevrank("z", "a"), 1),
        (lambda c: c.zrank("z", "nobody"), None),
        (lambda c: c.zrem("z", "a", "nobody"), 1),
    ]),
    Scenario("ranks with scores", [
        (lambda c: c.zadd("z", {"a": 1, "b": 2.5}), 2),
        (lambda c: c.zrank("z", "b", withscore=True), (1, 2.5)),
        (lambda c: c.zrevrank("z", "b", True, int), (0, 2)),
        (lambda c: c.zrank("z", "nobody", withscore=True), None),
        (lambda c: c.zrevrank("nowhere", "a", withscore=True), None),
    ], not_on=(MINI_REDIS, REDIS_7)),
    Scenario("members by chance, and pages", [
        (lambda c: c.zadd("z", {"a": 1.5}), 1),
        (lambda c: c.zrandmember("z"), b"a"),
        (lambda c: c.zrandmember("nowhere"), None),
        (lambda c: c.zrandmember("z", -2), [b"a", b"a"]),
        (lambda c: c.zrandmember("z", -2, True), [(b"a", 1.5), (b"a", 1.5)]),
        (lambda c: c.zrandmember("nowhere", 2), []),
        (lambda c: c.zrandmember("nowhere", 2, True), []),
        (lambda c: c.zscan("z"), (0, [(b"a", 1.5)])),
        (lambda c: c.zscan("z", 0, "b*", 100), (0, [])),
        (lambda c: c.zscan("nowhere"), (0, [])),
        (lambda c: c.zadd("z", {"a": 2}), 0),
        (lambda c: c.zscan("z", score_cast_func=int), (0, [(b"a", 2)])),
    ]),
    Scenario("ranges", [
        (lambda c: c.zadd("z", {"a": 1, "b": 2, "c": 3.5}), 3),
        (lambda c: c.zrange("z", 0, 1), [b"a", b"b"]),
        (lambda c: c.zrange("z", 0, -1, withscores=True), [(b"a", 1.0), (b"b", 2.0), (b"c", 3.5)]),
        (lambda c: c.zrange("z", 0, 0, withscores=True, score_cast_func=int), [(b"a", 1)]),
        (lambda c: c.zrange("z", 0, 0, desc=True), [b"c"]),
        (lambda c: c.zrange("z", "(1", "+inf", byscore=True, offset=0, num=1, withscores=True), [(b"b", 2.0)]),
        (lambda c: c.zrange("z", 4, 2, desc=True, byscore=True), [b"c", b"b"]),
        (lambda c: c.zrange("nowhere", 0, 1), []),
        (lambda c: c.zrange("nowhere", 0, 1, withscores=True), []),
        (lambda c: c.zrevrange("z", 0, 1), [b"c", b"b"]),
        (lambda c: c.zrevrange("z", 0, 0, withscores=True), [(b"c", 3.5)]),
        (lambda c: c.zrangebyscore("z", 1, 2), [b"a", b"b"]),
        (lambda c: c.zrangebyscore("z", "-inf", "(3.5", 1, 5, withscores=True), [(b"b", 2.0)]),
        (lambda c: c.zrevrangebyscore("z", "+inf", 2), [b"c", b"b"]),
        (lambda c: c.zrevrangebyscore("z", 2, 0, 1, 1, True, int), [(b"a", 1)]),
        (lambda c: c.zcount("z", 2, "+inf"), 2),
        (lambda c: c.zrangestore("d", "z", 0, 1), 2),
        (lambda c: c.zrangestore("d", "z", 4, 0, byscore=True, desc=True, offset=0, num=1), 1),
        (lambda c: c.zrange("d", 0, -1, withscores=True), [(b"c", 3.5)]),
        (lambda c: c.zremrangebyrank("z", 0, 0), 1),
        (lambda c: c.zremrangebyscore("z", 3, "+inf"), 1),
        (lambda c: c.zcard("z"), 1),
    ]),
    Scenario("ranges of names", [
        (lambda c: c.zadd("z", {"a": 0, "b": 0, "c": 0}), 3),
        (lambda c: c.zrange("z", "[b", "+", bylex=True), [b"b", b"c"]),
        (lambda c: c.zrange("z", "+", "-", desc=True, bylex=True, offset=1, num=1), [b"b"]),
        (lambda c: c.zrangebylex("z", "-", "(c"), [b"a", b"b"]),
        (lambda c: c.zrangebylex("z", "-", "+", 1, 1), [b"b"]),
        (lambda c: c.zrevrangebylex("z", "+", "[b"), [b"c", b"b"]),
        (lambda c: c.zrevrangebylex("z", "+", "-", 2, 1), [b"a"]),
        (lambda c: c.zlexcount("z", "(a", "+"), 2),
        (lambda c: c.zrangestore("d", "z", "[a", "[b", bylex=True), 2),
        (lambda c: c.zremrangebylex("z", "[a", "[b"), 2),
    ]),
    Scenario("several sorted sets", [
        (lambda c: c.zadd("a", {"x": 1, "y": 2}), 2),
        (lambda c: c.zadd("b", {"y": 10, "z": 20}), 2),
        (lambda c: c.zunion(["a", "b"]), [b"x", b"y", b"z"]),
        (lambda c: c.zunion(["a", "b"], withscores=True), [(b"x", 1.0), (b"y", 12.0), (b"z", 20.0)]),
        (lambda c: c.zunion({"a": 2, "b": 0.5}, "MAX", True), [(b"x", 2.0), (b"y", 5.0), (b"z", 10.0)]),
        (lambda c: c.zunion(["a"], withscores=True, score_cast_func=int), [(b"x", 1), (b"y", 2)]),
        (lambda c: c.zinter(["a", "b"]), [b"y"]),
        (lambda c: c.zinter({"a": 2, "b": 0.5}, "min", withscores=True), [(b"y", 4.0)]),
        (lambda c: c.zdiff(["a", "b"]), [b"x"]),
        (lambda c: c.zdiff(["b", "a"], withscores=True), [(b"z", 20.0)]),
        (lambda c: c.zdiff(["nowhere", "a"], withscores=True), []),
        (lambda c: c.zunionstore("d", {"a": 2, "b": 1}), 3),
        (lambda c: c.zscore("d", "y"), 14.0),
        (lambda c: c.zinterstore("d", ["a", "b"], "SUM"), 1),
        (lambda c: c.zdiffstore("d", ["a", "b"]), 1),
        (lambda c: c.zintercard(2, ["a", "b"]), 1),
        (lambda c: c.zintercard(2, ["a", "a"], limit=1), 1),
    ]),
    Scenario("pops from sorted sets", [
        (lambda c: c.zadd("z", {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5.5, "f": 6}), 6),
        (lambda c: c.zpopmin("z"), [(b"a", 1.0)]),
        (lambda c: c.zpopmax("z", 1), [(b"f", 6.0)]),
        (lambda c: c.zpopmin("z", 2), [(b"b", 2.0), (b"c", 3.0)]),
        (lambda c: c.zpopmin("nowhere"), []),
        (lambda c: c.zpopmax("nowhere", 2), []),
        (lambda c: c.zmpop(2, ["nowhere", "z"], max=True), (b"z", [(b"e", 5.5)])),
        (lambda c: c.zmpop(1, ["z"], min=True, count=5), (b"z", [(b"d", 4.0)])),
        (lambda c: c.zmpop(1, ["z"], min=True), None),
    ]),
    Scenario("pops from sorted sets that may wait", [
        (lambda c: c.zadd("z", {"a": 1, "b": 2, "c": 3, "d": 4.5}), 4),
        (lambda c: c.bzpopmin("z"), (b"z", b"a", 1.0)),
        (lambda c: c.bzpopmax(["nowhere", "z"], 1), (b"z", b"d", 4.5)),
        (lambda c: c.bzpopmin("nowhere", 0.01), None),
        (lambda c: c.bzpopmax("nowhere", 0.01), None),
        (lambda c: c.bzmpop(0, 2, ["nowhere", "z"], min=True, count=2), (b"z", [(b"b", 2.0), (b"c", 3.0)])),
        (lambda c: c.bzmpop(0.01, 1, ["z"], max=True), None),
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
    assert called(SCENARIOS) >= methods_of(SortedSets, SortedSetRanges, JoinedSortedSets, SortedSetPops)
