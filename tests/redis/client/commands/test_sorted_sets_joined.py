"""Sorted sets made of several: requests and results."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.sorted_sets_joined import JoinedSortedSets
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

FLAT = [b"x", b"1.5"]
NESTED = [[b"x", 1.5]]
SCORED = [(b"x", 1.5)]

ROWS = [
    Row(lambda c: c.zunion(["a", "b"]), "ZUNION 2 a b", [b"x"]),
    Row(lambda c: c.zunion("a"), "ZUNION 1 a", [b"x"]),
    Row(lambda c: c.zunion({"a": 2, "b": 0.5}, "max"), "ZUNION 2 a b WEIGHTS 2 0.5 AGGREGATE max", [b"x"]),
    Row(lambda c: c.zunion(["a"], withscores=True), "ZUNION 1 a WITHSCORES", FLAT, SCORED, NESTED),
    Row(
        lambda c: c.zunion(["a"], withscores=True, score_cast_func=int), "ZUNION 1 a WITHSCORES",
        FLAT, [(b"x", 1)], NESTED,
    ),
    Row(lambda c: c.zinter(("a", "b"), "MIN"), "ZINTER 2 a b AGGREGATE MIN", []),
    Row(lambda c: c.zinter({"a": 2}, withscores=True), "ZINTER 1 a WEIGHTS 2 WITHSCORES", FLAT, SCORED, NESTED),
    Row(lambda c: c.zdiff(["a", "b"]), "ZDIFF 2 a b", []),
    Row(lambda c: c.zdiff(["a"], True), "ZDIFF 1 a WITHSCORES", FLAT, SCORED, NESTED),
    Row(lambda c: c.zunionstore("d", {"a": 2}, "SUM"), "ZUNIONSTORE d 1 a WEIGHTS 2 AGGREGATE SUM", 1),
    Row(lambda c: c.zinterstore("d", ["a", "b"]), "ZINTERSTORE d 2 a b", 1),
    Row(lambda c: c.zdiffstore("d", ["a", "b"]), "ZDIFFSTORE d 2 a b", 1),
    Row(lambda c: c.zintercard(2, ["a", "b"], 3), "ZINTERCARD 2 a b LIMIT 3", 1),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.zunion([]),
    lambda c: c.zunion({}),
    lambda c: c.zunion(["a"], "AVG"),
    lambda c: c.zinter([]),
    lambda c: c.zinter(["a"], "least"),
    lambda c: c.zdiff([]),
    lambda c: c.zunionstore("d", []),
    lambda c: c.zinterstore("d", {}),
    lambda c: c.zdiffstore("d", []),
    lambda c: c.zintercard(1, ["a", "b"]),
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
    assert called_in(row.call for row in ROWS) >= methods_of(JoinedSortedSets)
