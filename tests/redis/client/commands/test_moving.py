"""Values on their way: requests and results."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from framewire.frames.resp import Simple
from framewire.redis.client.commands.moving import Moving
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

LATER = datetime(2030, 1, 2, 3, 4, 5, 678_900, UTC)

ROWS = [
    Row(lambda c: c.dump("k"), "DUMP k", b"\x00\xff", raw=True),
    Row(lambda c: c.restore("k", 0, b"\x00"), ("RESTORE", "k", 0, b"\x00"), Simple(b"OK"), True),
    Row(lambda c: c.restore("k", timedelta(seconds=1), b"d", True), "RESTORE k 1000 d REPLACE", b"OK", True),
    Row(
        lambda c: c.restore("k", LATER, b"d", absttl=True, idletime=3), "RESTORE k 1893553445678 d ABSTTL IDLETIME 3",
        b"OK", True,
    ),
    Row(lambda c: c.restore("k", 5, b"d", frequency=7), "RESTORE k 5 d FREQ 7", b"OK", True),
    Row(
        lambda c: c.migrate("h", 6379, "k", 0, 100), ("MIGRATE", "h", 6379, "", 0, 100, "KEYS", "k"),
        Simple(b"OK"), True, seconds=None,
    ),
    Row(
        lambda c: c.migrate("h", 6379, ["k", "l"], 1, 100, copy=True, replace=True, auth="p"),
        ("MIGRATE", "h", 6379, "", 1, 100, "COPY", "REPLACE", "AUTH", "p", "KEYS", "k", "l"),
        Simple(b"NOKEY"), False, seconds=None,
    ),
    Row(
        lambda c: c.migrate("h", 6379, "k", 0, 100, auth="p", username="u"),
        ("MIGRATE", "h", 6379, "", 0, 100, "AUTH2", "u", "p", "KEYS", "k"), Simple(b"OK"), True, seconds=None,
    ),
    Row(lambda c: c.wait(2, 1500), "WAIT 2 1500", 1, seconds=1.5),
    Row(lambda c: c.waitaof(1, 2, 0), "WAITAOF 1 2 0", [1, 2], seconds=0.0),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.restore("k", 0, b"d", idletime=1, frequency=1),
    lambda c: c.restore("k", timedelta(1), b"d", absttl=True),
    lambda c: c.restore("k", LATER, b"d"),
    lambda c: c.migrate("h", 6379, [], 0, 100),
    lambda c: c.migrate("h", 6379, "k", 0, 100, username="u"),
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
    assert called_in(row.call for row in ROWS) >= methods_of(Moving)
