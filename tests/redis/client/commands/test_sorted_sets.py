"""Sorted sets: requests and results."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.sorted_sets import SortedSets
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

INFINITE = float("inf")

ROWS = [
    Row(lambda c: c.zadd("k", {"a": 1, b"b": 2.5}), "ZADD k 1 a 2.5 b", 2),
    Row(lambda c: c.zadd("k", {"a": INFINITE}), "ZADD k inf a", 1),
    Row(lambda c: c.zadd("k", {"a": 1}, nx=True, ch=True), "ZADD k NX CH 1 a", 0),
    Row(lambda c: c.zadd("k", {"a": 1}, xx=True, gt=True), "ZADD k XX GT 1 a", 0),
    Row(lambda c: c.zadd("k", {"a": 1}, lt=True), "ZADD k LT 1 a", 0),
    Row(lambda c: c.zadd("k", {"a": 1}, incr=True), "ZADD k INCR 1 a", 2.5),
    Row(lambda c: c.zadd("k", {"a": 1}, incr=True, xx=True), "ZADD k XX INCR 1 a", None),
    Row(lambda c: c.zincrby("k", 2, "a"), "ZINCRBY k 2 a", 3.5),
    Row(lambda c: c.zrem("k", "a", "b"), "ZREM k a b", 2),
    Row(lambda c: c.zcard("k"), "ZCARD k", 2),
    Row(lambda c: c.zscore("k", "a"), "ZSCORE k a", -INFINITE),
    Row(lambda c: c.zscore("k", "a"), "ZSCORE k a", None),
    Row(lambda c: c.zmscore("k", ["a", "b"]), "ZMSCORE k a b", [1.5, None]),
    Row(lambda c: c.zmscore("k", "a"), "ZMSCORE k a", [1.0]),
    Row(lambda c: c.zrank("k", "a"), "ZRANK k a", 3),
    Row(lambda c: c.zrank("k", "a", withscore=True), "ZRANK k a WITHSCORE", [3, 1.5], (3, 1.5)),
    Row(lambda c: c.zrank("k", "a", True, int), "ZRANK k a WITHSCORE", [3, 1.5], (3, 1)),
    Row(lambda c: c.zrevrank("k", "a"), "ZREVRANK k a", None),
    Row(lambda c: c.zrevrank("k", "a", withscore=True), "ZREVRANK k a WITHSCORE", None),
    Row(lambda c: c.zrandmember("k"), "ZRANDMEMBER k", b"a"),
    Row(lambda c: c.zrandmember("k", 2), "ZRANDMEMBER k 2", [b"a", b"b"]),
    Row(
        lambda c: c.zrandmember("k", 2, withscores=True), "ZRANDMEMBER k 2 WITHSCORES",
        [b"a", b"1", b"b", b"2"], [(b"a", 1.0), (b"b", 2.0)], [[b"a", 1.0], [b"b", 2.0]],
    ),
    Row(lambda c: c.zscan("k"), "ZSCAN k 0", [b"0", [b"a", b"1.5"]], (0, [(b"a", 1.5)])),
    Row(lambda c: c.zscan("k", 2, "*", 9), "ZSCAN k 2 MATCH * COUNT 9", [b"0", []], (0, [])),
    Row(lambda c: c.zscan("k", score_cast_func=int), "ZSCAN k 0", [b"4", [b"a", b"1.5"]], (4, [(b"a", 1)])),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.zadd("k", {}),
    lambda c: c.zadd("k", {"a": 1}, nx=True, xx=True),
    lambda c: c.zadd("k", {"a": 1}, nx=True, gt=True),
    lambda c: c.zadd("k", {"a": 1}, nx=True, lt=True),
    lambda c: c.zadd("k", {"a": 1}, gt=True, lt=True),
    lambda c: c.zadd("k", {"a": 1, "b": 2}, incr=True),
    lambda c: c.zadd("k", {}, incr=True),
    lambda c: c.zrem("k"),
    lambda c: c.zmscore("k", []),
    lambda c: c.zrandmember("k", withscores=True),
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
    assert called_in(row.call for row in ROWS) >= methods_of(SortedSets)
