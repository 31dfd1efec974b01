"""All listeners of one link: who listens to what, and what the server has to be told for it.

    join, leave ---> topics ---> take: requests to send           (nobody listened: subscribe; nobody does: unsubscribe)
    connected -------> all of them
    heard <--- confirmations, messages, from the link ------------> listeners
    lost, refused <------------------------------------------------> listeners miss messages, or end

A topic is *live* when the server has answered all that it was told of it, and has us among its subscribers. Only then
its messages are handed on: what comes before belongs to a subscription of former listeners.

What belongs here: that bookkeeping. No I/O, no clock; waiters have asyncio's three methods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from weakref import WeakSet

from framewire.redis.client.errors import PubSubError, RedisError
from framewire.redis.client.outcomes import copied
from framewire.redis.client.subscriptions.backlog import Backlog
from framewire.redis.client.subscriptions.items import Full, Kind, Reason, message_of
from framewire.redis.client.subscriptions.listener import Listener, Topic
from framewire.redis.exchange.calls import Waiter

__all__ = ["Book", "Request"]

Request = tuple[bytes, bytes]
"""A command and one channel. Each is a request of its own, so that one refusal is one channel's."""

_BY_CONFIRMATION = {
    **{kind.subscribe.lower(): (kind, True) for kind in Kind},
    **{kind.unsubscribe.lower(): (kind, False) for kind in Kind},
}


class Ask:
    """Who waits until the server has answered what it was told of some topics."""

    __slots__ = ("left", "listener", "waiter")

    def __init__(self, waiter: Waiter, left: set[Topic], listener: Listener | None) -> None:
        """`listener`: who subscribes; nothing for who unsubscribes."""
        self.waiter, self.left, self.listener = waiter, left, listener

    def answered(self, topic: Topic, error: RedisError | None = None) -> None:
        self.left.discard(topic)
        if self.waiter.done():
            return
        if error is not None:
            self.waiter.set_exception(copied(error))
        elif not self.left:
            self.waiter.set_result(None)


class State:
    """What is known of one topic."""

    __slots__ = ("asks", "listeners", "live", "unanswered", "wanted")

    def __init__(self) -> None:
        self.listeners: dict[Listener, None] = {}  # in the order in which they came
        self.wanted = False  # what the server was told last, or is to be told by the next link
        self.unanswered = 0  # requests about it; they alternate, the last is as `wanted` says
        self.live = False
        self.asks: list[Ask] = []

    @property
    def awaits_subscription(self) -> bool:
        """Whether the next answer is to a request to subscribe."""
        return self.wanted == bool(self.unanswered % 2)


