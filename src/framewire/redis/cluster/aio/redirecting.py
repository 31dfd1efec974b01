"""What becomes of a call that a node has refused or lost, or whose slot nobody owns.

    refused   -> the topology decides: there, elsewhere, later, or its caller gets the refusal
    lost      -> what is safe to repeat goes out again, wherever its slot is then; else its caller is told
    no owner  -> parked until the slot map says who it is, or its time is over

What belongs here: carrying the decisions out. A call is sent again with its own waiter and deadline, so that who called
notices nothing; what is pinned to its node (a question about that node) goes nowhere else, and the question for the
slot map goes there once.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from framewire.frames.resp import Error
from framewire.redis.client.attempts import Attempts, Tally
from framewire.redis.client.errors import ClusterDownError, QueueFullError, RedisError, TimeoutError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.client.outcomes import copied, fail, name_of, refusal_of
from framewire.redis.client.repeating import is_passing, may_pass, may_repeat
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.aio.nodes import ClusterNode
from framewire.redis.cluster.aio.places import Places
from framewire.redis.cluster.aio.waiting import WaitingCalls
from framewire.redis.cluster.decisions import Again, Asked, Decision, GiveUp, Send
from framewire.redis.cluster.redirects import redirect_of
from framewire.redis.cluster.routing import OneSlot, route, slot_of_all
from framewire.redis.cluster.told import ENDLESS_SECONDS
from framewire.redis.exchange.calls import BacklogFull, Call, Request

__all__ = ["Redirecting", "place_of"]


class Redirecting:
    """For the calls of one client."""

    _places: Places

    def __init__(self, options: Options, attempts: Attempts) -> None:
        self._options = options
        self._attempts = attempts
        self._refusals = Tally()
        self._losses = Tally()  # of a link, or of the hope for one
        self._looks = Tally()  # at the map, for a slot that nobody owned
        self._since: WeakKeyDictionary[Any, float] = WeakKeyDictionary()  # by waiter: when its call first failed
        self._parked = WaitingCalls(options.max_queued_bytes)  # for a map
        self._paused = WaitingCalls(options.max_queued_bytes)  # for a time
        self.closed = False

    def attach(self, places: Places, enter_loop: Callable[[], object]) -> None:
        """Where calls go; to be said before the first of them. `enter_loop` is asked before a link is made."""
        self._places = places
        self._enter_loop = enter_loop
        self._topology = places.topology
        places.on_map.append(self.unpark)
        places.on_no_map = self.fail_parked

    # -- nodes call these ---------------------------------------------------------------------------------------------

    def refused(self, node: ClusterNode, call: Call, error: Error) -> bool:
        """Also for what stands in the replies of a batch, as a call of its own."""
        if call.waiter is None or call.waiter.done() or self.closed:
            return False
        refusal = refusal_of(call, error)
        decision = None if call.waiter in self._places.pinned else self._decide(node, call, str(refusal), refusal.fate)
        if decision is None:
            return self._later_there(node, call, refusal)
        if isinstance(decision, Again) and decision.from_start:
            self._refusals.start_again(call)
        else:
            self._refusals.count(call)
        self._places.plan()
        if node.cached is not None:
            node.cached.forsake(call.requests)
        self._carry_out(decision, call, node, refusal)
        return True

    def _decide(self, node: ClusterNode, call: Call, text: str, fate: Fate) -> Decision | None:
        redirect = redirect_of(text)
        if fate is not Fate.NOT_EXECUTED and redirect is None:
            return None  # out of a script: what it did before that, nobody knows
        slot, reads = place_of(call)
        decision = self._topology.refused(Asked(node.address, slot, self._refusals.of(call), reads), text)
        if redirect is not None and redirect.for_good:
            self._places.moved(redirect.slot)
        return decision

    def decide(
        self, address: Address, requests: Sequence[Request], attempts: int, error: RedisError
    ) -> Decision | None:
        """Of requests on a link of somebody's own, which were refused there `attempts` times before."""
        text = str(error)
        redirect = redirect_of(text)
        if error.fate is not Fate.NOT_EXECUTED and redirect is None:
            return None
        decision = self._topology.refused(Asked(address, slot_of_all(requests), attempts), text)
        if redirect is not None and redirect.for_good:
            self._places.moved(redirect.slot)
        self._places.plan()
        return decision

    def _later_there(self, node: ClusterNode, call: Call, refusal: RedisError) -> bool:
        """What passes by itself is asked again there."""
        made = self._attempts.of(call)
        if not is_passing(refusal) or made >= self._options.retry.retries:
            return False
        self._attempts.count(call)
        self._later(self._pause(made), call, lambda: self._send_to(node, call), refusal)
        return True

    def failed(self, node: ClusterNode, call: Call, error: RedisError) -> bool:
        self._places.lost(node.address)
        if isinstance(call.waiter, Batched):
            call = call.waiter.call
        elif call.batch:
            return False  # a part of a pipeline, of which each request goes its own way
        if call.waiter is None or call.waiter.done() or call.waiter in self._places.once or self.closed:
            return False
        if not may_repeat(call.requests, error.fate) or not self._has_another(call, error):
            return False
        if error.fate is Fate.UNKNOWN:
            self._attempts.doubt(call)
            self._attempts.count(call)
        again = partial(self.dispatch, call, node.address)
        if call.waiter in self._places.pinned:
            if self._losses.of(call) >= self._options.retry.retries:
                return False
            again = partial(node.server.send_again, call)
        self._later(self._pause(self._losses.count(call)), call, again, error)
        return True

    def enter_loop(self) -> None:
        self._enter_loop()

    def silent(self, node: ClusterNode) -> None:
        self._places.lost(node.address)

    def _has_another(self, call: Call, error: RedisError) -> bool:
        """Whether one attempt more is allowed: of what was sent some, of what was not, until its time is over."""
        if error.fate is Fate.UNKNOWN:
            return self._attempts.of(call) < self._options.retry.retries
        return may_pass(error) and _now() < self._end_of(call)

    def _end_of(self, call: Call) -> float:
        """On the loop's clock. (When a call began is when it was sent last.)"""
        return min(call.deadline, self._since.setdefault(call.waiter, call.began) + ENDLESS_SECONDS)

    def _pause(self, made: int) -> float:
        return 0.0 if not made else self._options.retry.pause(made, random.random())

    # -- decisions ----------------------------------------------------------------------------------------------------

    def _carry_out(self, decision: Decision, call: Call, node: ClusterNode, refusal: RedisError) -> None:
        match decision:
            case Send(to, asking, after, anew):
                self._later(after, call, lambda: self._send(call, to, asking, node if anew else None), refusal)
            case Again(after, avoid):
                self._later(after, call, lambda: self.dispatch(call, avoid), refusal)
            case GiveUp(why):
                self.tell(call, _explained(refusal, why))

    def _send(self, call: Call, to: Address, asking: bool, stale: ClusterNode | None) -> None:
        node = self._places.nodes.at(to) if stale is None else self._places.renew(stale)
        self._send_to(node, call, asking=asking)

    def _send_to(self, node: ClusterNode, call: Call, *, asking: bool = False) -> None:
        """ASKING leaves in one write with what it is for, and nothing between them."""
        if asking or call.batch:
            node.server.send_again(self.batched(call, node, asking=asking))
        else:
            node.server.send_again(call)

    def batched(self, call: Call, node: ClusterNode, *, asking: bool = False) -> Call:
        """The call that leaves for `call`."""
        requests: list[Request] = [(b"ASKING",), *call.requests] if asking else list(call.requests)
        waiter = Batched(call, node, self, int(asking))
        return Call(requests, True, waiter, None, False, [], call.deadline, call.began)

    def dispatch(self, call: Call, avoid: Address | None = None) -> None:
        """Send it to wherever its slot is now."""
        slot, _ = place_of(call)
        node = self._places.choose(slot, call.requests[0], avoid)
        if node is None:
            self.park(call, slot)
        else:
            self._send_to(node, call)

    def _later(self, after: float, call: Call, act: Callable[[], None], failure: RedisError) -> None:
        """Do it in so many seconds; where that is behind the deadline, or too much waits, its caller gets `failure`."""
        if not after:
            act()
            return
        at = _now() + after
        if at >= self._end_of(call):
            return self.tell(call, failure)
        try:
            self._paused.put(call, at, lambda _: act())
        except BacklogFull:
            self.tell(call, failure)

    def tell(self, call: Call, error: RedisError) -> None:
        """Its caller is told, with the fate of all attempts."""
        fail(call, self._attempts.judge(call, error))

    # -- slots that nobody owns ---------------------------------------------------------------------------------------

    def park(self, call: Call, slot: int | None) -> None:
        """Until the slot map is known, or says who owns the slot."""
        if slot is not None:
            decision = self._topology.unowned(slot, self._looks.count(call))
            if isinstance(decision, GiveUp):
                self.tell(call, ClusterDownError(decision.why, fate=Fate.NOT_EXECUTED))
                return
        self._places.plan()
        try:
            self._parked.put(call, None if call.deadline == math.inf else call.deadline, self._expire)
        except BacklogFull as error:
            self.tell(call, QueueFullError(str(error), fate=Fate.NOT_EXECUTED))

    def _expire(self, call: Call) -> None:
        name = name_of(call).decode("ascii", "replace")
        waited = call.deadline - call.began
        why = self._places.failure or "no node is known to serve its slot"
        late = f"{name} had nowhere to go for {waited:.3g} s: {why}"
        self.tell(call, TimeoutError(late, fate=Fate.NOT_EXECUTED))

    def unpark(self) -> None:
        """The slot map has changed."""
        for call in self._parked.take_all():
            self.dispatch(call)

    def fail_parked(self, error: RedisError) -> None:
        """There will be no slot map for long."""
        for call in self._parked.take_all():
            self.tell(call, copied(error))

    def close(self, error: RedisError) -> None:
        """Who still waits is told."""
        self.closed = True
        for call in self._paused.take_all():
            self.tell(call, copied(error))
        self.fail_parked(error)


