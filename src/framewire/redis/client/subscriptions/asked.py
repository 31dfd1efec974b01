"""What a user asks to listen to: channels and handlers, as topics.

What belongs here: from the arguments of `subscribe` and its kin to names as the server has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from framewire.redis.client.arguments import listed
from framewire.redis.client.errors import DataError
from framewire.redis.client.subscriptions.items import Kind
from framewire.redis.client.subscriptions.listener import Topic

__all__ = ["name_of", "topics_of", "with_handlers"]


def name_of(name: Any) -> bytes:
    """A channel or pattern as the server has it. Raises `DataError` for what is none."""
    if isinstance(name, str):
        return name.encode("utf-8", "surrogateescape")
    if isinstance(name, (bytes, bytearray, memoryview)):
        return bytes(name)
    raise DataError(f"a channel is str or bytes, not {type(name).__name__}")


def topics_of(kind: Kind, names: tuple[Any, ...]) -> list[Topic]:
    """The names, one after the other or as one list."""
    return [(kind, name_of(name)) for name in (listed(names[0], names[1:]) if names else ())]


def with_handlers(kind: Kind, names: tuple[Any, ...], handlers: Mapping[str, Any]) -> dict[Topic, Any]:
    """Each topic with its handler, or `None`. Raises `DataError` where there are no names."""
    topics = dict.fromkeys(topics_of(kind, names))
    topics.update({(kind, name_of(name)): handler for name, handler in handlers.items()})
    if not topics:
        raise DataError("there is nothing to subscribe to: name at least one channel")
    return topics
