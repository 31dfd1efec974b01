"""Who listens over a cluster, from asyncio: a feed for each node that is to be told of something.

    subscribe, unsubscribe --> board <-- links that are lost, or refused; the slot map (`map_changed`)
                                 |
                                 v
              feeds of the nodes that have news; a timer for topics without a place; a wish for the map anew

What belongs here: that the feeds, the timer and the wish are as the board says. Which node hears what is its business.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.aio.subscribing.feed import Feed
from framewire.redis.client.aio.subscribing.subscriber import Subscribing
from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.client.options import Options
from framewire.redis.client.subscriptions.book import Request
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.subscriptions.board import Board
from framewire.redis.cluster.subscriptions.book import NodeBook
from framewire.redis.cluster.subscriptions.places import Places

__all__ = ["ClusterSubscriber"]


class NodeFeed(Feed):
    """Of one node; whatever happens on it may be news for others."""

    def __init__(
        self, subscriber: ClusterSubscriber, address: Address, options: Options, opener: Opener, book: NodeBook
    ) -> None:
        super().__init__(options, opener, book)
        self._subscriber, self._address = subscriber, address

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
    """`map_changed` is to be called when the slot map was asked for, in the loop where it is used."""

    def __init__(
        self, options: Options, opener: Opener, places: Places, options_of: Callable[[Address], Options],
        wanted: Callable[[], None],
    ) -> None:  # fmt: skip
        """`options`: how often, and how long, is tried. `options_of`: those of one node. `wanted` is called when the
        slot map is to be asked for anew."""
        self._board = Board(places, options.retry, clock=time.time, now=time.monotonic, chance=random.random)
        super().__init__(options, self._board)
        self._opener = opener
        self._options_of = options_of
        self._wanted = wanted
        self._feeds: dict[Address, NodeFeed] = {}
        self._timer: asyncio.TimerHandle | None = None

    # -- what happens -------------------------------------------------------------------------------------------------

    def map_changed(self) -> None:
        """`places` has been learnt anew."""
        if not self.closed and self._loop is not None:
            self._board.map_changed()
            self._go_on()

    def unreachable(self, address: Address, *, failed: bool) -> None:
        """A link was lost, or could not be made."""
        self._board.unreachable(address, failed=failed)
        self._go_on()

    def go_on_if_needed(self) -> None:
        """Something was heard: it may be news for another node."""
        if self._board.news or self._board.unsure:
            self._go_on()

    # -- what follows -------------------------------------------------------------------------------------------------

    def _go_on(self) -> None:
        if self.closed:
            return
        board = self._board
        seconds = board.look()
        while board.news:
            self._attend(board.news.pop())
        while board.stale:
            self._renew(board.stale.pop())
        self._look_after(seconds)
        if board.unsure:
            board.unsure = False
            self._wanted()

    def _attend(self, address: Address) -> None:
        """Say there what there is to say, or end the link there."""
        book, feed = self._board.books.get(address), self._feeds.get(address)
        if feed is not None and feed.book is not book:
            self._feeds.pop(address).close(f"{address} has left the cluster")
        if book is None:
            return
        if address not in self._feeds:
            options = replace(self._options_of(address), retry=self.options.retry)
            self._feeds[address] = NodeFeed(self, address, options, self._opener, book)
        self._feeds[address].go_on()

    def _renew(self, address: Address) -> None:
        if address in self._feeds:
            self._feeds[address].renew()

    def _look_after(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        loop = self._loop
        self._timer = None if seconds is None or loop is None else loop.call_later(seconds, self._go_on)

    # -- how it is, and the end ---------------------------------------------------------------------------------------

    def trouble(self) -> ConnectionError | None:
        """Why something cannot come at the moment: a node that is listened to has no link, or a topic no node."""
        troubles = (feed.trouble() for feed in self._feeds.values() if feed.book.is_wanted)
        return self._board.trouble() or next(filter(None, troubles), None)

    def _why(self) -> Exception | None:
        return self.trouble()

    def _end_links(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for feed in self._feeds.values():
            feed.close()
        self._feeds.clear()
