"""Whether what failed may be tried again."""

from __future__ import annotations

import ssl

import pytest

from framewire.redis.client.errors import (
    AuthenticationError,
    ConnectionError,
    MaxConnectionsError,
    RedisError,
    ResponseError,
    TimeoutError,
    error_of_reply,
)
from framewire.redis.client.fates import Fate
from framewire.redis.client.repeating import is_passing, may_pass, may_repeat

READ, WRITE, TWICE = (b"GET", b"a"), (b"INCR", b"a"), (b"SET", b"a", b"1")


@pytest.mark.parametrize("requests", [[READ], [WRITE], [TWICE], [READ, WRITE]])
def test_by_fate_alone(requests: list[tuple[bytes, ...]]) -> None:
    assert may_repeat(requests, Fate.NOT_EXECUTED)
    assert not may_repeat(requests, Fate.EXECUTED)


@pytest.mark.parametrize(
    ("requests", "allowed"),
    [
        ([READ], True), ([TWICE], True), ([WRITE], False), ([READ, TWICE], True), ([READ, WRITE], False),
        ([(b"NONSENSE",)], False), ([("get", "a")], True),
    ],
)  # fmt: skip
def test_where_nobody_knows_by_what_it_does(requests: list[tuple[bytes, ...]], allowed: bool) -> None:
    assert may_repeat(requests, Fate.UNKNOWN) is allowed


@pytest.mark.parametrize(
    ("said", "command", "passing"),
    [
        (b"LOADING Redis is loading", b"GET", True), (b"BUSY a script", b"INCR", True), (b"TRYAGAIN", b"MGET", True),
        (b"MASTERDOWN", b"GET", True), (b"CLUSTERDOWN", b"GET", True), (b"READONLY no", b"SET", False),
        (b"WRONGTYPE no", b"GET", False), (b"BUSY inside", b"EVAL", False), (b"BUSYGROUP exists", b"XGROUP", False),
    ],
)  # fmt: skip
def test_refusals_that_pass_by_themselves(said: bytes, command: bytes, passing: bool) -> None:
    assert is_passing(error_of_reply(said, command)) is passing


def caused(error: RedisError, cause: Exception) -> RedisError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("failure", "passing"),
    [
        (ConnectionError("refused"), True), (TimeoutError("late"), True), (MaxConnectionsError("full"), True),
        (caused(ConnectionError("refused"), OSError(111, "refused")), True), (AuthenticationError("no"), False),
        (caused(ConnectionError("no"), ssl.SSLCertVerificationError(1, "expired")), False),
        (caused(ConnectionError("no"), ValueError("no such cipher")), False), (ResponseError("ERR DB index"), False),
    ],
)  # fmt: skip
def test_failures_to_connect(failure: RedisError, passing: bool) -> None:
    assert may_pass(failure) is passing
