"""What a client offers to who listens: pub/sub and keyspace events, as bytes and as text.

What belongs here: the methods that make listeners. What they do is said in `pubsub` and `key_events`.
"""

from __future__ import annotations

from collections.abc import Collection

from framewire.redis.client.aio.key_events import KeyEvents
from framewire.redis.client.aio.pubsub import PubSub
from framewire.redis.client.aio.subscribing.subscriber import Subscribing
from framewire.redis.client.aio.views import Runner
from framewire.redis.client.arguments import Key, Keys
from framewire.redis.client.definition import S
from framewire.redis.client.subscriptions.asked import name_of
from framewire.redis.client.subscriptions.backlog import MOST_BYTES, MOST_MESSAGES
from framewire.redis.client.subscriptions.events import Database, EventFilter
from framewire.redis.client.subscriptions.items import Full

__all__ = ["Listening"]


class Listening(Runner[S]):
    """A client, or its text view."""

    def _listened(self) -> tuple[Runner[bytes], Subscribing, int]:
        """The client that commands go to, its subscriber, and its database."""
        raise NotImplementedError

    def pubsub(
        self, *channels: Keys, max_queued: int = MOST_MESSAGES, max_queued_bytes: int = MOST_BYTES,
        when_full: str = Full.DROP_OLDEST,
    ) -> PubSub[S]:  # fmt: skip
        """Messages as an iterator, for an `async with` block, which begins with subscribing to `channels`, if any.

        Those that were not read wait: at most `max_queued`, of `max_queued_bytes`. When there is no room, `when_full`
        says what becomes of the next: `"drop_oldest"` makes room and `"drop_newest"` drops it, each with a `Gap` in
        its place; `"close"` ends the listener with `PubSubError`.
        """
        return PubSub(
            self._listened()[1], channels, text=self._text, max_queued=max_queued, max_queued_bytes=max_queued_bytes,
            full=when_full,
        )  # fmt: skip

    def keyspace_events(
        self, pattern: Key = "*", events: Collection[str] = (), *, db: Database | None = None, enable: bool = False,
        max_queued: int = MOST_MESSAGES, when_full: str = Full.DROP_OLDEST,
    ) -> KeyEvents[S]:  # fmt: skip
        """What happens to keys that match the glob-style `pattern`, as an iterator of `KeyEvent`s and `Gap`s, for an
        `async with` block.

        `events` are names (`"set"`, `"expired"`), none for all; `db` a database, that of the client if it is not said,
        or `"*"` for all. Entering the block raises `PubSubError` where the server's `notify-keyspace-events` says that
        it sends no such events, if this user may ask for it; with `enable` what is lacking is added to it, for all
        clients of the server.
        """
        client, subscriber, index = self._listened()
        pubsub: PubSub[bytes] = PubSub(
            subscriber, (), text=False, max_queued=max_queued, max_queued_bytes=MOST_BYTES, full=when_full
        )
        wanted = EventFilter(name_of(pattern), events, index if db is None else db)
        return KeyEvents(client, pubsub, wanted, enable=enable, text=self._text)
