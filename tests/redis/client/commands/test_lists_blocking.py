"""Lists that are waited for: requests and results."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.lists_blocking import BlockingLists
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

ROWS = [
    Row(lambda c: c.blpop("k"), "BLPOP k 0", [b"k", b"1"], (b"k", b"1"), seconds=0),
    Row(lambda c: c.blpop(["a", "b"], 0.5), "BLPOP a b 0.5", None, seconds=0.5),
    Row(lambda c: c.blpop("k", None), "BLPOP k 0", None, seconds=None),
    Row(lambda c: c.brpop(("a", "b"), 2), "BRPOP a b 2", [b"a", b"1"], (b"a", b"1"), seconds=2),
    Row(
        lambda c: c.blmpop(1.5, 2, "a", "b", direction="LEFT", count=2), "BLMPOP 1.5 2 a b LEFT COUNT 2",
        [b"b", [b"1", b"2"]], (b"b", [b"1", b"2"]), seconds=1.5,
    ),
    Row(lambda c: c.blmpop(0, 1, "a", direction="RIGHT"), "BLMPOP 0 1 a RIGHT COUNT 1", None, seconds=0),
    Row(lambda c: c.blmove("a", "b", 3), "BLMOVE a b LEFT RIGHT 3", b"1", seconds=3),
    Row(lambda c: c.blmove("a", "b", 0, "RIGHT", "LEFT"), "BLMOVE a b RIGHT LEFT 0", None, seconds=0),
    Row(lambda c: c.brpoplpush("a", "b"), "BRPOPLPUSH a b 0", b"1", seconds=0),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.blpop([]),
    lambda c: c.brpop(()),
    lambda c: c.blmpop(0, 2, "a", direction="LEFT"),
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
    assert called_in(row.call for row in ROWS) >= methods_of(BlockingLists)
