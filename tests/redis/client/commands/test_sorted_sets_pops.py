"""What is taken from sorted sets: requests and results."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.sorted_sets_pops import SortedSetPops
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

ROWS = [
    Row(lambda c: c.zpopmin("k"), "ZPOPMIN k", [b"a", b"1"], [(b"a", 1.0)], [b"a", 1.0]),
    Row(lambda c: c.zpopmin("k", 2), "ZPOPMIN k 2", [b"a", b"1"], [(b"a", 1.0)], [[b"a", 1.0]]),
    Row(lambda c: c.zpopmax("k"), "ZPOPMAX k", []),
    Row(lambda c: c.zpopmax("k", 2), "ZPOPMAX k 2", []),
    Row(
        lambda c: c.zmpop(2, ["a", "b"], min=True), "ZMPOP 2 a b MIN COUNT 1",
        [b"a", [[b"x", 1.0]]], (b"a", [(b"x", 1.0)]),
    ),
    Row(lambda c: c.zmpop(1, ["a"], max=True, count=5), "ZMPOP 1 a MAX COUNT 5", None),
    Row(lambda c: c.bzpopmin("k"), "BZPOPMIN k 0", [b"k", b"a", 1.5], (b"k", b"a", 1.5), seconds=0),
    Row(lambda c: c.bzpopmax(["a", "b"], 0.5), "BZPOPMAX a b 0.5", None, seconds=0.5),
    Row(lambda c: c.bzpopmax("a", None), "BZPOPMAX a 0", None, seconds=None),
    Row(
        lambda c: c.bzmpop(2, 1, ["a"], max=True, count=2), "BZMPOP 2 1 a MAX COUNT 2",
        [b"a", [[b"x", 1.0], [b"y", 2.0]]], (b"a", [(b"x", 1.0), (b"y", 2.0)]), seconds=2,
    ),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.zmpop(1, ["a"]),
    lambda c: c.zmpop(1, ["a"], min=True, max=True),
    lambda c: c.zmpop(2, ["a"], min=True),
    lambda c: c.bzmpop(0, 1, ["a"]),
    lambda c: c.bzmpop(0, 2, ["a"], max=True),
    lambda c: c.bzpopmin([]),
    lambda c: c.bzpopmax([]),
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
    assert called_in(row.call for row in ROWS) >= methods_of(SortedSetPops)
