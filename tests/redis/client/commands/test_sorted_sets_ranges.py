"""Ranges of sorted sets: requests and results."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.sorted_sets_ranges import SortedSetRanges
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

FLAT = [b"a", b"1", b"b", b"2"]
NESTED = [[b"a", 1.0], [b"b", 2.0]]
SCORED = [(b"a", 1.0), (b"b", 2.0)]

ROWS = [
    Row(lambda c: c.zrange("k", 0, -1), "ZRANGE k 0 -1", [b"a", b"b"]),
    Row(lambda c: c.zrange("k", 0, -1, withscores=True), "ZRANGE k 0 -1 WITHSCORES", FLAT, SCORED, NESTED),
    Row(
        lambda c: c.zrange("k", 0, -1, withscores=True, score_cast_func=int), "ZRANGE k 0 -1 WITHSCORES",
        FLAT, [(b"a", 1), (b"b", 2)], NESTED,
    ),
    Row(lambda c: c.zrange("k", 0, -1, True), "ZRANGE k 0 -1 REV", [b"b"]),
    Row(
        lambda c: c.zrange("k", "-inf", "(2", byscore=True, offset=1, num=2),
        "ZRANGE k -inf (2 BYSCORE LIMIT 1 2", [b"b"],
    ),
    Row(
        lambda c: c.zrange("k", 2, 1, desc=True, byscore=True, offset=0, num=-1, withscores=True),
        "ZRANGE k 2 1 BYSCORE REV LIMIT 0 -1 WITHSCORES", FLAT, SCORED, NESTED,
    ),
    Row(lambda c: c.zrange("k", "[a", "+", bylex=True), "ZRANGE k [a + BYLEX", [b"b"]),
    Row(lambda c: c.zrevrange("k", 0, 1), "ZREVRANGE k 0 1", [b"b"]),
    Row(lambda c: c.zrevrange("k", 0, 1, True), "ZREVRANGE k 0 1 WITHSCORES", FLAT, SCORED, NESTED),
    Row(lambda c: c.zrangebyscore("k", 1, 2.5), "ZRANGEBYSCORE k 1 2.5", [b"b"]),
    Row(
        lambda c: c.zrangebyscore("k", 1, 2, 0, 5, withscores=True), "ZRANGEBYSCORE k 1 2 LIMIT 0 5 WITHSCORES",
        FLAT, SCORED, NESTED,
    ),
    Row(lambda c: c.zrevrangebyscore("k", "+inf", 1, 0, 5), "ZREVRANGEBYSCORE k +inf 1 LIMIT 0 5", []),
    Row(
        lambda c: c.zrevrangebyscore("k", 2, 1, withscores=True), "ZREVRANGEBYSCORE k 2 1 WITHSCORES",
        FLAT, SCORED, NESTED,
    ),
    Row(lambda c: c.zrangebylex("k", "-", "(b", 1, 2), "ZRANGEBYLEX k - (b LIMIT 1 2", [b"a"]),
    Row(lambda c: c.zrevrangebylex("k", "+", "[b"), "ZREVRANGEBYLEX k + [b", [b"a"]),
    Row(lambda c: c.zrangestore("d", "k", 0, -1), "ZRANGESTORE d k 0 -1", 2),
    Row(
        lambda c: c.zrangestore("d", "k", "[a", "[b", bylex=True, desc=True, offset=0, num=1),
        "ZRANGESTORE d k [a [b BYLEX REV LIMIT 0 1", 1,
    ),
    Row(lambda c: c.zcount("k", "-inf", 3), "ZCOUNT k -inf 3", 2),
    Row(lambda c: c.zlexcount("k", "-", "+"), "ZLEXCOUNT k - +", 2),
    Row(lambda c: c.zremrangebyrank("k", 0, -2), "ZREMRANGEBYRANK k 0 -2", 1),
    Row(lambda c: c.zremrangebyscore("k", 1, "(2"), "ZREMRANGEBYSCORE k 1 (2", 1),
    Row(lambda c: c.zremrangebylex("k", "[a", "[a"), "ZREMRANGEBYLEX k [a [a", 1),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.zrange("k", 0, 1, byscore=True, bylex=True),
    lambda c: c.zrange("k", 0, 1, offset=0, num=1),
    lambda c: c.zrange("k", 0, 1, byscore=True, offset=0),
    lambda c: c.zrange("k", 0, 1, byscore=True, num=1),
    lambda c: c.zrange("k", "-", "+", bylex=True, withscores=True),
    lambda c: c.zrangebyscore("k", 0, 1, start=1),
    lambda c: c.zrevrangebyscore("k", 0, 1, num=1),
    lambda c: c.zrangebylex("k", "-", "+", start=1),
    lambda c: c.zrevrangebylex("k", "+", "-", num=1),
    lambda c: c.zrangestore("d", "k", 0, 1, byscore=True, bylex=True),
    lambda c: c.zrangestore("d", "k", 0, 1, offset=1, num=1),
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
    assert called_in(row.call for row in ROWS) >= methods_of(SortedSetRanges)