class Book:
    """It begins without a link. `clock` tells Unix seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._listeners: WeakSet[Listener] = WeakSet()
        self._topics: dict[Kind, dict[bytes, State]] = {kind: {} for kind in Kind}
        self._by_message = {kind.message: (kind, topics) for kind, topics in self._topics.items()}
        self._linked = False
        self.requests: list[Request] = []  # to be sent; see `take`

    # -- listeners ----------------------------------------------------------------------------------------------------

    def new_listener(self, most: int, most_bytes: int, full: Full, arrived: Callable[[], None]) -> Listener:
        """Who listens to nothing yet: see `Backlog` and `Listener`."""
        listener = Listener(Backlog(most, most_bytes, full, self._clock), arrived)
        self._listeners.add(listener)
        return listener

    def join(self, listener: Listener, topics: Iterable[Topic], waiter: Waiter) -> list[Topic]:
        """`listener` listens to `topics` from here on; `waiter` gets `None` once the server has confirmed all.

        Where it refuses one, `waiter` gets the refusal. Returns those that it did not listen to before: where the
        waiter fails, or does not wait to the end, `withdraw` them.
        """
        wanted = list(dict.fromkeys(topics))
        new = [topic for topic in wanted if topic not in listener.topics]
        for topic in new:
            self._add(listener, topic)
        left = {topic for topic in wanted if not self._state(topic).live}
        self._wait(Ask(waiter, left, listener))
        return new

    def withdraw(self, listener: Listener, topics: Iterable[Topic], waiter: Waiter) -> None:
        """What `join` has returned for `waiter` is wanted no more, but by another call for the same listener."""
        alone = []
        for topic in topics:
            if topic not in listener.topics:
                continue
            state = self._state(topic)
            state.asks = [ask for ask in state.asks if ask.waiter is not waiter]
            if not any(ask.listener is listener for ask in state.asks):
                alone.append(topic)
        self.leave(listener, alone)

    def _add(self, listener: Listener, topic: Topic) -> None:
        state = self._state(topic)
        state.listeners[listener] = None
        listener.topics.add(topic)
        if not state.wanted:
            state.wanted = True
            self._tell(topic, state)

    def leave(self, listener: Listener, topics: Iterable[Topic], waiter: Waiter | None = None) -> None:
        """`listener` hears no more of `topics`; `waiter` gets `None` once the server does not send them either, where
        nobody else listens."""
        left = set()
        for topic in dict.fromkeys(topics):
            if topic not in listener.topics:
                continue
            state = self._state(topic)
            self._remove(listener, topic, state)
            if state.unanswered and not state.wanted:
                left.add(topic)
        if waiter is not None:
            self._wait(Ask(waiter, left, None))

    def _remove(self, listener: Listener, topic: Topic, state: State) -> None:
        del state.listeners[listener]
        listener.topics.discard(topic)
        listener.hear(topic)
        if not state.listeners and state.wanted:
            state.wanted = state.live = False
            self._tell(topic, state)
            if not state.unanswered:
                self._settle(topic, state)

    def _wait(self, ask: Ask) -> None:
        for topic in ask.left:
            state = self._state(topic)
            state.asks = [*(other for other in state.asks if not other.waiter.done()), ask]
        if not ask.left and not ask.waiter.done():
            ask.waiter.set_result(None)

    def end(self, listener: Listener, error: RedisError | None = None) -> None:
        """`listener` listens to nothing any more."""
        self.leave(listener, list(listener.topics))
        listener.end(error)

    def end_all(self, error: RedisError | None, asked: RedisError) -> None:
        """There will be no link any more: listeners end, with `error` if there is one, and who waits gets `asked`."""
        self._linked = False
        for topic, state in self._all():
            for ask in state.asks:
                ask.answered(topic, asked)
        for listener in list(self._listeners):
            listener.end(error)
        for topics in self._topics.values():
            topics.clear()
        self.requests.clear()

    def disown(self, error: RedisError) -> None:
        """The listeners are somebody else's: here they end with `error`, and what waits for them is not read."""
        for listener in list(self._listeners):
            listener.backlog.clear()
        self.end_all(error, error)

    # -- topics -------------------------------------------------------------------------------------------------------

    def _state(self, topic: Topic) -> State:
        kind, name = topic
        return self._topics[kind].setdefault(name, State())

    def _all(self) -> list[tuple[Topic, State]]:
        return [((kind, name), state) for kind, topics in self._topics.items() for name, state in topics.items()]

    @property
    def is_wanted(self) -> bool:
        """Whether anybody listens to anything."""
        return any(state.wanted for topics in self._topics.values() for state in topics.values())

    def _tell(self, topic: Topic, state: State) -> None:
        """Have the server told what is wanted."""
        if self._linked:
            kind, name = topic
            state.unanswered += 1
            self.requests.append((kind.subscribe if state.wanted else kind.unsubscribe, name))

    def _forget_if_done(self, topic: Topic, state: State) -> None:
        if not state.wanted and not state.unanswered:
            kind, name = topic
            del self._topics[kind][name]

    def _settle(self, topic: Topic, state: State) -> None:
        """The last answer to what the server was told."""
        asks, state.asks = state.asks, []
        for ask in asks:
            ask.answered(topic)
        self._forget_if_done(topic, state)

    # -- the link -----------------------------------------------------------------------------------------------------

    def take(self) -> list[Request]:
        """What is to be sent now, in order. Confirmations go to `heard`, refusals to `refused`."""
        requests, self.requests = self.requests, []
        return requests

    def connected(self) -> None:
        """There is a new link, which knows of nothing."""
        self._linked = True
        for topic, state in self._all():
            self._tell(topic, state)

    def lost(self, since: float) -> None:
        """It is gone; `since`, in Unix seconds, nothing has come."""
        self._linked = False
        self.requests.clear()
        for topic, state in self._all():
            state.unanswered = 0
            if state.live:
                self._miss(topic, state, Reason.LOST, since)
            if not state.wanted:
                self._settle(topic, state)

    def _miss(self, topic: Topic, state: State, reason: Reason, since: float) -> None:
        state.live = False
        for listener in state.listeners:
            listener.miss(topic, reason, since)

    def give_up_new(self, error: RedisError) -> None:
        """There is no link for so long that who waits for a first confirmation shall wait no longer."""
        for topic, state in self._all():
            if state.wanted and not state.live:
                self._refuse(topic, state, error, established=False)

    # -- what comes ---------------------------------------------------------------------------------------------------

    def heard(self, items: Sequence[Any]) -> None:
        """A message or a confirmation, in the order in which they came. O(1) for each listener."""
        found = self._by_message.get(items[0])
        if found is None:
            self._confirmed(items)
            return
        kind, topics = found
        state = topics.get(items[1])
        if state is not None and state.live:
            message = message_of(kind, items)
            slow = [listener for listener in state.listeners if not listener.put(message)]
            for listener in slow:
                self.end(listener, _too_slow(listener))

    def _confirmed(self, items: Sequence[Any]) -> None:
        kind, subscribed = _BY_CONFIRMATION.get(items[0], (None, False))
        state = self._topics[kind].get(items[1]) if kind is not None else None
        if kind is None or state is None:
            return  # an UNSUBSCRIBE of nothing has a null
        topic = (kind, items[1])
        if state.unanswered and state.awaits_subscription == subscribed:
            state.unanswered -= 1
            if not state.unanswered:
                self._answered(topic, state)
        elif state.live and not subscribed:
            self._miss(topic, state, Reason.MOVED, self._clock())
            self._tell(topic, state)

    def _answered(self, topic: Topic, state: State) -> None:
        if state.wanted:
            state.live = True
            for listener in state.listeners:
                listener.hear(topic)
        self._settle(topic, state)

    def is_missed(self, request: Request) -> bool:
        """Whether somebody has heard the topic of `request` before, and would again."""
        topic = _topic_of(request)
        return any(topic in listener.missing for listener in self._state(topic).listeners)

    def refused(self, request: Request, error: RedisError) -> None:
        """The server does not do what it was told by `request`. Who subscribed is told; who listened before ends."""
        topic = _topic_of(request)
        state = self._state(topic)
        state.unanswered -= 1
        if state.unanswered:
            return
        if state.wanted:
            self._refuse(topic, state, error, established=True)
        else:
            self._settle(topic, state)

    def _refuse(self, topic: Topic, state: State, error: RedisError, *, established: bool) -> None:
        """Tell who waits for `topic`, who listens to it no more; with `established` that holds for all others too."""
        asks, state.asks = state.asks, []
        for ask in asks:
            ask.answered(topic, error)
        for listener in list(state.listeners):
            if topic not in listener.missing:
                del state.listeners[listener]
                listener.topics.discard(topic)
            elif established:
                self.end(listener, error)
        if not state.listeners:
            state.wanted = False
            self._forget_if_done(topic, state)


def _topic_of(request: Request) -> Topic:
    kind, _ = _BY_CONFIRMATION[request[0].lower()]
    return kind, request[1]


def _too_slow(listener: Listener) -> PubSubError:
    backlog = listener.backlog
    return PubSubError(
        f"the listener reads too slowly: {len(backlog)} messages wait, of at most {backlog.most}"
        f" and {backlog.most_bytes} bytes"
    )
