"""Hashes: requests and results."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.hashes import Hashes
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import OK, Call, Recorder, Row, called_in, check, methods_of

ROWS = [
    Row(lambda c: c.hget("k", "f"), "HGET k f", b"v"),
    Row(lambda c: c.hget("k", 1), "HGET k 1", None),
    Row(lambda c: c.hset("k", "f", "v"), "HSET k f v", 1),
    Row(lambda c: c.hset("k", "f", 0), "HSET k f 0", 1),
    Row(lambda c: c.hset("k", mapping={"a": 1, b"b": 2.5}), "HSET k a 1 b 2.5", 2),
    Row(lambda c: c.hset("k", items=["a", 1]), "HSET k a 1", 1),
    Row(lambda c: c.hset("k", "f", "v", {"a": 1}, ["b", 2]), "HSET k b 2 f v a 1", 3),
    Row(lambda c: c.hsetnx("k", "f", "v"), "HSETNX k f v", 0, False),
    Row(lambda c: c.hmset("k", {"a": 1}), "HMSET k a 1", OK, True),
    Row(lambda c: c.hmget("k", ["a", "b"]), "HMGET k a b", [b"1", None]),
    Row(lambda c: c.hmget("k", "a", "b"), "HMGET k a b", [b"1", None]),
    Row(lambda c: c.hmget("k", 1, 2), "HMGET k 1 2", [b"1", None]),
    Row(lambda c: c.hdel("k", "a", "b"), "HDEL k a b", 1),
    Row(lambda c: c.hexists("k", "f"), "HEXISTS k f", 1, True),
    Row(lambda c: c.hstrlen("k", "f"), "HSTRLEN k f", 1),
    Row(lambda c: c.hincrby("k", "f"), "HINCRBY k f 1", 3),
    Row(lambda c: c.hincrby("k", "f", -2), "HINCRBY k f -2", 3),
    Row(lambda c: c.hincrbyfloat("k", "f", 0.25), "HINCRBYFLOAT k f 0.25", b"1e+22", 1e22),
    Row(lambda c: c.hgetall("k"), "HGETALL k", {b"a": b"1", b"b": b"2"}),
    Row(lambda c: c.hgetall("k"), "HGETALL k", {}),
    Row(lambda c: c.hkeys("k"), "HKEYS k", [b"a"]),
    Row(lambda c: c.hvals("k"), "HVALS k", [b"1"]),
    Row(lambda c: c.hlen("k"), "HLEN k", 2),
    Row(lambda c: c.hrandfield("k"), "HRANDFIELD k", b"a"),
    Row(lambda c: c.hrandfield("k"), "HRANDFIELD k", None),
    Row(lambda c: c.hrandfield("k", -2), "HRANDFIELD k -2", [b"a", b"a"]),
    Row(
        lambda c: c.hrandfield("k", 2, withvalues=True), "HRANDFIELD k 2 WITHVALUES",
        [b"a", b"1", b"b", b"2"], [(b"a", b"1"), (b"b", b"2")], [[b"a", b"1"], [b"b", b"2"]],
    ),
    Row(lambda c: c.hrandfield("k", 2, True), "HRANDFIELD k 2 WITHVALUES", []),
    Row(lambda c: c.hscan("k"), "HSCAN k 0", [b"0", [b"a", b"1"]], (0, {b"a": b"1"})),
    Row(lambda c: c.hscan("k", 7, "a*", 10), "HSCAN k 7 MATCH a* COUNT 10", [b"5", []], (5, {})),
    Row(lambda c: c.hscan("k", no_values=True), "HSCAN k 0 NOVALUES", [b"0", [b"a"]], (0, [b"a"])),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.hset("k"),
    lambda c: c.hset("k", mapping={}),
    lambda c: c.hset("k", items=["a"]),
    lambda c: c.hset("k", value="v"),
    lambda c: c.hmset("k", {}),
    lambda c: c.hmget("k", []),
    lambda c: c.hdel("k"),
    lambda c: c.hrandfield("k", withvalues=True),
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
    assert called_in(row.call for row in ROWS) >= methods_of(Hashes)
