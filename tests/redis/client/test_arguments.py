"""How Python's own becomes the server's words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.client import arguments
from framewire.redis.client.errors import DataError

MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(("first", "rest", "together"), [
    ("a", (), ["a"]), (b"a", ("b",), [b"a", "b"]), (["a", "b"], (), ["a", "b"]), (("a",), ("b",), ["a", "b"]),
    (7, (8,), [7, 8]), ({"a": 1}, (), ["a"]), (iter("ab"), (), ["a", "b"]), ([], ("a",), ["a"]),
    (bytearray(b"ab"), (), [bytearray(b"ab")]), (memoryview(b"ab"), (), [memoryview(b"ab")]),
])  # fmt: skip
def test_one_or_several(first: Any, rest: tuple[Any, ...], together: list[Any]) -> None:
    assert arguments.listed(first, rest) == together


@pytest.mark.parametrize("nothing", [[], (), {}, set(), iter(())])
def test_none_at_all(nothing: Any) -> None:
    with pytest.raises(DataError, match="empty"):
        arguments.listed(nothing)


def test_keys_that_are_counted() -> None:
    assert arguments.counted(["a", "b"]) == (2, "a", "b")
    assert arguments.counted(["a", "b"], 2) == (2, "a", "b")
    with pytest.raises(DataError, match="said to be 3, but there are 2"):
        arguments.counted(["a", "b"], 3)


def test_options_that_exclude_one_another() -> None:
    arguments.at_most_one(a=None, b=False, c=0)
    with pytest.raises(DataError, match="only one of a, b, c may be given, not a and c"):
        arguments.at_most_one(a=0, b=None, c=True)


@pytest.mark.parametrize(("given_as", "words"), [
    ({"ex": 0}, (b"EX", 0)), ({"px": 1}, (b"PX", 1)), ({"exat": 2}, (b"EXAT", 2)), ({"pxat": 3}, (b"PXAT", 3)),
    ({"keepttl": True}, (b"KEEPTTL",)), ({"persist": True}, (b"PERSIST",)), ({}, ()),
])  # fmt: skip
def test_lifetimes(given_as: dict[str, Any], words: tuple[Any, ...]) -> None:
    nothing: dict[str, Any] = {"ex": None, "px": None, "exat": None, "pxat": None}
    assert arguments.lifetime(**{**nothing, **given_as}) == words
    for other in nothing:
        if given_as and other not in given_as:
            with pytest.raises(DataError):
                arguments.lifetime(**{**nothing, **given_as, other: 5})


@given(st.timedeltas())
def test_durations_are_cut_to_their_unit_and_never_rounded_up(time: timedelta) -> None:
    assert arguments.seconds(time) == (time // MICROSECOND) // 1_000_000
    assert arguments.milliseconds(time) == (time // MICROSECOND) // 1_000


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))])))
def test_points_in_time_are_cut_to_their_unit_and_never_rounded_up(time: datetime) -> None:
    since = (time - datetime(1970, 1, 1, tzinfo=UTC)) // MICROSECOND
    assert arguments.unix_seconds(time) == since // 1_000_000
    assert arguments.unix_milliseconds(time) == since // 1_000


def test_a_time_without_a_zone_is_local() -> None:
    time = datetime(2030, 1, 2, 3, 4, 5)
    assert arguments.unix_seconds(time) == time.timestamp()


@given(st.integers())
def test_numbers_are_taken_as_they_are(number: int) -> None:
    for unit in (arguments.seconds, arguments.milliseconds, arguments.unix_seconds, arguments.unix_milliseconds):
        assert unit(number) == number  # type: ignore[operator]