class Batched:
    """Waits for a call that leaves as a batch: a transaction, or what stands behind ASKING, whose reply nobody wants.

    Where the queue of a transaction was refused by a node that does not have its slot, all of it goes on.
    """

    __slots__ = ("__weakref__", "_node", "_redirecting", "_unwanted", "call")

    def __init__(self, call: Call, node: ClusterNode, redirecting: Redirecting, unwanted: int) -> None:
        """`call` has the waiter of who called; the first `unwanted` replies are not for him."""
        self.call = call
        self._node, self._redirecting, self._unwanted = node, redirecting, unwanted

    def done(self) -> bool:
        waiter = self.call.waiter
        return waiter is None or waiter.done()

    def set_result(self, replies: Sequence[Any]) -> None:
        wanted = list(replies[self._unwanted :])
        refusal = _refusal_of_queue(wanted) if self.call.batch else wanted[0]
        if isinstance(refusal, Error) and self._redirecting.refused(self._node, self.call, refusal):
            return
        if self.call.batch:
            settle(self.call, wanted)
        else:
            settle_one(self.call, wanted[0], self._redirecting)

    def set_exception(self, error: RedisError) -> None:
        self._redirecting.tell(self.call, error)


def _refusal_of_queue(replies: Sequence[Any]) -> Error | None:
    """The first error with which MULTI, or a command behind it, was refused, so that EXEC has executed nothing."""
    if not isinstance(replies[-1], Error):
        return None
    return next(reply for reply in replies if isinstance(reply, Error))


def settle(call: Call, result: Any) -> None:
    """Its waiter gets `result`, if he still waits."""
    if call.waiter is not None and not call.waiter.done():
        call.waiter.set_result(result)


def settle_one(call: Call, reply: Any, redirecting: Redirecting) -> None:
    """Its waiter gets the reply in its shape, or the error that it is."""
    if isinstance(reply, Error):
        redirecting.tell(call, refusal_of(call, reply))
        return
    try:
        settle(call, reply if call.shape is None else call.shape(reply))
    except Exception as error:
        fail(call, error)


def place_of(call: Call) -> tuple[int | None, bool]:
    """Its slot, if it has one, and whether it only reads."""
    if call.batch:
        return slot_of_all(call.requests), False
    where = route(call.requests[0])
    return (where.slot, where.reads) if isinstance(where, OneSlot) else (None, False)


def _explained(refusal: RedisError, why: str) -> RedisError:
    return type(refusal)(f"{refusal} ({why})", fate=refusal.fate)


def _now() -> float:
    return asyncio.get_running_loop().time()
