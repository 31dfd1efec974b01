"""Pub/sub as redis-py has it: what is subscribed, and messages as dictionaries. No I/O.

    subscribe --> link --> confirmations and messages, as they come --> inbox --> understood, given to their handlers

What belongs here: the names that are listened to with their handlers, what came and was not read, and what it says.
How the link is had and waited for is in `pubsub`, here and for asyncio.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from framewire.redis.client.errors import DataError, PubSubError
from framewire.redis.compat.encoder import Encoder

__all__ = ["Handler", "Listened", "Subscription", "names_of", "with_handlers"]

Handler = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True)
class Subscription:
    """A channel or pattern with its handler, for names that no keyword argument can be."""

    name: Any
    handler: Handler | None = None


def with_handlers(args: tuple[Any, ...], handlers: Mapping[str, Handler]) -> dict[Any, Handler | None]:
    """What `subscribe` was given: names, `Subscription`s, and names with handlers."""
    asked: dict[Any, Handler | None] = {}
    for item in names_of(args):
        asked.update({item.name: item.handler} if isinstance(item, Subscription) else {item: None})
    return {**asked, **handlers}


def names_of(args: tuple[Any, ...]) -> list[Any]:
    """Names one after the other, or a list of them first."""
    if not args:
        return []
    first, *rest = args
    if isinstance(first, (bytes, str, memoryview, Subscription)) or not isinstance(first, Iterable):
        return [first, *rest]
    return [*first, *rest]


class Listened:
    """The state of one `PubSub`: `channels`, `patterns` and `shard_channels` with their handlers."""

    marks: tuple[str, ...] = ("", "p", "s")
    """What its link is told: channels, patterns, channels of a shard."""

    def __init__(self, encoder: Encoder, ignore_subscribe_messages: bool, push_handler_func: Any = None) -> None:
        """push_handler_func: gets all that comes, in place of the reader."""
        self.encoder = encoder
        self.push_handler_func = push_handler_func
        self.ignore_subscribe_messages = ignore_subscribe_messages
        self.inbox: deque[Sequence[Any]] = deque()
        self.forget()

    def forget(self) -> None:
        """Nothing is subscribed any more."""
        self.channels: dict[Any, Handler | None] = {}
        self.patterns: dict[Any, Handler | None] = {}
        self.shard_channels: dict[Any, Handler | None] = {}
        self.pending_unsubscribe_channels: set[Any] = set()
        self.pending_unsubscribe_patterns: set[Any] = set()
        self.pending_unsubscribe_shard_channels: set[Any] = set()
        self.subscribed = False
        self.inbox.clear()

    def names(self, mark: str) -> tuple[dict[Any, Handler | None], set[Any]]:
        """What is listened to, and what of it is about to end: channels (no mark), patterns (`p`) or shards (`s`)."""
        match mark:
            case "p":
                return self.patterns, self.pending_unsubscribe_patterns
            case "s":
                return self.shard_channels, self.pending_unsubscribe_shard_channels
        return self.channels, self.pending_unsubscribe_channels

    def key(self, name: Any) -> Any:
        """A name as messages have it."""
        return self.encoder.decode(self.encoder.encode(name))

    # -- what is asked ------------------------------------------------------------------------------------------------

    def add(self, mark: str, asked: Mapping[Any, Handler | None]) -> None:
        """These were subscribed to."""
        names, ending = self.names(mark)
        new = {self.key(name): handler for name, handler in asked.items()}
        names.update(new)
        ending.difference_update(new)
        self.subscribed = True

    def drop(self, mark: str, asked: Sequence[Any]) -> None:
        """These, or all, are about to end."""
        names, ending = self.names(mark)
        ending.update([self.key(name) for name in asked] if asked else names)

    def again(self) -> list[tuple[str, list[Any]]]:
        """What a new link is to be told, by mark."""
        parts = []
        for mark in self.marks:
            names, ending = self.names(mark)
            ending.clear()
            if names:
                parts.append((mark, [_asked(name, handler) for name, handler in names.items()]))
        return parts

    def check_handlers(self) -> None:
        """Raise `PubSubError` where something has no handler."""
        for mark, what in _MARKS.items():
            for name, handler in self.names(mark)[0].items():
                if handler is None:
                    raise PubSubError(f"{what}: {name!r} has no handler registered")

    # -- what comes ---------------------------------------------------------------------------------------------------

    def confirmed(self, confirmations: list[Sequence[Any]]) -> None:
        """The shape of a (un)subscribe's reply: its confirmations are read in their turn."""
        self.inbox.extend(confirmations)

    def understood(self, items: Sequence[Any], ignore: bool) -> tuple[Any, Callable[[Any], Any] | None]:
        """The message that `items` are, `None` if nobody is to see it; and its handler, if it has one."""
        message = self._message(items)
        kind = message["type"]
        if kind in _UNSUBSCRIBED:
            self._ended(_UNSUBSCRIBED[kind], message["channel"])
        if self.push_handler_func is not None:
            return list(items), self.push_handler_func
        if kind in _PUBLISHED:
            name = message["channel"] if message["pattern"] is None else message["pattern"]
            return message, self.names(_PUBLISHED[kind])[0].get(name)
        if kind != "pong" and (ignore or self.ignore_subscribe_messages):
            return None, None
        return message, None

    def _message(self, items: Sequence[Any]) -> dict[str, Any]:
        kind = items[0].decode()
        text = self.encoder.decode
        if kind == "pmessage":
            return {"type": kind, "pattern": text(items[1]), "channel": text(items[2]), "data": text(items[3])}
        if kind == "pong":
            return {"type": kind, "pattern": None, "channel": None, "data": text(items[1])}
        return {"type": kind, "pattern": None, "channel": text(items[1]), "data": text(items[2])}

    def _ended(self, mark: str, name: Any) -> None:
        names, ending = self.names(mark)
        if name in ending:
            ending.discard(name)
            names.pop(name, None)
        if not (self.channels or self.patterns or self.shard_channels):
            self.subscribed = False


_MARKS: Final = {"": "Channel", "p": "Pattern", "s": "Shard Channel"}
_PUBLISHED: Final = {"message": "", "pmessage": "p", "smessage": "s"}
_UNSUBSCRIBED: Final = {"unsubscribe": "", "punsubscribe": "p", "sunsubscribe": "s"}


def _asked(name: Any, handler: Handler | None) -> Any:
    return name if handler is None else Subscription(name, handler)


def pong(reply: Any) -> Sequence[Any]:
    """The reply to a PING, as the message that it becomes."""
    if isinstance(reply, list):
        return reply
    if isinstance(reply, bytes):
        return [b"pong", reply]
    return [b"pong", b""]


def refuse_empty(names: Iterable[Any]) -> None:
    """Raise `DataError` where there is nothing to subscribe to."""
    if not names:
        raise DataError("there is nothing to subscribe to: name at least one")
