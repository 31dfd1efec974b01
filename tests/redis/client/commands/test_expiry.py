"""Expiry: requests and results."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from framewire.redis.client.commands.expiry import KeyExpiry
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

LATER = datetime(2030, 1, 2, 3, 4, 5, 678_900, UTC)

ROWS = [
    Row(lambda c: c.expire("k", 3), "EXPIRE k 3", 1, True),
    Row(lambda c: c.expire("k", timedelta(minutes=1), nx=True), "EXPIRE k 60 NX", 0, False),
    Row(lambda c: c.expire("k", -1, xx=True, gt=True), "EXPIRE k -1 XX GT", 0, False),
    Row(lambda c: c.pexpire("k", 3), "PEXPIRE k 3", 1, True),
    Row(lambda c: c.pexpire("k", timedelta(milliseconds=7), lt=True), "PEXPIRE k 7 LT", 1, True),
    Row(lambda c: c.expireat("k", 1893553445), "EXPIREAT k 1893553445", 1, True),
    Row(lambda c: c.expireat("k", LATER, gt=True), "EXPIREAT k 1893553445 GT", 1, True),
    Row(lambda c: c.pexpireat("k", LATER), "PEXPIREAT k 1893553445678", 1, True),
    Row(lambda c: c.pexpireat("k", 7, xx=True, lt=True), "PEXPIREAT k 7 XX LT", 0, False),
    Row(lambda c: c.persist("k"), "PERSIST k", 1, True),
    Row(lambda c: c.ttl("k"), "TTL k", -1),
    Row(lambda c: c.pttl("k"), "PTTL k", -2),
    Row(lambda c: c.expiretime("k"), "EXPIRETIME k", 1893553445),
    Row(lambda c: c.pexpiretime("k"), "PEXPIRETIME k", 1893553445678),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.expire("k", 1, nx=True, xx=True),
    lambda c: c.pexpire("k", 1, nx=True, gt=True),
    lambda c: c.expireat("k", 1, nx=True, lt=True),
    lambda c: c.pexpireat("k", 1, gt=True, lt=True),
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
    assert called_in(row.call for row in ROWS) >= methods_of(KeyExpiry)
