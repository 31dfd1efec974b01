"""Replication: requests and results."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.servers.replication import Replication
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

ROWS = [
    Row(lambda c: c.role(), "ROLE", [b"master", 5, [[b"127.0.0.1", b"9001", b"5"]]]),
    Row(lambda c: c.replicaof("h", 6379), "REPLICAOF h 6379", b"OK", True),
    Row(lambda c: c.replicaof("NO", "ONE"), "REPLICAOF NO ONE", b"OK", True),
    Row(lambda c: c.slaveof(), "SLAVEOF NO ONE", b"OK", True),
    Row(lambda c: c.slaveof("h", 6379), "SLAVEOF h 6379", b"OK", True),
    Row(lambda c: c.failover(), "FAILOVER", b"OK", True),
    Row(lambda c: c.failover("h", 1), "FAILOVER TO h 1", b"OK", True),
    Row(lambda c: c.failover("h", 1, force=True, timeout=9), "FAILOVER TO h 1 FORCE TIMEOUT 9", b"OK", True),
    Row(lambda c: c.failover(timeout=9), "FAILOVER TIMEOUT 9", b"OK", True),
    Row(lambda c: c.failover(abort=True), "FAILOVER ABORT", b"OK", True),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.slaveof("h"),
    lambda c: c.failover("h"),
    lambda c: c.failover(port=1),
    lambda c: c.failover(abort=True, timeout=1),
    lambda c: c.failover(force=True, timeout=1),
    lambda c: c.failover("h", 1, force=True),
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
    assert called_in(row.call for row in ROWS) >= methods_of(Replication)
