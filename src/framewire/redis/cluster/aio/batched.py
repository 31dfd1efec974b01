"""One call that leaves as a batch: a transaction, or what stands behind ASKING.

What belongs here: which of the replies are its caller's, and whether all of it goes on. Where it goes then, is others'
business.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from framewire.frames.resp import Error
from framewire.redis.client.errors import RedisError
from framewire.redis.client.outcomes import fail, refusal_of
from framewire.redis.cluster.aio.nodes import ClusterNode
from framewire.redis.cluster.batches import refusal_of_queue
from framewire.redis.exchange.calls import Call

__all__ = ["Batched"]


class Redirects(Protocol):
    """Who sends calls again, and tells their callers."""

    def refused(self, node: ClusterNode, call: Call, error: Error) -> bool: ...

    def tell(self, call: Call, error: RedisError) -> None: ...


class Batched:
    """Waits for a call that leaves as a batch: a transaction, or what stands behind ASKING, whose reply nobody wants.

    Where the queue of a transaction was refused by a node that does not have its slot, all of it goes on.
    """

    __slots__ = ("__weakref__", "_node", "_redirects", "_unwanted", "call")

    def __init__(self, call: Call, node: ClusterNode, redirects: Redirects, unwanted: int) -> None:
        """`call` has the waiter of who called; the first `unwanted` replies are not for him."""
        self.call = call
        self._node, self._redirects, self._unwanted = node, redirects, unwanted

    def done(self) -> bool:
        waiter = self.call.waiter
        return waiter is None or waiter.done()

    def set_result(self, replies: Sequence[Any]) -> None:
        wanted = list(replies[self._unwanted :])
        refusal = refusal_of_queue(wanted) if self.call.batch else wanted[0]
        if isinstance(refusal, Error) and self._redirects.refused(self._node, self.call, refusal):
            return
        if self.call.batch:
            _settle(self.call, wanted)
        else:
            _settle_one(self.call, wanted[0], self._redirects)

    def set_exception(self, error: RedisError) -> None:
        self._redirects.tell(self.call, error)


def _settle(call: Call, result: Any) -> None:
    """Its waiter gets `result`, if he still waits."""
    if call.waiter is not None and not call.waiter.done():
        call.waiter.set_result(result)


def _settle_one(call: Call, reply: Any, redirects: Redirects) -> None:
    """Its waiter gets the reply in its shape, or the error that it is."""
    if isinstance(reply, Error):
        redirects.tell(call, refusal_of(call, reply))
        return
    try:
        _settle(call, reply if call.shape is None else call.shape(reply))
    except Exception as error:
        fail(call, error)
