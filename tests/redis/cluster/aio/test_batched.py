"""A call that leaves as a batch: what its caller gets of the replies, and when all of it goes on."""

from __future__ import annotations

import asyncio
import math
from typing import Any, cast

import pytest

from framewire.frames.resp import Error, Simple
from framewire.redis.client.errors import ConnectionError, RedisError, ResponseError
from framewire.redis.cluster.aio.batched import Batched
from framewire.redis.cluster.aio.nodes import ClusterNode
from framewire.redis.exchange.calls import Call, Shape

OK, QUEUED = Simple(b"OK"), Simple(b"QUEUED")
MOVED, WRONG = Error(b"MOVED 1 127.0.0.1:7001"), Error(b"WRONGTYPE no list")
ABORTED = Error(b"EXECABORT Transaction discarded because of previous errors.")
NODE = cast(ClusterNode, object())


class Redirects:
    """Takes over what was moved; tells callers of all else."""

    def __init__(self) -> None:
        self.taken: list[Error] = []

    def refused(self, node: ClusterNode, call: Call, error: Error) -> bool:
        assert node is NODE
        if error is not MOVED:
            return False
        self.taken.append(error)
        return True

    def tell(self, call: Call, error: RedisError) -> None:
        assert call.waiter is not None
        call.waiter.set_exception(error)


def waiting(requests: Any, *, shape: Shape | None = None, unwanted: int = 0) -> tuple[Redirects, Any, Batched]:
    redirects, waiter = Redirects(), asyncio.get_running_loop().create_future()
    call = Call(requests, len(requests) > 1, waiter, shape, True, [], math.inf, 0.0)
    return redirects, waiter, Batched(call, NODE, redirects, unwanted)


async def test_a_call_behind_asking() -> None:
    _, waiter, batched = waiting([(b"GET", b"k")], shape=int, unwanted=1)
    assert not batched.done()
    batched.set_result([OK, b"7"])
    assert batched.done() and waiter.result() == 7


async def test_and_its_error_is_its_callers_or_taken_over() -> None:
    redirects, waiter, batched = waiting([(b"GET", b"k")], unwanted=1)
    batched.set_result([OK, MOVED])
    assert redirects.taken == [MOVED] and not batched.done()
    batched.set_result([OK, WRONG])
    with pytest.raises(ResponseError, match="no list"):
        waiter.result()


async def test_what_its_shape_raises_is_its_callers() -> None:
    _, waiter, batched = waiting([(b"GET", b"k")], shape=int, unwanted=1)
    batched.set_result([OK, b"none"])
    with pytest.raises(ValueError, match="none"):
        waiter.result()


@pytest.mark.parametrize("unwanted", [0, 1])
async def test_a_transaction_goes_on_whole_where_its_queue_was_moved(unwanted: int) -> None:
    redirects, waiter, batched = waiting([(b"MULTI",), (b"INCR", b"k"), (b"EXEC",)], unwanted=unwanted)
    batched.set_result([OK] * unwanted + [OK, MOVED, ABORTED])
    assert redirects.taken == [MOVED] and not batched.done()
    batched.set_result([OK] * unwanted + [OK, QUEUED, [1]])
    assert waiter.result() == [OK, QUEUED, [1]]


@pytest.mark.parametrize("replies", [[OK, WRONG, ABORTED], [OK, QUEUED, [MOVED]], [OK, QUEUED, None]], ids=str)
async def test_else_its_caller_has_the_replies(replies: list[Any]) -> None:
    redirects, waiter, batched = waiting([(b"MULTI",), (b"INCR", b"k"), (b"EXEC",)])
    batched.set_result(replies)
    assert waiter.result() == replies and not redirects.taken


async def test_where_its_link_is_lost_its_caller_is_told() -> None:
    _, waiter, batched = waiting([(b"GET", b"k")], unwanted=1)
    batched.set_exception(ConnectionError("gone"))
    with pytest.raises(ConnectionError, match="gone"):
        waiter.result()


async def test_nobody_is_told_who_has_left() -> None:
    _, waiter, batched = waiting([(b"MULTI",), (b"EXEC",)])
    waiter.cancel()
    assert batched.done()
    batched.set_result([OK, []])
    assert waiter.cancelled()
