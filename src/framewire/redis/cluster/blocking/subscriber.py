"""Who listens over a cluster, from threads: a feed for each node that is to be told of something.

    subscribe, unsubscribe --> board <-- links that are lost, or refused; the slot map (`map_changed`)
                                 |
                          under the lock: what is to be said is queued at the feeds of the nodes that have news
                                 |
                          without it (`_flush`): what was queued leaves, links end, the map is asked for

What belongs here: that the feeds are as the board says, and which thread does what. A daemon thread for each node reads
its link, since one that listens cannot read several; those that listen only wait. One lock is held around the board and
all links. What is said to be under the lock is called by who holds it.
"""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any

from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.blocking.subscribing.feed import Feed
from framewire.redis.client.blocking.subscribing.subscriber import Subscribing
from framewire.redis.client.blocking.threads.forks import begins_anew
from framewire.redis.client.blocking.threads.reader import Reader
from framewire.redis.client.blocking.threads.waiter import Waiter
from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.client.options import Options
from framewire.redis.client.subscriptions.book import Request
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.blocking.watching import Watcher
from framewire.redis.cluster.subscriptions.board import Board
from framewire.redis.cluster.subscriptions.book import NodeBook
from framewire.redis.cluster.subscriptions.places import Places

__all__ = ["ClusterSubscriber"]


class NodeFeed(Feed):
    """Of one node. Its thread reads for all who listen, and carries out what follows at other nodes."""

    def __init__(
        self, subscriber: ClusterSubscriber, address: Address, options: Options, opener: Opener, book: NodeBook
    ) -> None:
        self._subscriber, self._address = subscriber, address
        super().__init__(options, opener, book, subscriber.lock)

    def attend(self) -> float | None:
        try:
            return super().attend()
        finally:
            self._subscriber.carry_out()

    def is_needed(self) -> bool:
        """Nobody else reads."""
        return not self.book.is_empty

    def new_reader(self) -> Reader:
        return Watcher(self.attend, self.socket)

    def socket(self) -> socket.socket | None:
        """Where to wait for what comes."""
        link = self.link
        return None if link is None or link.lost else link.sock

    def read(self, link: Link) -> float | None:
        return link.attend(0.0)

    def hear(self, items: Sequence[Any]) -> None:
        super().hear(items)
        self._subscriber.go_on_if_needed()

    def refused(self, request: Request, error: RedisError) -> None:
        super().refused(request, error)
        self._subscriber.go_on_if_needed()

    def lost(self) -> None:
        self._subscriber.unreachable(self._address, failed=False)

    def failed(self) -> None:
        self._subscriber.unreachable(self._address, failed=True)


