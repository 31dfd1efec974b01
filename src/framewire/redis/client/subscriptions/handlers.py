"""What is called with the messages of which topics.

What belongs here: finding the handler of a message. Who calls it, and when, is the business of who reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from framewire.redis.client.subscriptions.asked import name_of
from framewire.redis.client.subscriptions.items import Kind, Message
from framewire.redis.client.subscriptions.listener import Topic

__all__ = ["Handlers"]

H = TypeVar("H")

_KINDS = {kind.type: kind for kind in Kind}


class Handlers(Generic[H]):
    """The handlers of one listener, by topic."""

    def __init__(self) -> None:
        self._by_topic: dict[Topic, H] = {}

    def put(self, handlers: Mapping[Topic, H | None]) -> dict[Topic, H | None]:
        """From here on topics have these, `None` is none; returns what they had."""
        before = {topic: self._by_topic.get(topic) for topic in handlers}
        for topic, handler in handlers.items():
            if handler is None:
                self._by_topic.pop(topic, None)
            else:
                self._by_topic[topic] = handler
        return before

    def of(self, item: Any) -> H | None:
        """The handler of a message, if it has one; gaps have none."""
        if not self._by_topic or not isinstance(item, Message):
            return None
        return self._by_topic.get((_KINDS[item.type], name_of(item.channel if item.pattern is None else item.pattern)))
