"""Requests to several nodes at once, from threads: written to all of them, then awaited.

    requests --> a batch for each node ----> replies to their places
                                        |--> MOVED, ASK, ...: those requests go out again together, where they belong
                                        `--> link lost: what is safe to repeat does too, the rest has `Failed`

What belongs here: these rounds. Requests to one node keep their order, unless one of them has to go out again: then
those behind it may run before it. Which node a request goes to is said by who calls; what becomes of one that was
refused or lost, by `redirecting`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from framewire.frames.resp import Error
from framewire.redis.client.batches import Failed
from framewire.redis.client.blocking.threads.waits import Started
from framewire.redis.client.errors import RedisError
from framewire.redis.client.outcomes import copied
from framewire.redis.cluster.blocking.calling import ASKING, Calling, refusal_of_reply, send_call
from framewire.redis.cluster.blocking.nodes import ClusterNode
from framewire.redis.cluster.blocking.redirecting import Redirecting
from framewire.redis.cluster.decisions import Again, Send
from framewire.redis.cluster.told import ENDLESS_SECONDS
from framewire.redis.exchange.calls import Request

__all__ = ["Pipelining"]

Describe = Callable[[Request], tuple[int | None, bool]]
"""The slot of a request, and whether it only reads."""


class Pipelining:
    """The requests of one batch, by index, and their replies: values, `Error`, or `Failed` where there is none.

    Whoever has said where they all go calls `finish`, or `abandon` where he cannot.
    """

    def __init__(
        self, requests: Sequence[Request], redirecting: Redirecting, describe: Describe, timeout: float | None, *,
        pinned: bool = False,
    ) -> None:  # fmt: skip
        """`pinned`: each request is a question to its node, and to no other."""
        self.replies: list[Any] = [None] * len(requests)
        self._requests = requests
        self._redirecting = redirecting
        self._describe = describe
        self._timeout = timeout
        self._pinned = pinned
        self._began = monotonic()
        self._added: dict[ClusterNode, list[int]] = {}
        self._parts: list[_Part] = []
        self._refused: list[_Refused] = []
        self._again: dict[int, Calling] = {}  # those that were sent before

    # -- saying where they go -----------------------------------------------------------------------------------------

    def add(self, index: int, node: ClusterNode) -> None:
        """The request with this index goes there, with the others that do."""
        indexes = self._added.get(node)
        if indexes is None:
            self._added[node] = [index]
        else:
            indexes.append(index)

    def settle(self, index: int, reply: Any) -> None:
        """The reply to a request that went another way."""
        self.replies[index] = reply

    def send(self) -> None:
        """What was added leaves, to all nodes; first to those that there is a link to."""
        added, self._added = self._added, {}
        for node in sorted(added, key=lambda node: not node.server.is_connected):
            self._send(node, added[node], frozenset())

    def _send(self, node: ClusterNode, indexes: list[int], asking: Iterable[int]) -> None:
        part = _Part(node, indexes, frozenset(asking))
        try:
            part.started = node.start(part.words(self._requests), self._left())
        except Exception as error:  # nothing of it was sent
            self._lose(part, indexes, error)
        else:
            self._parts.append(part)

    def _left(self) -> float | None:
        return None if self._timeout is None else max(0.0, self._began + self._timeout - monotonic())

    # -- waiting for replies ------------------------------------------------------------------------------------------

    def finish(self) -> list[Any]:
        """All replies, in order."""
        try:
            self.send()
            while self._parts or self._refused:
                self._take()
                if self._refused:
                    self._send_again()
        finally:
            self.abandon()
        return self.replies

    def abandon(self) -> None:
        """Nobody waits any more."""
        for part in self._parts:
            part.abandon()
        self._parts.clear()

    def _take(self) -> None:
        """The replies of all that is under way."""
        while self._parts:
            part = self._parts[0]
            try:
                replies = part.finish()
            except Exception as error:
                known = part.wanted(getattr(error, "replies", ()))
                self._settle_part(part, known)
                self._lose(part, part.indexes[len(known) :], error)
            else:
                self._settle_part(part, part.wanted(replies))
            del self._parts[0]

    def _settle_part(self, part: _Part, replies: Sequence[Any]) -> None:
        kept = self.replies
        for index, reply in zip(part.indexes, replies):  # noqa: B905  # of a part that was lost, the first
            kept[index] = reply
            if type(reply) is Error:
                self._refused.append(_Refused(index, part.node, refusal_of_reply(self._requests[index], reply)))

    def _lose(self, part: _Part, indexes: Sequence[int], error: Exception) -> None:
        for index in indexes:
            own = copied(error) if isinstance(error, RedisError) else error
            self.replies[index] = Failed(own)
            if isinstance(own, RedisError):
                self._refused.append(_Refused(index, part.node, own))

    # -- what goes out again ------------------------------------------------------------------------------------------

    def _send_again(self) -> None:
        """What was refused or lost, and may be sent again, leaves together; the rest keeps its reply."""
        steps = self._steps()
        deadline = self._began + (ENDLESS_SECONDS if self._timeout is None else self._timeout)
        goes_on = self._redirecting.pause(max((step.after for _, step, _ in steps), default=0.0), deadline)
        parts: dict[ClusterNode, tuple[list[int], set[int]]] = {}
        for refused, step, call in steps:
            try:
                if not goes_on:
                    raise call.judged(refused.failure)
                target, asking = self._redirecting.target(call, step, refused.node, refused.failure)
            except RedisError as error:
                self.replies[refused.index] = Failed(error)
                continue
            indexes, behind_asking = parts.setdefault(target, ([], set()))
            indexes.append(refused.index)
            if asking:
                behind_asking.add(refused.index)
        for target, (indexes, behind_asking) in parts.items():
            self._send(target, indexes, behind_asking)

    def _steps(self) -> list[tuple[_Refused, Send | Again, Calling]]:
        """What is to be done about each; an error that is its caller's stays the reply."""
        steps = []
        refused, self._refused = self._refused, []
        for each in refused:
            call, fate = self._call(each.index), each.failure.fate
            try:
                steps.append((each, self._redirecting.decide(call, each.node, each.failure), call))
            except RedisError as error:
                if error is not each.failure or error.fate is not fate:
                    self.replies[each.index] = Failed(error)
        return steps

    def _call(self, index: int) -> Calling:
        """What is remembered of a request that was refused or lost."""
        call = self._again.get(index)
        if call is None:
            request = self._requests[index]
            slot, reads = self._describe(request)
            call = self._again[index] = Calling(
                (request,), send_call(request, None), self._timeout, slot=slot, reads=reads, pinned=self._pinned,
                began=self._began,
            )  # fmt: skip
        return call


@dataclass(frozen=True, slots=True)
class _Refused:
    """A request that a node has refused, or lost."""

    index: int
    node: ClusterNode
    failure: RedisError


class _Part:
    """What one node gets of a batch."""

    __slots__ = ("_asking", "indexes", "node", "started")

    def __init__(self, node: ClusterNode, indexes: list[int], asking: frozenset[int]) -> None:
        self.node, self.indexes, self._asking = node, indexes, asking
        self.started: Started

    def words(self, requests: Sequence[Request]) -> list[Request]:
        """What is sent: the requests, and ASKING in front of some."""
        if not self._asking:
            return [requests[index] for index in self.indexes]
        words: list[Request] = []
        for index in self.indexes:
            if index in self._asking:
                words.append(ASKING)
            words.append(requests[index])
        return words

    def wanted(self, replies: Sequence[Any]) -> Sequence[Any]:
        """The replies to the requests, of which the last may be missing."""
        if not self._asking:
            return replies
        wanted, place = [], 0
        for index in self.indexes:
            place += index in self._asking
            if place >= len(replies):
                break
            wanted.append(replies[place])
            place += 1
        return wanted

    def finish(self) -> list[Any]:
        return self.started.finish()

    def abandon(self) -> None:
        self.started.abandon()
