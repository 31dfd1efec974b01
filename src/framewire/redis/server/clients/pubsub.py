"""Channels, patterns, shard channels, and who hears them.

What belongs here: the three registries and the delivery of a message, by plain callbacks. No client, no encoding, no
I/O: a subscriber is a `deliver` function and the names it listens to. A name that nobody listens to is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable

from framewire.frames.resp import Push
from framewire.redis.glob import Matcher, compile_glob

__all__ = ["PubSub", "Subscriber"]


class Subscriber:
    """One listener: where its messages go, and its channels and patterns in the order it asked for them."""

    __slots__ = ("channels", "deliver", "patterns", "shards")

    def __init__(self, deliver: Callable[[Push], None]) -> None:
        self.deliver = deliver
        self.channels: dict[bytes, None] = {}
        self.patterns: dict[bytes, None] = {}
        self.shards: dict[bytes, None] = {}

    @property
    def count(self) -> int:
        """How many channels and patterns it listens to."""
        return len(self.channels) + len(self.patterns)

    @property
    def shard_count(self) -> int:
        """How many shard channels it listens to; they are counted apart."""
        return len(self.shards)

    @property
    def listens(self) -> bool:
        """Whether it listens to anything."""
        return bool(self.channels or self.patterns or self.shards)


class PubSub:
    """The registries of one server. Every method that subscribes or unsubscribes costs O(1)."""

    def __init__(self) -> None:
        self.shards: dict[bytes, dict[Subscriber, None]] = {}
        self.channels: dict[bytes, dict[Subscriber, None]] = {}
        self.patterns: dict[bytes, dict[Subscriber, None]] = {}
        self._matchers: dict[bytes, Matcher] = {}

    def subscribe(self, subscriber: Subscriber, channel: bytes) -> None:
        """Let `subscriber` hear `channel`; nothing happens when it does already."""
        subscriber.channels[channel] = None
        self.channels.setdefault(channel, {})[subscriber] = None

    def unsubscribe(self, subscriber: Subscriber, channel: bytes) -> None:
        """The reverse of `subscribe`; nothing happens when it does not hear `channel`."""
        if channel in subscriber.channels:
            del subscriber.channels[channel]
            _forget(self.channels, channel, subscriber)

    def psubscribe(self, subscriber: Subscriber, pattern: bytes) -> None:
        """Let `subscriber` hear all channels that match the glob `pattern`."""
        subscriber.patterns[pattern] = None
        if pattern not in self.patterns:
            self._matchers[pattern] = compile_glob(pattern)
        self.patterns.setdefault(pattern, {})[subscriber] = None

    def punsubscribe(self, subscriber: Subscriber, pattern: bytes) -> None:
        """The reverse of `psubscribe`."""
        if pattern in subscriber.patterns:
            del subscriber.patterns[pattern]
            _forget(self.patterns, pattern, subscriber)
            if pattern not in self.patterns:
                del self._matchers[pattern]

    def ssubscribe(self, subscriber: Subscriber, channel: bytes) -> None:
        """Let `subscriber` hear the shard channel `channel`: a name space of its own, without patterns."""
        subscriber.shards[channel] = None
        self.shards.setdefault(channel, {})[subscriber] = None

    def sunsubscribe(self, subscriber: Subscriber, channel: bytes) -> None:
        """The reverse of `ssubscribe`."""
        if channel in subscriber.shards:
            del subscriber.shards[channel]
            _forget(self.shards, channel, subscriber)

    def drop(self, subscriber: Subscriber) -> None:
        """Forget `subscriber` altogether, without a word to it."""
        for channel in list(subscriber.channels):
            self.unsubscribe(subscriber, channel)
        for pattern in list(subscriber.patterns):
            self.punsubscribe(subscriber, pattern)
        for channel in list(subscriber.shards):
            self.sunsubscribe(subscriber, channel)

    def publish(self, channel: bytes, message: bytes) -> int:
        """Deliver `message`: first to the channel's subscribers, then pattern by pattern, as Redis does.

        Returns the number of deliveries. O(subscribers of the channel + patterns). The `Push` is one object for all who
        get the same text, so a server may encode it once. A `deliver` may unsubscribe anybody, itself included.
        """
        delivered = _deliver(self.channels.get(channel), (b"message", channel, message))
        for pattern in list(self._matchers):
            matches = self._matchers.get(pattern)
            if matches is not None and matches(channel):
                delivered += _deliver(self.patterns.get(pattern), (b"pmessage", pattern, channel, message))
        return delivered

    def spublish(self, channel: bytes, message: bytes) -> int:
        """Deliver `message` to the listeners of a shard channel; returns how many they are."""
        return _deliver(self.shards.get(channel), (b"smessage", channel, message))


def _deliver(subscribers: dict[Subscriber, None] | None, items: tuple[bytes, ...]) -> int:
    if not subscribers:
        return 0
    push = Push(items)
    listeners = list(subscribers)  # a copy: delivering may change the registry
    for subscriber in listeners:
        subscriber.deliver(push)
    return len(listeners)


def _forget(registry: dict[bytes, dict[Subscriber, None]], name: bytes, subscriber: Subscriber) -> None:
    subscribers = registry[name]
    del subscribers[subscriber]
    if not subscribers:
        del registry[name]
