"""The table of tests: which there are, and how they are chosen. What is sent is compared in `tests/against`."""

from __future__ import annotations

import pytest

from framewire.cli.bench.suite import SUITE, own_request, select
from framewire.redis.facts.table import lookup


def names(*chosen: str) -> list[str]:
    return [test.name for test in select(chosen)]


def test_names_are_unique_and_requests_are_commands() -> None:
    assert len({test.name for test in SUITE}) == len({test.title for test in SUITE}) == len(SUITE)
    assert all(lookup(test.arguments) for test in SUITE)


@pytest.mark.parametrize(("chosen", "found"), [
    (["get"], ["get"]),
    (["SET", " get "], ["set", "get"]),
    (["ping"], ["ping_inline", "ping_mbulk"]),
    (["ping_mbulk"], ["ping_mbulk"]),
    (["lrange_300"], ["lpush_for_lrange", "lrange_300"]),
    (["lrange"], ["lpush_for_lrange", "lrange_100", "lrange_300", "lrange_500", "lrange_600"]),
    (["mset", "lpush"], ["lpush", "mset"]),
])  # fmt: skip
def test_tests_are_chosen_by_name_or_group_in_the_order_of_the_table(chosen: list[str], found: list[str]) -> None:
    assert names(*chosen) == found


def test_without_names_it_is_all() -> None:
    assert select(None) == list(SUITE)


def test_an_unknown_name_is_told_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"no test sett, zet; there are ping_inline, .*, mset"):
        select(["zet", "get", "sett"])


def test_inline_is_a_line_and_the_rest_are_arrays() -> None:
    assert [test.encoded() for test in select(["ping"])] == [b"PING\r\n", b"*1\r\n$4\r\nPING\r\n"]


def test_a_request_of_ones_own_is_called_as_it_is_written() -> None:
    request = own_request([b"SET", b"my key", b"\xff"])
    assert (request.title, request.arguments) == ("SET my key \ufffd", (b"SET", b"my key", b"\xff"))
