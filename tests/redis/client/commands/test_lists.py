"""Lists: requests and results."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.lists import Lists
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import OK, Call, Recorder, Row, called_in, check, methods_of

ROWS = [
    Row(lambda c: c.lpush("k", "a", 1), "LPUSH k a 1", 2),
    Row(lambda c: c.rpush("k", b"a"), "RPUSH k a", 2),
    Row(lambda c: c.lpushx("k", "a"), "LPUSHX k a", 0),
    Row(lambda c: c.rpushx("k", "a", "b"), "RPUSHX k a b", 0),
    Row(lambda c: c.lpop("k"), "LPOP k", b"a"),
    Row(lambda c: c.lpop("k", 2), "LPOP k 2", [b"a", b"b"]),
    Row(lambda c: c.rpop("k"), "RPOP k", None),
    Row(lambda c: c.rpop("k", 0), "RPOP k 0", None),
    Row(
        lambda c: c.lmpop(2, "a", "b", direction="LEFT"), "LMPOP 2 a b LEFT COUNT 1",
        [b"b", [b"1"]], (b"b", [b"1"]),
    ),
    Row(lambda c: c.lmpop(1, "a", direction="right", count=3), "LMPOP 1 a right COUNT 3", None),
    Row(lambda c: c.lmove("a", "b"), "LMOVE a b LEFT RIGHT", b"1"),
    Row(lambda c: c.lmove("a", "b", "RIGHT", "LEFT"), "LMOVE a b RIGHT LEFT", None),
    Row(lambda c: c.rpoplpush("a", "b"), "RPOPLPUSH a b", b"1"),
    Row(lambda c: c.llen("k"), "LLEN k", 0),
    Row(lambda c: c.lindex("k", -1), "LINDEX k -1", b"1"),
    Row(lambda c: c.lrange("k", 0, -1), "LRANGE k 0 -1", [b"1", b"2"]),
    Row(lambda c: c.lset("k", 0, "v"), "LSET k 0 v", OK, True),
    Row(lambda c: c.ltrim("k", 0, 5), "LTRIM k 0 5", OK, True),
    Row(lambda c: c.linsert("k", "BEFORE", "a", "b"), "LINSERT k BEFORE a b", -1),
    Row(lambda c: c.lrem("k", -2, "a"), "LREM k -2 a", 2),
    Row(lambda c: c.lpos("k", "a"), "LPOS k a", 3),
    Row(lambda c: c.lpos("k", "a", rank=-1, maxlen=10), "LPOS k a RANK -1 MAXLEN 10", None),
    Row(lambda c: c.lpos("k", "a", count=0), "LPOS k a COUNT 0", [1, 2]),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.lpush("k"),
    lambda c: c.rpush("k"),
    lambda c: c.lpushx("k"),
    lambda c: c.rpushx("k"),
    lambda c: c.lmpop(2, "a", direction="LEFT"),
    lambda c: c.lmpop(0, direction="LEFT"),
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
    assert called_in(row.call for row in ROWS) >= methods_of(Lists)
