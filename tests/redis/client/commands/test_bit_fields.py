"""Numbers of some bits: requests and results."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.bit_fields import BitFields
from tests.redis.client.commands.asking import Recorder, Row, called_in, check, methods_of

ROWS = [
    Row(lambda c: c.bitfield("k").get("u8", 0).execute(), "BITFIELD k GET u8 0", [5]),
    Row(
        lambda c: c.bitfield("k").set("i5", "#1", -3).incrby("u2", 100, 1).execute(),
        "BITFIELD k SET i5 #1 -3 INCRBY u2 100 1", [0, 1],
    ),
    Row(
        lambda c: c.bitfield("k").incrby("u2", 0, 1, "FAIL").incrby("u2", 0, 1).overflow("sat").get("u2", 0).execute(),
        "BITFIELD k OVERFLOW FAIL INCRBY u2 0 1 INCRBY u2 0 1 OVERFLOW SAT GET u2 0", [1, None, 1],
    ),
    Row(
        lambda c: c.bitfield("k", "FAIL").incrby("u2", 0, 1).execute(), "BITFIELD k OVERFLOW FAIL INCRBY u2 0 1", [None]
    ),
    Row(lambda c: c.bitfield_ro("k", "u8", 0), "BITFIELD_RO k GET u8 0", [5]),
    Row(
        lambda c: c.bitfield_ro("k", "u8", 0, [("i4", "#2"), ("u1", 3)]),
        "BITFIELD_RO k GET u8 0 GET i4 #2 GET u1 3", [5, -1, 1],
    ),
]  # fmt: skip


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_requests_and_results(row: Row, protocol: int) -> None:
    check(row, protocol)


def test_it_begins_anew_once_it_was_run() -> None:
    operation = Recorder().bitfield("k", "SAT").get("u8", 0)
    assert operation.command == (b"BITFIELD", "k", b"OVERFLOW", "SAT", b"GET", "u8", 0)
    operation.execute()
    assert operation.command == (b"BITFIELD", "k", b"OVERFLOW", "SAT")
    operation.get("u8", 1).reset()
    assert operation.command == (b"BITFIELD", "k", b"OVERFLOW", "SAT")


def test_no_method_is_left_out() -> None:
    assert called_in(row.call for row in ROWS) >= methods_of(BitFields)
