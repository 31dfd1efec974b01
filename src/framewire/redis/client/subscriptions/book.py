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
from framewire.redis.client.subscriptions.backlog import Backlog
from framewire.redis.client.subscriptions.items import Full, Kind, Reason, message_of
from framewire.redis.client.subscriptions.listener import Listener, Mark, Topic
from framewire.redis.client.subscriptions.state import Ask, State
from framewire.redis.exchange.calls import Waiter

__all__ = ["Book", "Request", "too_slow", "topic_of"]

Request = tuple[bytes, bytes]
"""A command and one channel. Each is a request of its own, so that one refusal is one channel's."""

_BY_CONFIRMATION = {
    **{kind.subscribe.lower(): (kind, True) for kind in Kind},
    **{kind.unsubscribe.lower(): (kind, False) for kind in Kind},
}


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
        ask = Ask(waiter, listener)
        new = [topic for topic in dict.fromkeys(topics) if self.enter(listener, topic, ask)]
        ask.begin()
        return new

    def enter(self, listener: Listener, topic: Topic, ask: Ask) -> bool:
        """One topic of a `join`; whether `listener` did not listen to it before, here."""
        state = self._state(topic)
        is_new = listener not in state.listeners
        if is_new:
            self._add(listener, topic, state)
        if not state.live:
            self._wait(topic, state, ask)
        return is_new

    def withdraw(self, listener: Listener, topics: Iterable[Topic], waiter: Waiter) -> None:
        """What `join` has returned for `waiter` is wanted no more, but by another call for the same listener."""
        self.leave(listener, [topic for topic in topics if not self.forget(listener, topic, waiter)])

    def forget(self, listener: Listener, topic: Topic, waiter: Waiter) -> bool:
        """`waiter` waits no more for `topic`; whether another call for the same listener does."""
        state = self._found(topic)
        if state is None:
            return False
        state.asks = [ask for ask in state.asks if ask.waiter is not waiter]
        return any(ask.listener is listener for ask in state.asks)

    def _add(self, listener: Listener, topic: Topic, state: State) -> None:
        state.listeners[listener] = None
        listener.topics.add(topic)
        if not state.wanted:
            state.wanted = True
            self._tell(topic, state)

    def leave(self, listener: Listener, topics: Iterable[Topic], waiter: Waiter | None = None) -> None:
        """`listener` hears no more of `topics`; `waiter` gets `None` once the server does not send them either, where
        nobody else listens."""
        ask = None if waiter is None else Ask(waiter)
        for topic in dict.fromkeys(topics):
            self.exit(listener, topic, ask)
        if ask is not None:
            ask.begin()

    def exit(self, listener: Listener, topic: Topic, ask: Ask | None) -> None:
        """One topic of a `leave`."""
        state = self._found(topic)
        if state is None or listener not in state.listeners:
            return
        self._remove(listener, topic, state)
        if state.unanswered and not state.wanted and ask is not None:
            self._wait(topic, state, ask)

    def _remove(self, listener: Listener, topic: Topic, state: State) -> None:
        del state.listeners[listener]
        listener.topics.discard(topic)
        listener.hear(self.mark(topic))
        self._end_if_unheard(topic, state)

    def _end_if_unheard(self, topic: Topic, state: State) -> None:
        if not state.listeners and state.wanted:
            state.wanted = state.live = False
            self._tell(topic, state)
            if not state.unanswered:
                self._settle(topic, state)

    def _wait(self, topic: Topic, state: State, ask: Ask) -> None:
        ask.left.add(self.mark(topic))
        state.asks = [*(other for other in state.asks if not other.waiter.done()), ask]

    def end(self, listener: Listener, error: RedisError | None = None) -> None:
        """`listener` listens to nothing any more."""
        self.leave(listener, list(listener.topics))
        listener.end(error)

    def end_all(self, error: RedisError | None, asked: RedisError) -> None:
        """There will be no link any more: listeners end, with `error` if there is one, and who waits gets `asked`."""
        self._linked = False
        for topic, state in self._all():
            for ask in state.asks:
                ask.answered(self.mark(topic), asked)
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

    def mark(self, topic: Topic) -> Mark:
        """What `topic` is called where others than this book may know it."""
        return topic

    def _state(self, topic: Topic) -> State:
        kind, name = topic
        return self._topics[kind].setdefault(name, State())

    def _found(self, topic: Topic) -> State | None:
        kind, name = topic
        return self._topics[kind].get(name)

    def _all(self) -> list[tuple[Topic, State]]:
        return [((kind, name), state) for kind, topics in self._topics.items() for name, state in topics.items()]

    @property
    def is_wanted(self) -> bool:
        """Whether anybody listens to anything."""
        return any(state.wanted for topics in self._topics.values() for state in topics.values())

    @property
    def is_empty(self) -> bool:
        """Whether nobody listens, and nothing is on its way."""
        return not any(self._topics.values())

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
            ask.answered(self.mark(topic))
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
            listener.miss(self.mark(topic), reason, since)

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
                self.end(listener, too_slow(listener))

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
                listener.hear(self.mark(topic))
        self._settle(topic, state)

    def is_missed(self, request: Request) -> bool:
        """Whether somebody has heard the topic of `request` before, and would again."""
        topic = topic_of(request)
        return any(self.mark(topic) in listener.missing for listener in self._state(topic).listeners)

    def refused(self, request: Request, error: RedisError) -> None:
        """The server does not do what it was told by `request`. Who subscribed is told; who listened before ends."""
        topic = topic_of(request)
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
            ask.answered(self.mark(topic), error)
        for listener in list(state.listeners):
            if self.mark(topic) not in listener.missing:
                del state.listeners[listener]
                listener.topics.discard(topic)
            elif established:
                self.end(listener, error)
        if not state.listeners:
            state.wanted = False
            self._forget_if_done(topic, state)


def topic_of(request: Request) -> Topic:
    """What a request is about."""
    kind, _ = _BY_CONFIRMATION[request[0].lower()]
    return kind, request[1]


def too_slow(listener: Listener) -> PubSubError:
    """The error for who was to be closed when there is no room."""
    backlog = listener.backlog
    return PubSubError(
        f"the listener reads too slowly: {len(backlog)} messages wait, of at most {backlog.most}"
        f" and {backlog.most_bytes} bytes"
    )
