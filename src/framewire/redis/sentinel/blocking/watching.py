"""Sentinels listened to, from threads: several at a time, each by a thread of its own, for as long as the client lives.

What belongs here: who is listened to, and what becomes of what comes. A link that is lost is made anew; what was
published meanwhile was missed, and whoever watches is told so.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence

from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.blocking.pubsub import PubSub
from framewire.redis.client.blocking.subscribing.subscriber import Subscriber
from framewire.redis.client.errors import RedisError
from framewire.redis.client.options import Options
from framewire.redis.client.subscriptions.backlog import MOST_BYTES, MOST_MESSAGES
from framewire.redis.client.subscriptions.items import Full, Message
from framewire.redis.sentinel.answers import CHANNELS, Address
from framewire.redis.sentinel.told import MOST_HEARD, options_of_sentinel

__all__ = ["Watch"]


class Ear(threading.Thread):
    """Listens to one sentinel, until `stop`: a sentinel that is gone may come back."""

    def __init__(self, watch: Watch, options: Options, opener: Opener, sentinel: Address) -> None:
        super().__init__(name="framewire-sentinel", daemon=True)
        self.sentinel = sentinel
        self._watch = watch
        self._options = options
        self._opener = opener
        self._stopped = threading.Event()
        self._subscriber: Subscriber | None = None
        self._confirmed = False

    @property
    def hears(self) -> bool:
        subscriber = self._subscriber
        return self._confirmed and subscriber is not None and subscriber.trouble() is None

    def run(self) -> None:
        failures = 0
        while not self._stopped.is_set():
            self._subscriber = subscriber = Subscriber(self._options, self._opener)
            try:
                if not self._stopped.is_set():  # or it would be for ever: who stops it has looked for one already
                    self._hear(subscriber)
                failures = 0
            except RedisError:
                failures += 1
            finally:
                self._confirmed = False
                subscriber.close()
            self._stopped.wait(self._options.retry.pause(failures + 1, random.random()))

    def _hear(self, subscriber: Subscriber) -> None:
        with PubSub[bytes](
            subscriber, CHANNELS, text=False, max_queued=MOST_MESSAGES, max_queued_bytes=MOST_BYTES,
            full=Full.DROP_OLDEST,
        ) as pubsub:  # fmt: skip
            self._confirmed = True
            self._watch.missed()
            for item in pubsub:
                if isinstance(item, Message):
                    self._watch.heard(self.sentinel, item.channel, item.data)
                else:
                    self._watch.missed()

    def stop(self) -> None:
        """Let it end."""
        self._stopped.set()
        subscriber = self._subscriber
        if subscriber is not None:
            subscriber.close()


class Watch:
    """`heard` is called with a sentinel, a channel and what was published; `missed`, when something may not have been
    heard, and also when listening begins. Both by the threads that listen."""

    def __init__(
        self, options: Options, opener: Opener, heard: Callable[[Address, bytes, bytes], None],
        missed: Callable[[], None],
    ) -> None:  # fmt: skip
        self._options = options
        self._opener = opener
        self.heard = heard
        self.missed = missed
        self._lock = threading.Lock()
        self._ears: dict[Address, Ear] = {}
        self._closed = False

    @property
    def hears(self) -> bool:
        """Whether a switch would be heard now."""
        return any(ear.hears for ear in list(self._ears.values()))

    def listen_to(self, sentinels: Sequence[Address]) -> None:
        """To these, and to no others any more."""
        with self._lock:
            if self._closed:
                return
            for sentinel in [one for one in self._ears if one not in sentinels]:
                self._ears.pop(sentinel).stop()
            for sentinel in sentinels[:MOST_HEARD]:
                if sentinel not in self._ears and len(self._ears) < MOST_HEARD:
                    options = options_of_sentinel(self._options, sentinel)
                    self._ears[sentinel] = ear = Ear(self, options, self._opener, sentinel)
                    ear.start()

    def close(self) -> None:
        """Listen to nobody; the threads end soon."""
        with self._lock:
            self._closed = True
            ears = list(self._ears.values())
            self._ears.clear()
        for ear in ears:
            ear.stop()
