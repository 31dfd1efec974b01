"""The book of one node's link, among those of other nodes: topics come from there and go there.

    take_in ---> as `join`, for all who listen to a topic elsewhere: with a gap for who has heard it there
    let_go ----> nobody listens to it here any more; who waited for it waits elsewhere

What belongs here: what a book does otherwise where it is not the only one. Where topics go is said in `board`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from framewire.redis.client.errors import RedisError
from framewire.redis.client.subscriptions.book import Book, Request, topic_of
from framewire.redis.client.subscriptions.items import Reason
from framewire.redis.client.subscriptions.listener import Listener, Mark, Topic
from framewire.redis.client.subscriptions.state import Ask, State
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.subscriptions.placing import is_everywhere, is_of_a_shard

__all__ = ["Neighbours", "NodeBook", "Party"]


class Neighbours(Protocol):
    """What a book needs of all of them together."""

    def has_news(self, address: Address | None) -> None:
        """There is something to say to the node there."""

    def reached(self, address: Address | None) -> None:
        """There is a link to it."""

    def settled(self, topic: Topic) -> None:
        """It has confirmed a subscription."""

    def given_up(self, topic: Topic) -> None:
        """It has ended one by itself."""

    def turned_away(self, book: NodeBook, topic: Topic, error: RedisError) -> bool:
        """It has refused one, in a cluster's words: whether somebody sees to it."""

    def tidy(self, topic: Topic) -> None:
        """Perhaps nobody listens to it any more."""

    def leave(self, listener: Listener, topics: Iterable[Topic]) -> None:
        """`listener` listens to them nowhere any more."""

    def end(self, listener: Listener, error: RedisError | None = None) -> None:
        """End `listener`, wherever it listens."""


class Party:
    """All who listen to a topic, wherever it is.

    heard: those who have heard it. cut_off: those of them who miss it, and so have a gap already. asks: who waits.
    """

    def __init__(self) -> None:
        self.listeners: dict[Listener, None] = {}
        self.heard: set[Listener] = set()
        self.cut_off: set[Listener] = set()
        self.asks: dict[Ask, None] = {}


class NodeBook(Book):
    """Begins without a link. At no address it is for topics that have no place at the moment, and never has one."""

    def __init__(self, neighbours: Neighbours, address: Address | None, clock: Callable[[], float]) -> None:
        super().__init__(clock)
        self._neighbours = neighbours
        self.address = address

    def mark(self, topic: Topic) -> Mark:
        return (topic, self.address) if is_everywhere(topic) else topic

    # -- topics that move ---------------------------------------------------------------------------------------------

    def describe(self, topic: Topic, party: Party, *, leaves: bool) -> None:
        """Tell `party` who is here; `leaves`: the topic is to go."""
        state = self._found(topic)
        if state is None:
            return
        mark = self.mark(topic)
        party.listeners.update(state.listeners)
        party.asks.update((ask, None) for ask in state.asks if ask.listener is not None)
        for listener in state.listeners:
            if mark in listener.missing:
                party.heard.add(listener)
                if leaves:
                    party.cut_off.add(listener)
            elif state.live:
                party.heard.add(listener)

    def take_in(self, topic: Topic, party: Party, since: float) -> None:
        """All of `party` listen here too; what was published since `since` may be missing for who has heard it."""
        state, mark = self._state(topic), self.mark(topic)
        for listener in party.listeners:
            state.listeners[listener] = None
            if listener in party.cut_off:
                listener.missing.add(mark)
            elif listener in party.heard:
                listener.miss(mark, Reason.MOVED, since)
        if not state.wanted:
            state.wanted = True
            self._tell(topic, state)
        for ask in party.asks:
            self._wait(topic, state, ask)

    def let_go(self, topic: Topic, party: Party, *, subscribed: bool = True) -> None:
        """None of `party` listens here, after all have been taken in elsewhere. Not `subscribed`: nor does the node
        know of us, or an answer is to come."""
        state = self._found(topic)
        if state is None:
            return
        state.listeners.clear()
        state.asks = [ask for ask in state.asks if ask not in party.asks]
        if not subscribed:
            state.wanted = False
            self._settle(topic, state)
        self._end_if_unheard(topic, state)
        if is_everywhere(topic):
            self._miss_no_more(self.mark(topic), party)

    def _miss_no_more(self, mark: Mark, party: Party) -> None:
        for listener in party.listeners:
            listener.hear(mark)
        for ask in party.asks:
            ask.answered(mark)

    def refuse_new(self, topic: Topic, error: RedisError) -> None:
        """Who waits for a first confirmation of it waits no longer."""
        state = self._found(topic)
        if state is not None and not state.live:
            self._refuse(topic, state, error, established=False)

    def is_live(self, topic: Topic) -> bool:
        """Whether the node sends its messages."""
        state = self._found(topic)
        return state is not None and state.live

    def has_listeners(self, topic: Topic) -> bool:
        state = self._found(topic)
        return state is not None and bool(state.listeners)

    def close(self, asked: RedisError) -> None:
        """There will be no link any more; who waits gets `asked`. Listeners are others' business."""
        self._linked = False
        for topic, state in self._all():
            for ask in state.asks:
                ask.answered(self.mark(topic), asked)
        for topics in self._topics.values():
            topics.clear()
        self.requests.clear()

    # -- what a book does otherwise here ------------------------------------------------------------------------------

    def end(self, listener: Listener, error: RedisError | None = None) -> None:
        self._neighbours.end(listener, error)

    def end_all(self, error: RedisError | None, asked: RedisError) -> None:
        """There will be no link to this node any more: who listens to anything there ends."""
        listeners = dict.fromkeys(listener for _, state in self._all() for listener in state.listeners)
        topics = [topic for topic, _ in self._all()]
        self.close(asked)
        self._end_each(listeners, error)
        for topic in topics:
            self._neighbours.tidy(topic)

    def _end_each(self, listeners: Iterable[Listener], error: RedisError | None) -> None:
        for listener in listeners:
            self._neighbours.end(listener, error)

    def connected(self) -> None:
        super().connected()
        self._neighbours.reached(self.address)

    def is_missed(self, request: Request) -> bool:
        """A channel of a shard is moved by itself: the link and all others on it are kept."""
        return not is_of_a_shard(topic_of(request)) and super().is_missed(request)

    def refused(self, request: Request, error: RedisError) -> None:
        topic = topic_of(request)
        state = self._state(topic)
        if is_of_a_shard(topic) and state.wanted and state.unanswered == 1:
            state.unanswered = 0
            if self._neighbours.turned_away(self, topic, error):
                return
            state.unanswered = 1
        super().refused(request, error)

    def _tell(self, topic: Topic, state: State) -> None:
        super()._tell(topic, state)
        self._neighbours.has_news(self.address)

    def _answered(self, topic: Topic, state: State) -> None:
        super()._answered(topic, state)
        if state.live:
            self._neighbours.settled(topic)

    def _miss(self, topic: Topic, state: State, reason: Reason, since: float) -> None:
        super()._miss(topic, state, reason, since)
        if reason is Reason.MOVED:
            self._neighbours.given_up(topic)

    def _refuse(self, topic: Topic, state: State, error: RedisError, *, established: bool) -> None:
        """Who does not listen to it here does so nowhere."""
        before = list(state.listeners)
        super()._refuse(topic, state, error, established=established)
        for listener in before:
            if topic not in listener.topics:
                self._neighbours.leave(listener, [topic])
        self._neighbours.tidy(topic)
