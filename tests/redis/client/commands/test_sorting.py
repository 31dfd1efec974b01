"""SORT: requests and results."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.sorting import Sorting
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

ROWS = [
    Row(lambda c: c.sort("l"), "SORT l", [b"1", b"2"]),
    Row(
        lambda c: c.sort("l", 0, 10, "w_*", "o_*", True, True), "SORT l BY w_* LIMIT 0 10 GET o_* DESC ALPHA",
        [b"a", None],
    ),
    Row(lambda c: c.sort("l", get=["#", "o_*"]), "SORT l GET # GET o_*", [b"a", None, b"b", b"2"]),
    Row(
        lambda c: c.sort("l", get=["#", "o_*"], groups=True), "SORT l GET # GET o_*",
        [b"a", None, b"b", b"2"], [(b"a", None), (b"b", b"2")],
    ),
    Row(lambda c: c.sort("l", get=("a", "b", "c"), groups=True), "SORT l GET a GET b GET c", [b"1"] * 3, [(b"1",) * 3]),
    Row(lambda c: c.sort("l", store="m"), "SORT l STORE m", 3),
    Row(lambda c: c.sort_ro("l"), "SORT_RO l", []),
    Row(lambda c: c.sort_ro("l", 2, 5, "nosort", ["#"]), "SORT_RO l BY nosort LIMIT 2 5 GET #", [b"a"]),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.sort("l", start=1),
    lambda c: c.sort("l", num=1),
    lambda c: c.sort("l", get="#", groups=True),
    lambda c: c.sort("l", groups=True),
    lambda c: c.sort("l", get=["#", "o_*"], groups=True, store="m"),
    lambda c: c.sort("l", get=[]),
    lambda c: c.sort_ro("l", 1),
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
    assert called_in(row.call for row in ROWS) >= methods_of(Sorting)
