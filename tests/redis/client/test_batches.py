"""What becomes of commands that leave together: tables of replies and outcomes."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.errors import ProtocolError
from framewire.frames.resp import Error, Simple
from framewire.redis.client.batches import Batch
from framewire.redis.client.errors import (
    ConnectionError,
    ExecAbortError,
    NoPermissionError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    WatchError,
)
from framewire.redis.client.fates import Fate

OK, QUEUED = Simple(b"OK"), Simple(b"QUEUED")
NO, ABORT, READONLY = Error(b"ERR no"), Error(b"EXECABORT Transaction discarded"), Error(b"READONLY no")


def batch(*requests: tuple[bytes, ...], transaction: bool = False) -> Batch:
    made = Batch(transaction=transaction)
    for request in requests:
        made.add(request, None)
    return made


def two(*, transaction: bool = False) -> Batch:
    return batch((b"INCR", b"a"), (b"INCR", b"b"), transaction=transaction)


def test_what_is_sent() -> None:
    assert two().requests == [(b"INCR", b"a"), (b"INCR", b"b")]
    assert two(transaction=True).requests == [(b"MULTI",), (b"INCR", b"a"), (b"INCR", b"b"), (b"EXEC",)]


@pytest.mark.parametrize(("transaction", "replies"), [(False, [1, 2]), (True, [OK, QUEUED, QUEUED, [1, 2]])])
def test_results(transaction: bool, replies: list[Any]) -> None:
    made = two(transaction=transaction)
    with pytest.raises(RuntimeError, match="not executed yet"):
        made.places[0].result()
    made.settle(replies)
    assert made.outcomes() == [1, 2]
    assert made.first_error() is None
    assert [place.result() for place in made.places] == [1, 2]


def test_shapes_and_what_they_raise() -> None:
    made = Batch(transaction=False)
    good, bad = made.add((b"GET", b"a"), int), made.add((b"GET", b"b"), int)
    made.settle([b"1", b"x"])
    assert good.result() == 1
    with pytest.raises(ValueError, match="invalid literal"):
        bad.result()
    assert made.first_error() is bad.exception()


ERRORS = [
    (False, [1, NO], ResponseError, Fate.EXECUTED),
    (False, [1, READONLY], ReadOnlyError, Fate.NOT_EXECUTED),
    (True, [OK, QUEUED, QUEUED, [1, NO]], ResponseError, Fate.EXECUTED),
    (True, [OK, QUEUED, QUEUED, [1, READONLY]], ReadOnlyError, Fate.UNKNOWN),
]


@pytest.mark.parametrize(("transaction", "replies", "kind", "fate"), ERRORS)
def test_the_error_of_one(transaction: bool, replies: list[Any], kind: type[RedisError], fate: Fate) -> None:
    made = two(transaction=transaction)
    made.settle(replies)
    good, bad = made.places
    assert good.result() == 1
    error = bad.exception()
    assert type(error) is kind and isinstance(error, RedisError) and error.fate is fate
    assert made.first_error() is error
    assert made.outcomes() == [1, error]


NOTHING = [
    ([OK, QUEUED, QUEUED, None], WatchError, "changed", [WatchError, WatchError]),
    ([OK, QUEUED, NO, ABORT], ExecAbortError, "ERR no", [ExecAbortError, ResponseError]),
    ([NO, NO, NO, Error(b"ERR EXEC without MULTI")], ExecAbortError, "ERR no", [ResponseError, ResponseError]),
    ([OK, QUEUED, QUEUED, ABORT], ExecAbortError, "discarded", [ExecAbortError, ExecAbortError]),
    ([OK, QUEUED, QUEUED, READONLY], ExecAbortError, "READONLY", [ExecAbortError, ExecAbortError]),
]


@pytest.mark.parametrize(("replies", "kind", "text", "kinds"), NOTHING)
def test_transactions_of_which_nothing_was_executed(
    replies: list[Any], kind: type[RedisError], text: str, kinds: list[type]
) -> None:
    made = two(transaction=True)
    with pytest.raises(kind, match=text) as caught:
        made.settle(replies)
    assert caught.value.fate is Fate.NOT_EXECUTED
    assert [type(place.exception()) for place in made.places] == kinds


def test_without_multi_each_command_ran_by_itself() -> None:
    made = two(transaction=True)
    with pytest.raises(NoPermissionError, match="in no transaction") as caught:
        made.settle([Error(b"NOPERM no"), 1, NO, Error(b"ERR EXEC without MULTI")])
    assert caught.value.fate is Fate.EXECUTED
    assert made.places[0].result() == 1
    assert isinstance(made.places[1].exception(), ResponseError)


@pytest.mark.parametrize("executed", [[], [1], [1, 2, 3]])
def test_exec_with_another_number_of_replies(executed: list[int]) -> None:
    with pytest.raises(ProtocolError, match="replies to 2 commands"):
        two(transaction=True).settle([OK, QUEUED, QUEUED, executed])


@pytest.mark.parametrize(
    ("transaction", "replies", "answered"),
    [
        (False, [], 0), (False, [1], 1), (False, [NO], 0),
        (True, [], 0), (True, [OK], 0), (True, [OK, QUEUED, QUEUED], 0),
    ],
)  # fmt: skip
def test_lost_behind_some_replies(transaction: bool, replies: list[Any], answered: int) -> None:
    made, loss = two(transaction=transaction), ConnectionError("gone", fate=Fate.UNKNOWN)
    made.fail(loss, replies)
    assert [place.exception() for place in made.places].count(None) == answered
    assert made.places[-1].exception() is loss
