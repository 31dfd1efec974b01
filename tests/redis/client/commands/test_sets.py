"""Sets: requests and results."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.sets import Sets
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

ROWS = [
    Row(lambda c: c.sadd("k", "a", 1, 2.5), "SADD k a 1 2.5", 3),
    Row(lambda c: c.srem("k", "a"), "SREM k a", 1),
    Row(lambda c: c.scard("k"), "SCARD k", 1),
    Row(lambda c: c.sismember("k", "a"), "SISMEMBER k a", 1, True),
    Row(lambda c: c.smismember("k", ["a", "b"]), "SMISMEMBER k a b", [1, 0], [True, False]),
    Row(lambda c: c.smismember("k", "a", "b"), "SMISMEMBER k a b", [1, 0], [True, False]),
    Row(lambda c: c.smembers("k"), "SMEMBERS k", {b"a", b"b"}),
    Row(lambda c: c.smembers("k"), "SMEMBERS k", set()),
    Row(lambda c: c.smove("a", "b", "m"), "SMOVE a b m", 0, False),
    Row(lambda c: c.spop("k"), "SPOP k", b"a"),
    Row(lambda c: c.spop("k"), "SPOP k", None),
    Row(lambda c: c.spop("k", 2), "SPOP k 2", [b"a", b"b"]),
    Row(lambda c: c.spop("k", 1), "SPOP k 1", {b"a"}, [b"a"]),
    Row(lambda c: c.spop("k", 0), "SPOP k 0", []),
    Row(lambda c: c.srandmember("k"), "SRANDMEMBER k", b"a"),
    Row(lambda c: c.srandmember("k", -2), "SRANDMEMBER k -2", [b"a", b"a"]),
    Row(lambda c: c.sscan("k"), "SSCAN k 0", [b"0", [b"a"]], (0, [b"a"])),
    Row(lambda c: c.sscan("k", 3, b"a*", 5), "SSCAN k 3 MATCH a* COUNT 5", [b"17", []], (17, [])),
    Row(lambda c: c.sdiff("a", "b"), "SDIFF a b", {b"a"}),
    Row(lambda c: c.sinter(["a", "b"]), "SINTER a b", {b"a"}),
    Row(lambda c: c.sunion(["a"], "b"), "SUNION a b", {b"a", b"b"}),
    Row(lambda c: c.sintercard(2, ["a", "b"]), "SINTERCARD 2 a b LIMIT 0", 4),
    Row(lambda c: c.sintercard(1, ["a"], 3), "SINTERCARD 1 a LIMIT 3", 3),
    Row(lambda c: c.sdiffstore("d", "a", "b"), "SDIFFSTORE d a b", 1),
    Row(lambda c: c.sinterstore("d", ["a", "b"]), "SINTERSTORE d a b", 1),
    Row(lambda c: c.sunionstore("d", {"a"}), "SUNIONSTORE d a", 1),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.sadd("k"),
    lambda c: c.srem("k"),
    lambda c: c.smismember("k", []),
    lambda c: c.sdiff([]),
    lambda c: c.sinter([]),
    lambda c: c.sunion([]),
    lambda c: c.sintercard(1, ["a", "b"]),
    lambda c: c.sintercard(0, []),
    lambda c: c.sdiffstore("d", []),
    lambda c: c.sinterstore("d", []),
    lambda c: c.sunionstore("d", []),
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
    assert called_in(row.call for row in ROWS) >= methods_of(Sets)
