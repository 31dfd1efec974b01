"""Batches over a cluster: written to all nodes at once, awaited together.

    requests --by slot--> a batch for each node ----> replies to their places
                                                 |--> MOVED, ASK, ...: that request goes on as a call of its own
                                                 `--> link lost: what is safe to repeat goes on, the rest has `Failed`
    MULTI .. EXEC -------> the node of its slot ---> a refusal in its queue: all of it goes on, whole

What belongs here: taking a batch apart and putting its replies together. Requests of one slot keep their order, unless
one of them has to go on by itself: then those behind it may run before it.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from typing import Any, Protocol

from framewire.errors import EncodeError
from framewire.frames.resp import Error
from framewire.redis.client.aio.route import Future
from framewire.redis.client.batches import Failed
from framewire.redis.client.errors import RedisError, TimeoutError
from framewire.redis.client.outcomes import copied, unsent
from framewire.redis.cluster.aio.nodes import ClusterNode
from framewire.redis.exchange.calls import BacklogFull, Call, Request

__all__ = ["One", "Part", "Whole"]


class Redirects(Protocol):
    """Who sends requests again."""

    def refused(self, node: ClusterNode, call: Call, error: Error) -> bool: ...

    def failed(self, node: ClusterNode, call: Call, error: RedisError) -> bool: ...


class Whole:
    """The replies of one batch, until all are there."""

    def __init__(self, requests: Sequence[Request], waiter: Future, timeout: float | None) -> None:
        self.requests = requests
        self.timeout = timeout
        self.began = asyncio.get_running_loop().time()
        self.deadline = math.inf if timeout is None else self.began + timeout
        self._waiter = waiter
        self._replies: list[Any] = [None] * len(requests)
        self._left = len(requests)

    def done(self) -> bool:
        """Whether nobody waits any more."""
        return self._waiter.done()

    def settle(self, index: int, reply: Any) -> None:
        """The reply to one request, or `Failed`."""
        self._replies[index] = reply
        self._left -= 1
        if not self._left and not self._waiter.done():
            self._waiter.set_result(self._replies)

    def settle_all(self, indexes: Sequence[int], replies: Sequence[Any]) -> None:
        """The replies to several."""
        kept = self._replies
        for index, reply in zip(indexes, replies, strict=True):
            kept[index] = reply
        self._left -= len(indexes)
        if not self._left and not self._waiter.done():
            self._waiter.set_result(kept)


class One:
    """Waits for one request of a batch that goes its own way."""

    __slots__ = ("__weakref__", "_index", "_whole")

    def __init__(self, whole: Whole, index: int) -> None:
        self._whole, self._index = whole, index

    def done(self) -> bool:
        return self._whole.done()

    def set_result(self, reply: Any) -> None:
        self._whole.settle(self._index, reply)

    def set_exception(self, error: Exception) -> None:
        self._whole.settle(self._index, Failed(error))

    def follow(self, future: Future) -> None:
        """Take what that has come to."""
        if future.cancelled():
            self.set_exception(asyncio.CancelledError())  # type: ignore[arg-type]
        elif (error := future.exception()) is not None:
            self.set_exception(error)  # type: ignore[arg-type]
        else:
            self.set_result(future.result())


class Part:
    """What one node gets of a batch, the requests with these indexes; and the waiter of its replies."""

    __slots__ = ("__weakref__", "_indexes", "_node", "_redirects", "_whole")  # `Attempts` knows calls by their waiters

    def __init__(self, whole: Whole, indexes: Sequence[int], node: ClusterNode, redirects: Redirects) -> None:
        self._whole, self._indexes, self._node, self._redirects = whole, indexes, node, redirects

    def send(self) -> None:
        """Send them together. Where that cannot be, they fail, and no others; the node has nothing to do with it."""
        whole = self._whole
        requests = [whole.requests[index] for index in self._indexes]
        try:
            self._node.send_batch(requests, self, whole.timeout)  # type: ignore[arg-type]
        except (EncodeError, BacklogFull) as error:
            whole.settle_all(self._indexes, [Failed(unsent(error)) for _ in requests])

    def done(self) -> bool:
        return self._whole.done()

    def set_result(self, replies: Sequence[Any]) -> None:
        if Error not in map(type, replies):
            self._whole.settle_all(self._indexes, replies)
            return
        for index, reply in zip(self._indexes, replies, strict=True):
            self._settle(index, reply)

    def _settle(self, index: int, reply: Any) -> None:
        if type(reply) is not Error or not self._redirects.refused(self._node, self._call(index, written=True), reply):
            self._whole.settle(index, reply)

    def _call(self, index: int, *, written: bool) -> Call:
        whole = self._whole
        waiter = One(whole, index)
        return Call((whole.requests[index],), False, waiter, None, written, [], whole.deadline, whole.began)

    def set_exception(self, error: Exception) -> None:
        """Their link is gone, or no reply came in time: behind those that came, each learns its own fate."""
        known = getattr(error, "replies", ())
        for index, reply in zip(self._indexes, known):  # noqa: B905  # behind them there are no replies
            self._settle(index, reply)
        for index in self._indexes[len(known) :]:
            self._lose(index, error)

    def _lose(self, index: int, error: Exception) -> None:
        own = copied(error) if isinstance(error, RedisError) else error
        final = isinstance(own, TimeoutError) or not isinstance(own, RedisError)
        if final or not self._redirects.failed(self._node, self._call(index, written=True), own):  # type: ignore[arg-type]
            self._whole.settle(index, Failed(own))
