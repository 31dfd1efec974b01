"""One call on its way: how it is sent, and what its attempts have proved."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

from framewire.frames.resp import Error, Simple
from framewire.redis.client.errors import RedisError, ResponseError, TryAgainError
from framewire.redis.client.fates import Fate
from framewire.redis.cluster.blocking.calling import ASKING, Calling, send_call, send_transaction
from framewire.redis.cluster.told import ENDLESS_SECONDS

GET = (b"GET", b"a")
OK, QUEUED = Simple(b"OK"), Simple(b"QUEUED")
ABORTED = Error(b"EXECABORT Transaction discarded because of previous errors.")


class Answering:
    """As much of a node as is sent to."""

    def __init__(self, *replies: Any) -> None:
        self.replies = list(replies)
        self.sent: list[Any] = []

    def call(self, request: Any, shape: Any, timeout: float | None) -> Any:
        self.sent = [request]
        return self.replies[0] if shape is None else shape(self.replies[0])

    def batch(self, requests: Sequence[Any], timeout: float | None) -> list[Any]:
        self.sent = list(requests)
        return self.replies


def send(sender: Any, node: Answering, asking: bool = False) -> Any:
    return sender(node, asking, None)


def test_a_call_in_its_shape() -> None:
    node = Answering(b"1")
    assert send(send_call(GET, int), node) == 1
    assert node.sent == [GET]


def test_a_call_behind_asking() -> None:
    node = Answering(OK, b"1")
    assert send(send_call(GET, int), node, asking=True) == 1
    assert send(send_call(GET, None), node, asking=True) == b"1"
    assert node.sent == [ASKING, GET]


def test_an_error_behind_asking_is_that_of_the_call() -> None:
    with pytest.raises(TryAgainError) as refused:
        send(send_call(GET, int), Answering(OK, Error(b"TRYAGAIN wait")), asking=True)
    assert refused.value.fate is Fate.NOT_EXECUTED
    with pytest.raises(TryAgainError) as doubtful:
        send(send_call((b"EVAL", b"return 1", 0), None), Answering(OK, Error(b"TRYAGAIN says a script")), asking=True)
    assert doubtful.value.fate is Fate.UNKNOWN


TRANSACTION = [(b"MULTI",), GET, (b"EXEC",)]

MOVED, TORN = Error(b"MOVED 1 127.0.0.1:7001"), Error(b"TRYAGAIN torn apart")


@pytest.mark.parametrize(("replies", "raised"), [
    ([OK, QUEUED, [b"1"]], None),
    ([OK, QUEUED, [MOVED]], None),  # out of a script that has run
    ([OK, QUEUED, None], None),
    ([OK, Error(b"ERR no such command"), ABORTED], None),
    ([Error(b"NOPERM no"), b"1", Error(b"ERR EXEC without MULTI")], None),
    ([OK, MOVED, ABORTED], "MOVED"),
    ([OK, TORN, ABORTED], "TRYAGAIN"),
    ([OK, QUEUED, MOVED], "MOVED"),
    ([Error(b"LOADING wait"), Error(b"LOADING wait"), Error(b"LOADING wait")], "LOADING"),
    ([OK, Error(b"MOVED to nowhere"), ABORTED], None),
], ids=lambda value: str(value)[:40])  # fmt: skip
def test_only_what_the_cluster_refuses_of_a_transaction_is_raised(replies: list[Any], raised: str | None) -> None:
    sender = send_transaction(TRANSACTION)
    if raised is None:
        assert send(sender, Answering(*replies)) == replies
        assert send(sender, Answering(OK, *replies), asking=True) == replies
        return
    for node, asking in ((Answering(*replies), False), (Answering(OK, *replies), True)):
        with pytest.raises(RedisError, match=raised) as refused:
            send(sender, node, asking)
        assert refused.value.fate is Fate.NOT_EXECUTED


def calling(timeout: float | None = None) -> Calling:
    return Calling([GET], send_call(GET, None), timeout, began=100.0)


def test_times() -> None:
    assert (calling(5.0).deadline, calling(5.0).end) == (105.0, 105.0)
    assert (calling().deadline, calling().end) == (math.inf, 100.0 + ENDLESS_SECONDS)
    assert calling().left() is None
    assert calling(5.0).left() == 0.0  # that was long ago


def test_the_fate_is_that_of_all_attempts() -> None:
    call = calling()
    assert call.judged(ResponseError("no", fate=Fate.NOT_EXECUTED)).fate is Fate.NOT_EXECUTED
    call.doubtful = True
    assert call.judged(ResponseError("no", fate=Fate.NOT_EXECUTED)).fate is Fate.UNKNOWN
    assert call.judged(ResponseError("no", fate=Fate.EXECUTED)).fate is Fate.EXECUTED
