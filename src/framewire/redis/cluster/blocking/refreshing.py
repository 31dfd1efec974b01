"""Who asks the nodes of a cluster for the slot map, and when, from threads.

    a call finds that the map is wrong --> plan --> the thread that refreshes asks one node after the other
    a call whose slot nobody owns -------> wait until it has asked

What belongs here: that thread, and who waits for it; the first good answer counts. When it is time and who is asked,
the topology decides, which no two threads use at once: `lock` is held around it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

from framewire.frames.resp import Error
from framewire.redis.client.blocking.threads.reader import Reader
from framewire.redis.client.blocking.threads.waits import Started
from framewire.redis.client.errors import ConnectionError, RedisError, TimeoutError
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.blocking.calling import refusal_of_reply
from framewire.redis.cluster.blocking.nodes import Nodes
from framewire.redis.cluster.decisions import Changes
from framewire.redis.cluster.settings import ANSWER_SECONDS
from framewire.redis.cluster.told import HEDGE_SECONDS
from framewire.redis.cluster.topology import Topology
from framewire.redis.cluster.unanswered import is_final, why_no_map

__all__ = ["Refresher"]

logger = logging.getLogger(__name__)

_SLOTS = (b"CLUSTER", b"SLOTS")


class Refresher:
    """Keeps a topology, whose clock is the monotonic one, fresh. There is a thread from the first call on.

    `refreshed` is told, under the lock, what has changed; then `on_map` are called, without it. `rounds` counts the
    refreshes that have ended, `failure` is why the last one told nothing, and `failures` how many have failed in a row.
    """

    def __init__(
        self, topology: Topology, nodes: Nodes, timeout: float | None, refreshed: Callable[[Changes], None]
    ) -> None:
        """`timeout` is that of one node's answer, and of a link to it."""
        self._topology = topology
        self._nodes = nodes
        self._timeout = timeout or ANSWER_SECONDS
        self._refreshed = refreshed
        self._reader = Reader(self.attend)
        self._planned: float | None = None  # when the thread will look by itself
        self._closed = False
        self.lock = threading.Condition(threading.Lock())
        self.rounds = self.failures = 0
        self.is_final = False
        self.failure: RedisError | None = None
        self.on_map: list[Callable[[], None]] = []

    # -- who calls ----------------------------------------------------------------------------------------------------

    def plan(self) -> None:
        """Look again when the next refresh is to begin. Caller must hold the lock."""
        at = self._topology.refresh_at
        if at is not None and not self._closed and (self._planned is None or at < self._planned):
            self._planned = at
            self._reader.start()

    def wait_for_round(self, deadline: float) -> bool:
        """Until the next refresh has ended, which somebody wants: whether it has, by `deadline`. Caller must hold the
        lock.
        """
        rounds = self.rounds
        self.plan()
        while self.rounds == rounds and not self._closed:
            left = deadline - monotonic()
            if left <= 0:
                return False
            self.lock.wait(min(left, threading.TIMEOUT_MAX))
        return True

    def close(self) -> None:
        """Nobody asks any more, and who waits goes on."""
        with self.lock:
            self._closed = True
            self.lock.notify_all()
        self._reader.wake()

    # -- the thread that refreshes ------------------------------------------------------------------------------------

    def attend(self) -> float | None:
        """For `Reader`: refresh where it is time; returns in how many seconds to look again."""
        ends = self._nodes.end_left()
        with self.lock:
            if self._closed:
                return None
            at = self._topology.refresh_at
            now = monotonic()
            if at is None or at > now:
                self._planned = min((each for each in (at, ends) if each is not None), default=None)
                return None if self._planned is None else max(0.0, self._planned - now)
            addresses = self._linked_first(self._topology.begin_refresh())
        self._refresh(addresses)
        return 0.0

    def _linked_first(self, addresses: Sequence[Address]) -> list[Address]:
        """Nodes that there is a link to, then the others: making one, which this thread waits for, may take long.

        Seeds stay the last. Caller must hold the lock.
        """
        known, nodes = self._topology.nodes, self._nodes
        linked = {each for each in addresses if (node := nodes.known(each)) is not None and node.server.is_connected}
        return sorted(addresses, key=lambda each: (each not in known, each not in linked))

    def _refresh(self, addresses: Sequence[Address]) -> None:
        under_way: list[tuple[Address, Started]] = []
        failures: list[Exception] = []
        try:
            answered = self._ask(addresses, under_way, failures)
        finally:
            for _, started in under_way:
                started.abandon()
        with self.lock:
            self._ended(None if answered else why_no_map(failures))
        if answered:
            self._tell()

    def _tell(self) -> None:
        for told in self.on_map:
            try:
                told()
            except Exception:  # of who is told; the others are, and there is a next refresh
                logger.exception("a new slot map could not be told")

    def _ended(self, failure: RedisError | None) -> None:
        if failure is not None:
            self._topology.refresh_failed()
        self.failures = 0 if failure is None else self.failures + 1
        self.is_final = failure is not None and is_final(failure)
        self.failure = failure
        self.rounds += 1
        self.lock.notify_all()

    def _ask(
        self, addresses: Sequence[Address], under_way: list[tuple[Address, Started]], failures: list[Exception]
    ) -> bool:
        """Whether one of them has told the map; who is asked and has not answered stands in `under_way`."""
        for address in addresses:
            try:
                under_way.append((address, self._nodes.at(address).start([_SLOTS], self._timeout)))
            except Exception as error:  # also of who was asked for credentials
                self._failed(address, error, failures)
            if self._look(under_way, failures, HEDGE_SECONDS):
                return True
        while under_way:
            if self._look(under_way, failures, HEDGE_SECONDS):
                return True
        return False

    def _look(self, under_way: list[tuple[Address, Started]], failures: list[Exception], seconds: float) -> bool:
        """Wait so long for each, the last asked first: whether one has told the map. Who has failed is asked no more.
        """
        for asked in reversed(list(under_way)):
            address, started = asked
            if not started.is_there(monotonic() + seconds):
                continue
            under_way.remove(asked)
            try:
                (reply,) = started.finish()
                if isinstance(reply, Error):
                    raise refusal_of_reply(_SLOTS, reply)
                self._apply(address, reply)
                return True
            except Exception as error:  # whatever it is: there must be a next refresh
                self._failed(address, error, failures)
        return False

    def _apply(self, address: Address, reply: Any) -> None:
        with self.lock:
            self._refreshed(self._topology.refreshed(address, reply))

    def _failed(self, address: Address, error: Exception, failures: list[Exception]) -> None:
        failures.append(error)
        if isinstance(error, (ConnectionError, TimeoutError)):
            with self.lock:
                self._topology.lost(address)
