"""HyperLogLogs: requests and results."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.hyperloglogs import HyperLogLogs
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import OK, Call, Recorder, Row, called_in, check, methods_of

ROWS = [
    Row(lambda c: c.pfadd("k"), "PFADD k", 1, True),
    Row(lambda c: c.pfadd("k", "a", 2), "PFADD k a 2", 0, False),
    Row(lambda c: c.pfcount("a", "b"), "PFCOUNT a b", 3),
    Row(lambda c: c.pfmerge("d"), "PFMERGE d", OK, True),
    Row(lambda c: c.pfmerge("d", "a", "b"), "PFMERGE d a b", OK, True),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.pfcount(),
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
    assert called_in(row.call for row in ROWS) >= methods_of(HyperLogLogs)
