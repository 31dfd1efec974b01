"""One call on its way through a cluster, from threads.

What belongs here: what it asks, how it is sent to a node, and what is remembered of its attempts. Where it goes next is
`redirecting`'s business.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

from framewire.frames.resp import Error
from framewire.redis.client.errors import RedisError, error_of_reply
from framewire.redis.client.fates import Fate
from framewire.redis.cluster.blocking.nodes import ClusterNode
from framewire.redis.cluster.redirects import TROUBLES, redirect_of
from framewire.redis.cluster.told import ENDLESS_SECONDS
from framewire.redis.exchange.calls import Request, Shape

__all__ = ["ASKING", "Calling", "refusal_of_reply", "send_call", "send_transaction"]

ASKING: Request = (b"ASKING",)

Send = Callable[[ClusterNode, bool, float | None], Any]
"""Sends it to a node, behind ASKING or not, within so many seconds. Raises as `Node.call`, with the fate."""


class Calling:
    """A call.

    requests: all of it. slot: of its keys; `None` without any. reads: whether a replica may answer it. pinned: whether
    it is a question to one node, and to no other. refused, lost: how often it was, so far. doubtful: whether one of its
    attempts may have been executed.
    """

    __slots__ = ("began", "deadline", "doubtful", "lost", "pinned", "reads", "refused", "requests", "send", "slot")

    def __init__(
        self, requests: Sequence[Request], send: Send, timeout: float | None, *, slot: int | None = None,
        reads: bool = False, pinned: bool = False, began: float | None = None,
    ) -> None:  # fmt: skip
        """`timeout` counts from `began` on, which is now unless it is said."""
        self.requests = requests
        self.send = send
        self.slot, self.reads, self.pinned = slot, reads, pinned
        self.began = monotonic() if began is None else began
        self.deadline = math.inf if timeout is None else self.began + timeout
        self.refused = self.lost = 0
        self.doubtful = False

    @property
    def end(self) -> float:
        """Until when it may be sent again."""
        return min(self.deadline, self.began + ENDLESS_SECONDS)

    def left(self) -> float | None:
        """Seconds until its deadline."""
        return None if self.deadline == math.inf else max(0.0, self.deadline - monotonic())

    def judged(self, error: RedisError) -> RedisError:
        """The error with the fate of all attempts: that the last was not executed says nothing of the first."""
        if self.doubtful and error.fate is Fate.NOT_EXECUTED:
            error.fate = Fate.UNKNOWN
        return error


def send_call(request: Request, shape: Shape | None) -> Send:
    """Of a single request. ASKING leaves in one write with what it is for, and nothing between them."""

    def send(node: ClusterNode, asking: bool, timeout: float | None) -> Any:
        if not asking:
            return node.call(request, shape, timeout)
        _, reply = node.batch([ASKING, request], timeout)
        if isinstance(reply, Error):
            raise refusal_of_reply(request, reply)
        return reply if shape is None else shape(reply)

    return send


def send_transaction(requests: Sequence[Request]) -> Send:
    """Of all from MULTI to EXEC. Where a node does not have its slot, and so executes nothing, that is raised."""

    def send(node: ClusterNode, asking: bool, timeout: float | None) -> list[Any]:
        replies = node.batch([ASKING, *requests] if asking else requests, timeout)[int(asking) :]
        refusal = _refusal_of_queue(replies)
        if refusal is not None:
            raise refusal
        return replies

    return send


def _refusal_of_queue(replies: Sequence[Any]) -> RedisError | None:
    """Why the cluster has refused MULTI, EXEC, or a command between them, so that nothing was executed."""
    if not isinstance(replies[-1], Error):
        return None
    first = next(reply for reply in replies if isinstance(reply, Error))
    is_of_the_cluster = first.code in TROUBLES or redirect_of(str(first)) is not None
    return error_of_reply(first.data) if is_of_the_cluster else None


def refusal_of_reply(request: Request, error: Error) -> RedisError:
    """The error of a request that stands in the replies of a batch."""
    name = request[0]
    return error_of_reply(error.data, name if isinstance(name, bytes) else str(name).encode())
