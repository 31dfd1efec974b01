"""A batch taken apart and put together, without a link: nodes and who sends again are written down here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.errors import EncodeError
from framewire.frames.resp import Error
from framewire.redis.client.attempts import Attempts
from framewire.redis.client.batches import Failed
from framewire.redis.client.errors import ConnectionError, DataError, RedisError, TimeoutError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.cluster.aio.pipelining import One, Part, Whole
from framewire.redis.cluster.aio.redirecting import Redirecting
from framewire.redis.exchange.calls import Call
from tests.properties import examples

REQUESTS = [(b"GET", b"%d" % number) for number in range(6)]
MOVED = Error(b"MOVED 1 127.0.0.1:2")
LOST = ConnectionError("gone", fate=Fate.UNKNOWN)


class Node:
    """Keeps what it is sent."""

    def __init__(self, error: Exception | None = None) -> None:
        self.sent: list[Any] = []
        self.error = error

    def send_batch(self, requests: Sequence[Any], waiter: Any, timeout: float | None) -> None:
        if self.error is not None:
            raise self.error
        self.sent += requests
        self.waiter = waiter


class Redirects:
    """Takes over what `takes` says, and keeps it."""

    def __init__(self, *, takes: bool) -> None:
        self.takes = takes
        self.taken: list[Call] = []

    def refused(self, node: Any, call: Call, error: Any) -> bool:
        self.taken.append(call)
        return self.takes

    failed = refused


def batch(*parts: list[int], takes: bool = True) -> tuple[Any, list[Any], Redirects]:
    """The waiter of a batch of `REQUESTS`, its parts, sent to a node each, and who sends again."""
    waiter = asyncio.get_running_loop().create_future()
    whole, redirects = Whole(REQUESTS[: sum(map(len, parts))], waiter, None), Redirects(takes=takes)
    sent = [Part(whole, indexes, Node(), redirects) for indexes in parts]  # type: ignore[arg-type]
    for part in sent:
        part.send()
    return waiter, sent, redirects


async def test_each_node_gets_its_own_and_replies_find_their_places() -> None:
    waiter, (even, odd), _ = batch([0, 2, 4], [1, 3])
    assert even._node.sent == REQUESTS[0:5:2]
    odd.set_result([b"1", b"3"])
    assert not waiter.done()
    even.set_result([b"0", None, b"4"])
    assert waiter.result() == [b"0", b"1", None, b"3", b"4"]


@examples(50)
@given(st.permutations(range(6)), st.integers(0, 6), st.booleans())
def test_whoever_answers_first(order: list[int], cut: int, first: bool) -> None:
    async def run() -> list[Any]:
        waiter, parts, _ = batch(order[:cut], order[cut:])
        for part in parts if first else parts[::-1]:
            part.set_result([request[1] for request in part._node.sent])
        return waiter.result()  # type: ignore[no-any-return]

    assert asyncio.run(run()) == [request[1] for request in REQUESTS]


async def test_what_is_redirected_goes_on_alone() -> None:
    waiter, (part,), redirects = batch([0, 1, 2])
    part.set_result([b"0", MOVED, b"2"])
    assert [call.requests for call in redirects.taken] == [(REQUESTS[1],)]
    assert not waiter.done()
    redirects.taken[0].waiter.set_result(b"1")  # type: ignore[union-attr]
    assert waiter.result() == [b"0", b"1", b"2"]


async def test_an_error_that_is_nobody_elses_stands_in_the_list() -> None:
    waiter, (part,), _ = batch([0, 1], takes=False)
    part.set_result([b"0", MOVED])
    assert waiter.result() == [b"0", MOVED]


async def test_a_lost_link_leaves_each_request_its_own_fate() -> None:
    waiter, (one, other), redirects = batch([0, 1, 2], [3], takes=False)
    error = ConnectionError("gone", fate=Fate.UNKNOWN)
    error.replies = [b"0"]  # type: ignore[attr-defined]
    one.set_exception(error)
    other.set_result([b"3"])
    assert [call.requests for call in redirects.taken] == [(REQUESTS[1],), (REQUESTS[2],)]
    first, second, third, fourth = waiter.result()
    assert (first, fourth) == (b"0", b"3")
    assert isinstance(second, Failed) and isinstance(third, Failed) and second.error is not third.error


async def test_what_a_lost_link_had_goes_on_where_that_is_allowed() -> None:
    waiter, (part,), redirects = batch([0, 1])
    part.set_exception(LOST)
    for call in redirects.taken:
        call.waiter.set_result(call.requests[0][1])  # type: ignore[union-attr]
    assert waiter.result() == [b"0", b"1"]


@pytest.mark.parametrize(
    ("error", "becomes"),
    [(TimeoutError("late"), TimeoutError), (EncodeError("no form"), DataError)],
    ids=["late", "without a wire form"],
)
async def test_nobody_else_is_asked_after(error: Exception, becomes: type[RedisError]) -> None:
    waiter = asyncio.get_running_loop().create_future()
    redirects = Redirects(takes=True)
    whole = Whole(REQUESTS[:1], waiter, None)
    part = Part(whole, [0], Node(error if isinstance(error, EncodeError) else None), redirects)  # type: ignore[arg-type]
    part.send()
    if isinstance(error, TimeoutError):
        part.set_exception(error)
    (failed,) = waiter.result()
    assert isinstance(failed, Failed) and isinstance(failed.error, becomes)
    assert redirects.taken == []  # and so nobody believes that the node is lost


async def test_who_has_stopped_waiting_is_not_told() -> None:
    waiter, (part,), _ = batch([0])
    waiter.cancel()
    assert part.done()
    part.set_result([b"0"])


async def test_redirecting_leaves_parts_to_themselves() -> None:
    """Of a part that is lost as a whole it learns that the node is; what becomes of its requests, each has to ask."""
    _, (part,), _ = batch([0, 1])
    lost: list[Any] = []
    redirecting = Redirecting(Options(), Attempts())
    redirecting._places = SimpleNamespace(lost=lost.append, pinned=())  # type: ignore[assignment]
    call = Call(REQUESTS[:2], True, part, None, True, [], 0.0, 0.0)
    assert not redirecting.failed(SimpleNamespace(address="node"), call, LOST)  # type: ignore[arg-type]
    assert lost == ["node"]


async def test_attempts_of_a_part_can_be_counted() -> None:
    """As of every waiter: else whoever handles a lost link fails, and all others that had it wait for ever."""
    _, (part,), _ = batch([0, 1])
    attempts = Attempts()
    for waiter in (part, One(part._whole, 0)):
        call = Call(REQUESTS[:2], True, waiter, None, True, [], 0.0, 0.0)
        attempts.doubt(call)
        assert (attempts.count(call), attempts.count(call)) == (0, 1)


async def test_one_follows_a_future() -> None:
    waiter = asyncio.get_running_loop().create_future()
    whole = Whole(REQUESTS[:3], waiter, None)
    futures = [asyncio.get_running_loop().create_future() for _ in range(3)]
    for index, future in enumerate(futures):
        future.add_done_callback(One(whole, index).follow)
    futures[0].set_result(b"0")
    futures[1].set_exception(LOST)
    futures[2].cancel()
    replies = await waiter
    assert replies[0] == b"0" and replies[1].error is LOST and isinstance(replies[2].error, asyncio.CancelledError)
