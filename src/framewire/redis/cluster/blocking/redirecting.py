"""What becomes of a call that a node has refused or lost, or whose slot nobody owns, from threads.

    refused   -> the topology decides: there, elsewhere, later, or its caller gets the refusal
    lost      -> what is safe to repeat goes out again, wherever its slot is then; else its caller is told
    no owner  -> it waits until the slot map says who it is, or its time is over

What belongs here: carrying the decisions out, in the thread that calls, so that who called notices nothing. What is
pinned to its node (a question about that node) goes nowhere else.
"""

from __future__ import annotations

import random
import threading
from time import monotonic
from typing import Any

from framewire.redis.client.errors import (
    ClusterDownError,
    ConnectionError,
    MaxConnectionsError,
    RedisError,
    TimeoutError,
)
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.client.outcomes import copied
from framewire.redis.client.repeating import is_passing, may_pass, may_repeat
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.blocking.calling import Calling
from framewire.redis.cluster.blocking.nodes import ClusterNode
from framewire.redis.cluster.blocking.places import Places
from framewire.redis.cluster.decisions import Again, Asked, Decision, GiveUp, Send
from framewire.redis.cluster.redirects import redirect_of

__all__ = ["Redirecting"]


class Redirecting:
    """For the calls of one client."""

    def __init__(self, options: Options, places: Places) -> None:
        self._options = options
        self._places = places
        self._closing = threading.Event()

    def close(self) -> None:
        """Nobody waits any more."""
        self._closing.set()

    # -- from attempt to attempt --------------------------------------------------------------------------------------

    def run(self, call: Calling, avoid: Address | None = None) -> Any:
        """Send a call that was not sent yet, to wherever its slot is, until it succeeds or may not be sent again."""
        node = self.node_for(call, avoid)
        try:
            return call.send(node, False, call.left())
        except RedisError as error:
            failure = error
        return self.go_on(call, node, failure)

    def go_on(self, call: Calling, node: ClusterNode, failure: RedisError) -> Any:
        """The same for one that `node` has answered with `failure`, or has lost."""
        while True:
            step = self.decide(call, node, failure)
            if not self.pause(step.after, call.end):
                raise call.judged(failure)
            node, asking = self.target(call, step, node, failure)
            try:
                return call.send(node, asking, call.left())
            except RedisError as error:
                failure = error

    def pause(self, seconds: float, deadline: float) -> bool:
        """Wait for so long; `False`, and at once, where that is behind `deadline`, or the client is closed."""
        return monotonic() + seconds < deadline and not self._closing.wait(seconds)

    def target(
        self, call: Calling, step: Send | Again, node: ClusterNode, failure: RedisError
    ) -> tuple[ClusterNode, bool]:
        """Where it goes by this step, and whether behind ASKING; `node` is where it was. Raises as `node_for`."""
        if isinstance(step, Again):
            return self.node_for(call, step.avoid, failure), False
        return self._places.renew(node) if step.anew else self._places.nodes.at(step.to), step.asking

    # -- decisions ----------------------------------------------------------------------------------------------------

    def decide(self, call: Calling, node: ClusterNode, failure: RedisError) -> Send | Again:
        """What the next attempt is. Raises where there is none."""
        decision = self.refused(call, node, failure)
        if decision is not None:
            call.refused = 0 if isinstance(decision, Again) and decision.from_start else call.refused + 1
        else:
            decision = self._lost(call, node, failure)
            call.lost += 1
        if decision is None:
            raise call.judged(failure)
        if isinstance(decision, GiveUp):
            raise call.judged(type(failure)(f"{failure} ({decision.why})", fate=failure.fate))
        return decision

    def refused(self, call: Calling, node: ClusterNode, failure: RedisError) -> Decision | None:
        """What becomes of what `node` has answered with an error, if it is one of a cluster, or passes by itself."""
        text = str(failure)
        if failure.fate is not Fate.NOT_EXECUTED and redirect_of(text) is None:
            return None  # out of a script: what it did before that, nobody knows
        if not call.pinned:
            decision = self._places.refused(Asked(node.address, call.slot, call.refused, call.reads), text)
            if decision is not None:
                return decision
        if is_passing(failure) and call.refused < self._options.retry.retries:
            return Send(node.address, after=self._backoff(call.refused + 1))
        return None

    def _lost(self, call: Calling, node: ClusterNode, failure: RedisError) -> Decision | None:
        """The same for a link that was lost, or could not be made."""
        if not isinstance(failure, (ConnectionError, TimeoutError)):
            return None
        if failure.fate is not Fate.UNKNOWN and not (failure.fate is Fate.NOT_EXECUTED and may_pass(failure)):
            return None
        if isinstance(failure, MaxConnectionsError):  # nothing is wrong with it
            return None if call.pinned else Again(self._backoff(call.lost + 1))
        self._places.lost(node.address)
        if self._closing.is_set() or not may_repeat(call.requests, failure.fate):
            return None
        if not self._has_another(call, failure):
            return None
        call.doubtful |= failure.fate is Fate.UNKNOWN
        after = self._backoff(call.lost)
        return Send(node.address, after=after) if call.pinned else Again(after, node.address)

    def _has_another(self, call: Calling, failure: RedisError) -> bool:
        """Whether one attempt more is allowed: of what was sent some, of what was not, until its time is over."""
        if call.pinned:
            return not call.lost and self._options.retry.retries > 0
        if failure.fate is Fate.UNKNOWN:
            return call.lost < self._options.retry.retries
        return monotonic() < call.end

    def _backoff(self, attempts: int) -> float:
        return self._options.retry.pause(attempts, random.random()) if attempts else 0.0

    # -- slots that nobody owns ---------------------------------------------------------------------------------------

    def node_for(self, call: Calling, avoid: Address | None = None, failure: RedisError | None = None) -> ClusterNode:
        """The node that the call goes to, waited for until the slot map is known and says who it is.

        Raises `ClusterDownError`, `ConnectionError` and `TimeoutError`, or `failure`, which is why it was not sent yet.
        """
        refresher = self._places.refresher
        looks = 0
        while (node := self._places.choose(call.slot, call.reads, avoid)) is None:
            with self._places.lock:
                self._want(call, looks)
                there = refresher.wait_for_round(call.deadline)
                enough = refresher.is_final or refresher.failures > self._options.retry.retries
                failed = refresher.failure if enough else None
            if self._closing.is_set():
                raise call.judged(ConnectionError("the client is closed"))
            if failed is not None:
                raise call.judged(copied(failed))
            if not there:
                raise call.judged(failure or self._nowhere(call))
            looks += 1
        return node

    def _want(self, call: Calling, looks: int) -> None:
        """So many looks at the map have not said who it is. Caller must hold the lock."""
        if call.slot is None:
            self._places.topology.refreshing.want(at_once=True)
            return
        decision = self._places.topology.unowned(call.slot, looks)
        if isinstance(decision, GiveUp):
            raise call.judged(ClusterDownError(decision.why, fate=Fate.NOT_EXECUTED))

    def _nowhere(self, call: Calling) -> TimeoutError:
        name = call.requests[0][0]
        word = name.decode("ascii", "replace") if isinstance(name, bytes) else str(name)
        waited = monotonic() - call.began
        slot = "it" if call.slot is None else f"slot {call.slot}"
        why = self._places.refresher.failure or f"no node is known to serve {slot}"
        return TimeoutError(f"{word} had nowhere to go for {waited:.3g} s: {why}")
