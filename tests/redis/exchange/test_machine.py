"""The exchange against a naive server: whatever happens in whatever order, each reply reaches exactly who waits for it.

What happens: requests of all kinds, alone and in batches, with and without waiters and deadlines; waiters that go away;
the transport pauses; bytes of replies arrive cut anywhere, with pushes, messages and lines of MONITOR between any two
elements; time passes; the link is lost at any point. After each step the bounds are looked at, and at the end everybody
has what the server meant for him, or was told what became of it, once.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from framewire.redis.exchange.calls import BacklogFull, Call
from tests.conftest import IMPLEMENTATIONS
from tests.properties import examples
from tests.redis.exchange.conftest import implementation
from tests.redis.exchange.owner import Link, Waiter
from tests.redis.exchange.server import SILENT, Server

MAX_REQUESTS, MAX_BYTES, MAX_QUEUED = 4, 200, 500

NEWS = st.one_of(
    st.tuples(st.just(b"message"), st.sampled_from([b"a", b"b"]), st.integers(0, 9).map(lambda n: b"%d" % n)),
    st.tuples(st.just(b"invalidate"), st.just([b"k"])),
    st.tuples(st.just(b"monitor"), st.integers(0, 9).map(lambda n: b'169.%d [0 lua] "get"' % n)),
).map(list)

WHAT = st.sampled_from([b"x", b"err", b"list", b"big"])
SOME_CHANNELS = st.lists(st.sampled_from([b"a", b"b", b"c"]), min_size=1, max_size=3)
SUBSCRIBING = st.sampled_from([b"SUBSCRIBE", b"PSUBSCRIBE", b"SSUBSCRIBE", b"UNSUBSCRIBE", b"PUNSUBSCRIBE"])


class Asked:
    """A request or a batch that was sent, and what the server meant for each part of it."""

    def __init__(self, place: int, requests: list[list[bytes]], batch: bool, waiter: Waiter | None) -> None:
        self.place, self.requests, self.batch, self.waiter = place, requests, batch, waiter
        self.stays = False  # others depend on it, so its waiter does not go away
        self.arrived = 0  # how many of them the server has
        self.executed: list[Any] = []
        self.call: Call | None = None  # it was late, or lost

    @property
    def expected(self) -> Any:
        values = [None if value is SILENT else value for value in self.executed]
        return values if self.batch else values[0]


class Machine(RuleBasedStateMachine):
    """One link after another. What is sent is what may be sent; what may not is in `test_sending.py`."""

    twin = "pure"

    @initialize(integrity=st.booleans(), opened=st.booleans(), protocol=st.sampled_from([2, 3]))
    def begin(self, integrity: bool, opened: bool, protocol: int) -> None:
        self.connect(integrity, opened, protocol)

    @precondition(lambda self: self.lost)
    @rule(integrity=st.booleans(), opened=st.booleans(), protocol=st.sampled_from([2, 3]))
    def begin_again(self, integrity: bool, opened: bool, protocol: int) -> None:
        self.connect(integrity, opened, protocol)

    def connect(self, integrity: bool, opened: bool, protocol: int) -> None:
        limits = {"max_requests": MAX_REQUESTS, "max_bytes": MAX_BYTES, "max_queued": MAX_QUEUED}
        self.link = Link(implementation(self.twin), integrity=integrity, **limits)
        self.exchange = self.link.exchange
        self.server = Server(self.told, self.pushed)
        self.numbers = itertools.count(1)
        self.asked: list[Asked] = []
        self.urgent = 0
        self.pushes: list[Any] = []
        self.in_multi = self.subscribed = self.lost = False
        self.may_be_resp2 = protocol == 2
        self.silence = b"ON"
        if protocol == 3:
            self.send([b"HELLO", b"3"], urgent=True)
        if opened:
            self.exchange.open()

    # -- what the server says -----------------------------------------------------------------------------------------

    def told(self, request: list[bytes], value: Any) -> None:
        if request[0] != b"ECHO":
            asked = next(each for each in self.asked if request in each.requests[len(each.executed) :])
            assert asked.requests[len(asked.executed)] == request
            asked.executed.append(value)

    def pushed(self, items: list[Any]) -> None:
        self.pushes.append(items)

    # -- asking -------------------------------------------------------------------------------------------------------

    def send(self, *requests: list[bytes], batch: bool = False, waits: bool = True, urgent: bool = False,
             timeout: float | None = None) -> bool:  # fmt: skip
        """Send it; whether there was room."""
        skipped = self.silence == b"SKIP"
        timeout = None if skipped else timeout
        asked = Asked(len(self.asked), list(requests), batch, Waiter() if waits else None)
        try:
            if batch:
                self.exchange.send_batch(requests, asked.waiter, timeout)
            else:
                self.exchange.send(requests[0], asked.waiter, None, timeout, urgent=urgent)
        except BacklogFull as full:
            assert not urgent and full.queued and full.queued + full.size > MAX_QUEUED
            return False
        self.urgent += urgent
        asked.place = -1 if urgent else asked.place
        asked.stays = skipped or not (batch or requests[0][0] == b"GET")
        self.asked.append(asked)
        if skipped and not urgent:
            self.silence = b"ON"
        return True

    def number(self) -> bytes:
        """No two requests are the same, but for those that nobody drops."""
        return b"%d" % next(self.numbers)

    def plain(self, what: bytes) -> list[bytes]:
        return [b"GET", what + self.number()]

    alive = precondition(lambda self: not self.lost)
    loud = precondition(lambda self: self.silence == b"ON" and not self.lost)

    @alive
    @rule(what=WHAT, waits=st.booleans(), urgent=st.booleans(), timeout=st.none() | st.integers(0, 9))
    def ask(self, what: bytes, waits: bool, urgent: bool, timeout: float | None) -> None:
        self.send(self.plain(what), waits=waits, urgent=urgent, timeout=timeout)

    @alive
    @rule(whats=st.lists(WHAT, min_size=1, max_size=4), exec_=st.booleans(), timeout=st.none() | st.integers(0, 9))
    def ask_batch(self, whats: list[bytes], exec_: bool, timeout: float | None) -> None:
        requests = [self.plain(what) for what in whats]
        if exec_ and not self.in_multi and not (self.subscribed and self.may_be_resp2):
            requests = [[b"MULTI", self.number()], *requests, [b"EXEC", self.number()], self.plain(b"x")]
        self.send(*requests, batch=True, timeout=timeout)

    @precondition(lambda self: not self.lost and not (self.subscribed and self.may_be_resp2))
    @rule(discard=st.booleans())
    def begin_or_end_transaction(self, discard: bool) -> None:
        name = b"MULTI" if not self.in_multi else b"DISCARD" if discard else b"EXEC"
        if self.send([name, self.number()]):
            self.in_multi = name == b"MULTI"

    @loud
    @rule(name=SUBSCRIBING, channels=SOME_CHANNELS)
    def subscribe(self, name: bytes, channels: list[bytes]) -> None:
        if self.send([name, *channels, self.number()]):
            self.subscribed = True

    @loud
    @rule(name=st.sampled_from([b"UNSUBSCRIBE", b"PUNSUBSCRIBE", b"SUNSUBSCRIBE"]))
    def unsubscribe_from_all(self, name: bytes) -> None:
        if self.send([name]):
            self.subscribed = True

    @loud
    @rule()
    def monitor(self) -> None:
        self.send([b"MONITOR", self.number()])

    @precondition(lambda self: self.silence == b"ON" and not (self.lost or self.in_multi))
    @rule(protocol=st.sampled_from([b"2", b"3"]))
    def hello(self, protocol: bytes) -> None:
        if self.send([b"HELLO", protocol, self.number()]):
            self.may_be_resp2 = True

    @precondition(lambda self: self.silence != b"SKIP" and not self.lost)
    @rule()
    def reset(self) -> None:
        if self.send([b"RESET", self.number()]):
            self.in_multi = self.subscribed = False
            self.may_be_resp2, self.silence = True, b"ON"

    @precondition(lambda self: not (self.lost or self.in_multi or self.subscribed))
    @rule(mode=st.sampled_from([b"ON", b"OFF", b"SKIP"]))
    def silence_(self, mode: bytes) -> None:
        before = self.silence
        if self.send([b"CLIENT", b"REPLY", mode]):
            self.silence = before if mode == b"SKIP" and before == b"OFF" else mode

    @alive
    @rule(data=st.data())
    def go_away(self, data: st.DataObject) -> None:
        """Nobody waits any more: for what nothing else depends on."""
        there = [each for each in self.asked if each.waiter and not (each.waiter.done() or each.stays)]
        if there:
            waiter = data.draw(st.sampled_from(there)).waiter
            assert waiter is not None
            waiter.cancel()

    # -- the transport, the server, time ------------------------------------------------------------------------------

    @alive
    @rule()
    def open_(self) -> None:
        self.exchange.open()

    @alive
    @rule()
    def pause(self) -> None:
        self.exchange.pause()

    @alive
    @rule()
    def resume(self) -> None:
        self.exchange.resume()

    @alive
    @rule()
    def take(self) -> None:
        before = len(self.server.requests)
        self.server.received(b"".join(self.exchange.take()))
        for request in self.server.requests[before:]:
            self.arrived(request)

    def arrived(self, request: list[bytes]) -> None:
        """In the order of asking, never what was said not to be sent."""
        if request[0] == b"ECHO":
            return
        asked = next(each for each in self.asked if request in each.requests[each.arrived :])
        assert asked.requests[asked.arrived] == request
        assert asked.call is None or asked.call.written, "it was said that this was not executed"
        asked.arrived += 1
        if asked.place >= 0:
            assert not any(other.arrived for other in self.asked[asked.place + 1 :] if other.place >= 0), "overtaken"

    @alive
    @rule(count=st.integers(1, 5), news=st.lists(st.none() | NEWS, max_size=12))
    def execute(self, count: int, news: list[list[Any] | None]) -> None:
        self.server.news = iter(news)
        for _ in range(min(count, len(self.server.requests))):
            self.server.execute()

    @alive
    @rule(news=NEWS)
    def tell(self, news: list[Any]) -> None:
        self.server.tell(news)

    @alive
    @rule(nbytes=st.sampled_from([1, 2, 3, 10, 50, 200_000]))
    def deliver(self, nbytes: int) -> None:
        out = self.server.out
        self.exchange.feed(bytes(out[:nbytes]))
        del out[:nbytes]

    @alive
    @rule(seconds=st.integers(0, 5))
    def wait(self, seconds: int) -> None:
        self.link.time += seconds
        for call in self.exchange.expire(self.link.time):
            asked = self.waiting_for(call)
            assert call.deadline <= self.link.time and (call.written or not asked.arrived)
            asked.call = call

    def waiting_for(self, call: Call) -> Asked:
        same = [each for each in self.asked if list(call.requests) == each.requests and each.waiter is call.waiter]
        (asked,) = [each for each in same if each.call is None]
        assert asked.waiter is None or not asked.waiter.done()
        assert asked.batch is call.batch
        if asked.batch:
            came = list(itertools.dropwhile(lambda reply: reply is None, call.replies))  # but for what has no reply
            meant = [value for value in asked.executed if value is not SILENT]
            assert came == meant[: len(came)]
        return asked

    @precondition(lambda self: not self.lost and len(self.asked) > 10)
    @rule()
    def lose(self) -> None:
        calls = self.exchange.lose()
        self.lost = True
        for call in calls:
            asked = self.waiting_for(call)
            assert call.written == bool(asked.arrived)
            asked.call = call
        for asked in self.asked:
            assert asked.waiter is None or asked.waiter.done() or asked.call is not None

    # -- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def bounds_hold(self) -> None:
        assert self.exchange.unanswered <= MAX_REQUESTS + self.urgent
        assert self.exchange.queued_bytes <= MAX_QUEUED or self.exchange.queued == 1
        assert not self.link.breaks

    @invariant()
    def results_are_those_that_the_server_meant(self) -> None:
        for asked in self.asked:
            if asked.waiter is not None and asked.waiter.results and len(asked.executed) == len(asked.requests):
                assert asked.call is None or asked.waiter.result is None
                assert asked.waiter.result == asked.expected, asked.requests
        assert self.link.pushes == self.pushes[: len(self.link.pushes)]

    def teardown(self) -> None:
        """Let everything come to its end."""
        if self.lost:
            return
        self.exchange.open()
        self.exchange.resume()
        while self.exchange.pending or self.server.requests or self.server.out:
            self.take()
            self.execute(1000, [])
            self.deliver(1 << 30)
        for asked in self.asked:
            if asked.waiter is not None and not asked.waiter.cancelled and asked.call is None:
                assert asked.waiter.result == asked.expected, asked.requests
        assert self.link.pushes == self.pushes and self.exchange.protocol == self.server.protocol
        assert self.exchange.unanswered == self.exchange.queued == self.exchange.queued_bytes == 0
        assert self.exchange.lose() == []


@pytest.mark.thorough
@pytest.mark.parametrize("name", IMPLEMENTATIONS)
def test_each_reply_reaches_exactly_who_waits_for_it(name: str) -> None:
    implementation(name)  # skipped where it is not built
    machine = type("Machine", (Machine,), {"twin": name})
    run_state_machine_as_test(machine, settings=examples(150, stateful_step_count=60))
