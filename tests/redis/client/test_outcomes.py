"""What callers are told of requests that have no reply."""

from __future__ import annotations

import pytest

from framewire.errors import EncodeError
from framewire.frames.resp import Error
from framewire.redis.client.blocking.waiter import Waiter
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
from framewire.redis.client.outcomes import breach, copied, fail, lost_error, refusal_of, unsent
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


@pytest.mark.parametrize(("reply", "is_open", "kind"), [
    (Error(b"ERR max number of clients reached"), False, MaxConnectionsError),
    (Error(b"ERR max number of clients reached"), True, InvalidResponse),  # replies are shifted, for all we know
    (Error(b"DENIED protected mode"), False, InvalidResponse), (b"PONG", False, InvalidResponse),
])  # fmt: skip
def test_what_nobody_asked_for(reply: object, is_open: bool, kind: type[Exception]) -> None:
    error = breach("redis://here", UnexpectedReply(reply), is_open=is_open)
    assert type(error) is kind
    assert (reply.data if isinstance(reply, Error) else bytes(reply)).decode() in str(error)  # type: ignore[call-overload]