class ClusterSubscriber(Subscribing):
    """`map_changed` is to be called when the slot map was asked for, by any thread."""

    _board: Board

    def __init__(
        self, options: Options, opener: Opener, places: Places, options_of: Callable[[Address], Options],
        wanted: Callable[[], None],
    ) -> None:  # fmt: skip
        """`options`: how often, and how long, is tried. `options_of`: those of one node. `wanted` is called, without
        the lock and by any thread, when the slot map is to be asked for anew."""
        self._places = places
        super().__init__(options)
        self._opener = opener
        self._options_of = options_of
        self._wanted = wanted
        self._looker = Reader(self.attend)
        self._setup()
        begins_anew(self)

    def _new_desk(self) -> Board:
        options = self.options
        self._board = Board(self._places, options.retry, clock=time.time, now=monotonic, chance=random.random)
        return self._board

    def _setup(self) -> None:
        self._feeds: dict[Address, NodeFeed] = {}
        self._unsent: set[NodeFeed] = set()  # feeds with something to flush, or to connect for
        self._ended: list[tuple[Link | None, NodeFeed]] = []  # links to be aborted
        self._look_at = 0.0  # when topics without a place are looked at; 0 for never

    def begin_anew(self) -> None:
        super().begin_anew()
        self._setup()

    # -- what happens -------------------------------------------------------------------------------------------------

    def map_changed(self) -> None:
        """`places` has been learnt anew."""
        with self.lock:
            if self.closed:
                return
            self._board.map_changed()
            self._go_on()
        self.carry_out()

    def unreachable(self, address: Address, *, failed: bool) -> None:
        """Under the lock, by a thread that carries out what follows: a link was lost, or could not be made."""
        self._board.unreachable(address, failed=failed)
        self._go_on()

    def go_on_if_needed(self) -> None:
        """As `unreachable`: something was heard, and may be news for another node."""
        if self._board.news or self._board.unsure:
            self._go_on()

    def attend(self) -> float | None:
        """For `Reader`: look for places of topics that have none."""
        with self.lock:
            self._look_at = 0.0
            self._go_on()
            seconds = max(0.0, self._look_at - monotonic()) if self._look_at else None
        self.carry_out()
        return seconds

    # -- what follows: under the lock ---------------------------------------------------------------------------------

    def _go_on(self) -> None:
        if self.closed:
            return
        board = self._board
        seconds = board.look()
        while board.news:
            self._attend_to(board.news.pop())
        while board.stale:
            self._renew(board.stale.pop())
        if seconds is not None and (not self._look_at or monotonic() + seconds < self._look_at):
            self._look_at = monotonic() + seconds
            self._looker.start()

    def _attend_to(self, address: Address) -> None:
        """Queue what there is to say there, or end the link there."""
        book, feed = self._board.books.get(address), self._feeds.get(address)
        if feed is not None and feed.book is not book:
            self._ended.append((feed.detach(), self._feeds.pop(address)))
        if book is None:
            return
        if address not in self._feeds:
            options = replace(self._options_of(address), retry=self.options.retry, cache=None)
            self._feeds[address] = NodeFeed(self, address, options, self._opener, book)
        self._feeds[address].send()
        self._unsent.add(self._feeds[address])

    def _renew(self, address: Address) -> None:
        if address in self._feeds:
            self._feeds[address].renew()

    # -- without the lock ---------------------------------------------------------------------------------------------

    def carry_out(self) -> None:
        """What was decided under the lock: requests leave, links are made and ended, the slot map is asked for."""
        while True:
            with self.lock:
                unsent, self._unsent = self._unsent, set()
                ended, self._ended = self._ended, []
                wanted, self._board.unsure = self._board.unsure and not self.closed, False
            if not (unsent or ended or wanted):
                return
            for link, feed in ended:
                _abort(link, feed, "the node has left the cluster")
            for feed in unsent:
                feed.reader.start()
                feed.flush()
            if wanted:
                self._wanted()

    def _flush(self) -> None:
        self.carry_out()

    def _start(self) -> None:
        self.carry_out()

    # -- waiting, how it is, and the end ------------------------------------------------------------------------------

    def wait(self, waiter: Waiter, deadline: float) -> None:
        """As it says. What has come to the sockets counts when the threads that read them have taken it."""
        with self.lock:
            if waiter.is_done:
                return
            gate = waiter.park()
        gate.acquire(True, min(max(0.0, deadline - monotonic()), threading.TIMEOUT_MAX))

    def trouble(self) -> ConnectionError | None:
        """Why something cannot come at the moment: a node that is listened to has no link, or a topic no node."""
        with self.lock:
            troubles = [feed.trouble() for feed in self._feeds.values() if feed.book.is_wanted]
            return self._board.trouble() or next(filter(None, troubles), None)

    def _why(self) -> Exception | None:
        return self.trouble()

    def _end_links(self) -> None:
        with self.lock:
            feeds = list(self._feeds.values())
            self._feeds.clear()
        for feed in feeds:
            feed.close()
        self._looker.wake()


def _abort(link: Link | None, feed: NodeFeed, reason: str) -> None:
    if link is not None:
        link.abort(ConnectionError(reason))
    feed.reader.wake()
