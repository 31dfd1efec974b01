"""All books of a cluster: listeners whose topics may be at several nodes, and topics that move.

    join ----------> placed: at one node, or at several (keyspace events)
                       |  ^
                       |  +-- the map changes, a node says where the slot is, a node cannot be reached: elsewhere
                       v
                     nowhere: nobody serves the slot, or no node is known; looked at again after a growing pause,
                              and whenever the map has changed

A topic that moves is first taken in at its new place, then let go at the old one. Who has heard it gets one `Gap`,
where it was cut off or moved, and nothing of what comes behind that before the new place has confirmed. Behind the gap
a message may come a second time: one node hears it over the cluster's bus later than another.

A channel of a shard that is heard where it is stays there when the map says otherwise, until its node does too: others
may publish there still. A node that says nothing for `PATIENCE_SECONDS` is left: it may be cut off from the cluster.

What belongs here: where each topic is, and when that is looked at again. No I/O; time and chance are passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from weakref import WeakSet

from framewire.redis.client.errors import ClusterDownError, ConnectionError, PubSubError, RedisError
from framewire.redis.client.retries import Retry
from framewire.redis.client.subscriptions.backlog import Backlog
from framewire.redis.client.subscriptions.items import Full
from framewire.redis.client.subscriptions.listener import Listener, Topic
from framewire.redis.client.subscriptions.state import Ask
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.subscriptions.book import NodeBook, Party
from framewire.redis.cluster.subscriptions.places import Places
from framewire.redis.cluster.subscriptions.placing import is_anywhere, is_of_a_shard, places_of
from framewire.redis.exchange.calls import Waiter
from framewire.redis.slots import slot_of

__all__ = ["PATIENCE_SECONDS", "Board"]

PATIENCE_SECONDS = 5.0
"""For how long a node may not know yet that a slot has left it."""


class Board:
    """`news`: addresses whose book has something to say, or is gone (and so its link is to be ended). `stale`: links
    that lead to another node than they should. `unsure`: whether the slot map is to be asked for anew."""

    def __init__(
        self, places: Places, retry: Retry, *, clock: Callable[[], float], now: Callable[[], float],
        chance: Callable[[], float],
    ) -> None:  # fmt: skip
        """`clock` tells Unix seconds, `now` those of a clock that is never set; `chance` is from 0 to 1."""
        self._places = places
        self._retry = retry
        self._clock, self._now, self._chance = clock, now, chance
        self._listeners: WeakSet[Listener] = WeakSet()
        self._nowhere = NodeBook(self, None, clock)
        self.books: dict[Address, NodeBook] = {}
        self._homes: dict[Topic, dict[Address | None, NodeBook]] = {}
        self.patience = PATIENCE_SECONDS
        self._due: dict[Topic, float] = {}  # when to look for a place again, or to leave the one where it is
        self._attempts: dict[Topic, int] = {}  # in vain, since it was confirmed last
        self._shunned: set[Address] = set()
        self._known = clock()  # when the map was last known to be right
        self.news: set[Address] = set()
        self.stale: set[Address] = set()
        self.unsure = False

    # -- listeners ----------------------------------------------------------------------------------------------------

    def new_listener(self, most: int, most_bytes: int, full: Full, arrived: Callable[[], None]) -> Listener:
        """As `Book.new_listener`."""
        listener = Listener(Backlog(most, most_bytes, full, self._clock), arrived)
        self._listeners.add(listener)
        return listener

    def join(self, listener: Listener, topics: Iterable[Topic], waiter: Waiter) -> list[Topic]:
        """As `Book.join`."""
        ask = Ask(waiter, listener)
        wanted = list(dict.fromkeys(topics))
        new = [topic for topic in wanted if topic not in listener.topics]
        for topic in wanted:
            for book in self._placed(topic):
                book.enter(listener, topic, ask)
        ask.begin()
        return new

    def withdraw(self, listener: Listener, topics: Iterable[Topic], waiter: Waiter) -> None:
        """As `Book.withdraw`."""
        alone = [
            topic for topic in topics if not any([book.forget(listener, topic, waiter) for book in self._at(topic)])
        ]
        self.leave(listener, alone)

    def leave(self, listener: Listener, topics: Iterable[Topic], waiter: Waiter | None = None) -> None:
        """As `Book.leave`."""
        ask = None if waiter is None else Ask(waiter)
        for topic in dict.fromkeys(topics):
            for book in self._at(topic):
                book.exit(listener, topic, ask)
            self.tidy(topic)
        if ask is not None:
            ask.begin()

    def end(self, listener: Listener, error: RedisError | None = None) -> None:
        """As `Book.end`."""
        self.leave(listener, list(listener.topics))
        listener.end(error)

    def end_all(self, error: RedisError | None, asked: RedisError) -> None:
        """As `Book.end_all`."""
        for book in (*self.books.values(), self._nowhere):
            book.close(asked)
        for listener in list(self._listeners):
            listener.end(error)
        self._homes.clear()
        self._due.clear()
        self._attempts.clear()

    def disown(self, error: RedisError) -> None:
        """As `Book.disown`."""
        for listener in list(self._listeners):
            listener.backlog.clear()
        self.end_all(error, error)

    @property
    def is_wanted(self) -> bool:
        """Whether anybody listens to anything."""
        return bool(self._homes)

    def trouble(self) -> ConnectionError | None:
        """Why something cannot come at the moment that is kept here: topics without a place."""
        lost = [topic for topic, homes in self._homes.items() if None in homes]
        if not lost:
            return None
        return ConnectionError(f"no node is known for {len(lost)} of {len(self._homes)} channels, as {lost[0][1]!r}")

    # -- places -------------------------------------------------------------------------------------------------------

    def _book(self, address: Address | None) -> NodeBook:
        if address is None:
            return self._nowhere
        if address not in self.books:
            self.books[address] = NodeBook(self, address, self._clock)
        return self.books[address]

    def _at(self, topic: Topic) -> list[NodeBook]:
        """Where it is."""
        return list(self._homes.get(topic, {}).values())

    def _placed(self, topic: Topic) -> list[NodeBook]:
        """Where it is, or from here on is to be."""
        if topic not in self._homes:
            self._settle(topic)
        return self._at(topic)

    def _settle(self, topic: Topic, *, patiently: bool = True) -> None:
        """Have it where it belongs."""
        homes = self._homes.get(topic, {})
        to = places_of(topic, self._places, homes, self._shunned)
        if to == set(homes):
            if None not in to:
                self._due.pop(topic, None)
        elif patiently and self._is_heard(topic):
            self._due.setdefault(topic, self._now() + self.patience)
        else:
            self._rehome(topic, to)

    def _is_heard(self, topic: Topic) -> bool:
        """Whether a channel of a shard is heard where it is, at a node of the cluster."""
        return is_of_a_shard(topic) and any(
            book.is_live(topic) and book.address in self._places.nodes for book in self._at(topic)
        )

    def _rehome(self, topic: Topic, to: set[Address | None], *, subscribed: bool = True) -> None:
        """Have it at `to`. Not `subscribed`: where it is, the node does not know of us."""
        before = self._homes.get(topic, {})
        after = {address: self._book(address) for address in to}
        self._homes[topic] = after
        party = Party()
        for address, book in before.items():
            book.describe(topic, party, leaves=address not in after)
        for book in [after[address] for address in after if address not in before]:
            if party.listeners:
                book.take_in(topic, party, self._known)
        for book in [before[address] for address in before if address not in after]:
            book.let_go(topic, party, subscribed=subscribed)
        if None not in after:
            self._due.pop(topic, None)
        elif None not in before:
            self._look_again(topic)

    def _look_again(self, topic: Topic) -> None:
        """After a pause, the longer the more often it was in vain."""
        self._attempts[topic] = attempts = self._attempts.get(topic, 0) + 1
        self._due[topic] = self._now() + self._retry.pause(attempts, self._chance())
        self.unsure = True
        if attempts > self._retry.retries:
            self._nowhere.refuse_new(topic, _unplaced(topic))

    def tidy(self, topic: Topic) -> None:
        """Nothing is kept of a topic that nobody listens to."""
        if topic in self._homes and not any(book.has_listeners(topic) for book in self._at(topic)):
            for known in (self._homes, self._due, self._attempts):
                known.pop(topic, None)

    # -- what happens -------------------------------------------------------------------------------------------------

    def map_changed(self) -> None:
        """The slot map was asked for, and is as `places` says now; or a node has said where a slot is."""
        self._shunned.clear()
        for topic in list(self._homes):
            self._settle(topic)
        for address in [address for address in self.books if address not in self._places.nodes]:
            if not self.books[address].is_wanted:
                self._drop(address)
        self._known = self._clock()

    def _drop(self, address: Address) -> None:
        self.books.pop(address).lost(self._clock())
        self.news.add(address)

    def unreachable(self, address: Address, *, failed: bool) -> None:
        """The link there was lost; or none could be made (`failed`), so that topics that any node has go to another."""
        self._places.lost(address)
        self.unsure = True
        for topic in [topic for topic in self._due if address in self._homes[topic]]:
            self._settle(topic)
        if not failed:
            return
        self._shunned.add(address)
        for topic in [topic for topic, homes in self._homes.items() if address in homes and is_anywhere(topic)]:
            self._settle(topic)
        if self._shunned.issuperset(self._places.nodes):
            self._shunned.clear()  # there is none left: all get another chance

    def look(self) -> float | None:
        """Look for places of topics whose time has come; in how many seconds to do so again, `None` for never."""
        now = self._now()
        for topic in [topic for topic, due in self._due.items() if due <= now]:
            self._settle(topic, patiently=False)
            if None in self._homes[topic]:
                self._look_again(topic)
        return max(0.0, min(self._due.values()) - now) if self._due else None

    # -- what books tell ----------------------------------------------------------------------------------------------

    def has_news(self, address: Address | None) -> None:
        if address is not None:
            self.news.add(address)

    def reached(self, address: Address | None) -> None:
        if address is not None:
            self._shunned.discard(address)

    def settled(self, topic: Topic) -> None:
        self._attempts.pop(topic, None)

    def given_up(self, topic: Topic) -> None:
        """Its node is asked once more, and says where the slot is now; the map must have changed."""
        self.unsure = True

    def turned_away(self, book: NodeBook, topic: Topic, error: RedisError) -> bool:
        assert book.address is not None
        attempts = self._attempts.get(topic, 0)
        turn = self._places.turned_away(book.address, slot_of(topic[1]), str(error), attempts)
        if turn is None:
            return False
        self.unsure = True
        if turn.hopeless:
            book.refuse_new(topic, error)
        if turn.anew:
            self.stale.add(book.address)
        if turn.to is None or turn.after or turn.to == book.address:
            self._wait_nowhere(topic, turn.after)
        elif topic in self._homes:
            self._attempts[topic] = attempts + 1
            self._rehome(topic, {turn.to}, subscribed=False)
        return True

    def _wait_nowhere(self, topic: Topic, seconds: float) -> None:
        if topic in self._homes:
            self._rehome(topic, {None}, subscribed=False)
            if topic in self._due:
                self._due[topic] = max(self._due[topic], self._now() + seconds)


def _unplaced(topic: Topic) -> RedisError:
    if is_of_a_shard(topic):
        return ClusterDownError(f"slot {slot_of(topic[1])}, of {topic[1]!r}, is served by no node that is known")
    return PubSubError(f"no node of the cluster can be reached to listen to {topic[1]!r}")
