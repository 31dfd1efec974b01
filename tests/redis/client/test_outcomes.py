"""What callers are told of requests that have no reply."""

from __future__ import annotations

import pytest

from framewire.errors import EncodeError, FramewireError, ProtocolError
from framewire.frames.resp import Error
from framewire.redis.client.blocking.threads.waiter import Waiter
from framewire.redis.client.errors import (
    ConnectionError,
    DataError,
    InvalidResponse,
    MaxConnectionsError,
    QueueFullError,
    ReadOnlyError,
    ResponseError,
    TimeoutError,
)
from framewire.redis.client.fates import Fate
from framewire.redis.client.outcomes import broken_error, copied, explained, fail, lost_error, refusal_of, unsent
from framewire.redis.exchange.calls import BacklogFull, Call, UnexpectedReply


def call(*requests: tuple[bytes, ...], written: bool = True, waiter: Waiter | None = None) -> Call:
    return Call(requests, len(requests) > 1, waiter, None, written, [1], 0.0, 0.0)


def test_whoever_waits_is_told() -> None:
    waiter = Waiter()
    fail(call((b"GET", b"a"), waiter=waiter), ValueError("no"))
    with pytest.raises(ValueError, match="no") as told:
        waiter.result()
    assert not hasattr(told.value, "replies")


def test_a_batch_learns_what_came_before() -> None:
    waiter, error = Waiter(), ValueError("no")
    fail(call((b"GET", b"a"), (b"GET", b"b"), waiter=waiter), error)
    assert error.replies == [1]  # type: ignore[attr-defined]


def test_nobody_and_whoever_has_gone_are_not() -> None:
    fail(call((b"GET", b"a")), ValueError("no"))
    waiter = Waiter()
    waiter.set_result(1)
    fail(call((b"GET", b"a"), waiter=waiter), ValueError("no"))
    assert waiter.result() == 1


@pytest.mark.parametrize(("written", "fate"), [(True, Fate.UNKNOWN), (False, Fate.NOT_EXECUTED)])
def test_a_lost_link(written: bool, fate: Fate) -> None:
    error = lost_error(call((b"INCR", b"a"), written=written), OSError("gone"))
    assert (type(error), str(error), error.fate) == (ConnectionError, "gone", fate)


def test_a_lost_link_is_as_what_has_ended_it() -> None:
    error = lost_error(call((b"INCR", b"a")), InvalidResponse("garbage"))
    assert (type(error), str(error), error.fate) == (InvalidResponse, "garbage", Fate.UNKNOWN)


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (ProtocolError("garbage"), InvalidResponse, "here sent what it must not: garbage"),
        (UnexpectedReply(1), InvalidResponse, "here sent what it must not: a reply that nobody asked for: 1"),
        (UnexpectedReply(Error(b"ERR max number of clients reached")), MaxConnectionsError,
         "here ended the connection: ERR max number of clients reached"),
        (UnexpectedReply(Error(b"ERR timeout")), ConnectionError, "here ended the connection: ERR timeout"),
    ],
)  # fmt: skip
def test_a_broken_link(error: FramewireError, kind: type[ConnectionError], text: str) -> None:
    made = broken_error("here", error)
    assert (type(made), str(made)) == (kind, text)


@pytest.mark.parametrize(
    ("name", "fate"), [(b"SET", Fate.NOT_EXECUTED), ("SET", Fate.NOT_EXECUTED), (b"EVAL", Fate.UNKNOWN)]
)
def test_a_refusal_knows_what_was_asked(name: bytes, fate: Fate) -> None:
    error = refusal_of(call((name, b"a")), Error(b"READONLY no"))
    assert (type(error), error.fate) == (ReadOnlyError, fate)


def test_copies_are_alike() -> None:
    error = TimeoutError("late", fate=Fate.UNKNOWN)
    error.__cause__ = cause = ResponseError("no")
    copy = copied(error)
    assert copy is not error
    assert (type(copy), str(copy), copy.fate, copy.__cause__) == (TimeoutError, "late", Fate.UNKNOWN, cause)


@pytest.mark.parametrize(("error", "told"), [
    (EncodeError("no form"), DataError), (BacklogFull(1, 2, 2), QueueFullError), (LookupError("other"), LookupError),
])  # fmt: skip
def test_what_was_not_sent(error: Exception, told: type[Exception]) -> None:
    failure = unsent(error)
    assert type(failure) is told and str(failure) == str(error)
    assert getattr(failure, "fate", Fate.NOT_EXECUTED) is Fate.NOT_EXECUTED


def test_an_error_that_is_explained_stays_what_it_is() -> None:
    error = explained(ReadOnlyError("READONLY a replica", fate=Fate.NOT_EXECUTED), "five times")
    assert type(error) is ReadOnlyError and error.fate is Fate.NOT_EXECUTED
    assert str(error) == "READONLY a replica (five times)"
