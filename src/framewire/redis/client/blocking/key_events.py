"""Keyspace events as an iterator.

What belongs here: a listener for them, and the question whether the server sends them at all.
"""

from __future__ import annotations

from types import TracebackType
from typing import Generic, Self, TypeAlias, cast

from framewire.redis.client.blocking.pubsub import PubSub
from framewire.redis.client.blocking.views import Runner
from framewire.redis.client.definition import S
from framewire.redis.client.errors import ResponseError
from framewire.redis.client.shapes.basic import text_of
from framewire.redis.client.subscriptions.events import EventFilter, KeyEvent
from framewire.redis.client.subscriptions.items import Gap

__all__ = ["EventItem", "KeyEvents"]

PARAMETER = "notify-keyspace-events"

EventItem: TypeAlias = KeyEvent[S] | Gap


class KeyEvents(Generic[S]):
    """`with client.keyspace_events("user:*") as events: for event in events`; `Gap`s stand in between."""

    def __init__(
        self, client: Runner[bytes], pubsub: PubSub[bytes], wanted: EventFilter, *, enable: bool, text: bool
    ) -> None:
        """Made by `client.keyspace_events()`, which says what these are."""
        self._client = client
        self._pubsub = pubsub
        self._filter = wanted
        self._enable = enable
        self._text = text

    def __enter__(self) -> Self:
        self._make_sure()
        self._pubsub.join(dict.fromkeys(self._filter.topics()))
        return self

    def _make_sure(self) -> None:
        """That the server sends what is wanted, as far as this user may know."""
        try:
            flags = (self._client.config_get(PARAMETER)).get(PARAMETER)
        except ResponseError:
            return
        if flags is None:
            return
        lacking = self._filter.lacking(flags)
        if lacking and self._enable:
            self._client.config_set(PARAMETER, flags + lacking)
        else:
            self._filter.check(flags)

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Listen no more; who iterates comes to the end."""
        self._pubsub.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> EventItem[S]:
        while True:
            item = self._pubsub.__next__()
            if isinstance(item, Gap):
                return item
            event = self._filter.event_of(item)
            if event is not None:
                return KeyEvent(event.event, self._shown(event.key), event.db)

    def _shown(self, key: bytes) -> S:
        return cast("S", text_of(key) if self._text else key)
