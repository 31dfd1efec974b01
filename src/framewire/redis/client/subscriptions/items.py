"""What listeners get: messages, and gaps between them.

What belongs here: the forms that users see, and the three kinds of what one can listen to. No logic but the making of
text.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Any, Generic, NamedTuple, TypeAlias

from framewire.redis.client.definition import S
from framewire.redis.client.shapes.basic import text_of

__all__ = ["Full", "Gap", "Item", "Kind", "Message", "Reason", "message_of", "texted"]


class Kind(Enum):
    """What one can listen to: channels, patterns of channels, channels of a shard. Source: SUBSCRIBE and its kin.

    subscribe, unsubscribe: the commands. message: the first word of a message.
    """

    CHANNEL = (b"SUBSCRIBE", b"UNSUBSCRIBE", b"message")
    PATTERN = (b"PSUBSCRIBE", b"PUNSUBSCRIBE", b"pmessage")
    SHARD = (b"SSUBSCRIBE", b"SUNSUBSCRIBE", b"smessage")

    def __init__(self, subscribe: bytes, unsubscribe: bytes, message: bytes) -> None:
        self.subscribe, self.unsubscribe, self.message = subscribe, unsubscribe, message
        self.type = message.decode()


class Message(NamedTuple, Generic[S]):
    """What somebody published: `type` is `"message"`, `"pmessage"` or `"smessage"`, `pattern` what matched the channel
    (`None` but for `"pmessage"`)."""

    type: str
    channel: S
    pattern: S | None
    data: S


class Reason(StrEnum):
    """Why messages may be missing.

    LOST: the link was lost, and was made anew. MOVED: the server has ended the subscription of a channel of a shard, as
    it does when the slot goes to another node; it was subscribed again. FULL: so many waited to be read that some were
    dropped.
    """

    LOST = "lost"
    MOVED = "moved"
    FULL = "full"


class Gap(NamedTuple):
    """Messages may be missing here.

    Whatever is missing was published before the gap is handed out: who reads now what the messages tell of misses
    nothing afterwards.

    reason: the gravest, where several gaps became one. since: when it began, in Unix seconds; what was published before
    has come. dropped: how many messages came and had no room; nobody knows how many never came.
    """

    reason: Reason
    since: float
    dropped: int


class Full(StrEnum):
    """What becomes of a message that has no room: the oldest makes it, the message itself is dropped, or the listener
    is closed (after what waits, its reader gets `PubSubError`)."""

    DROP_OLDEST = "drop_oldest"
    DROP_NEWEST = "drop_newest"
    CLOSE = "close"


Item: TypeAlias = Message[S] | Gap


def message_of(kind: Kind, items: Any) -> Message[bytes]:
    """A message as it came: `[b"message", channel, data]`, or `[b"pmessage", pattern, channel, data]`."""
    if kind is Kind.PATTERN:
        return Message("pmessage", items[2], items[1], items[3])
    return Message(kind.type, items[1], None, items[2])


def texted(message: Message[Any]) -> Message[Any]:
    """The same as text, decoded as UTF-8; what is not UTF-8 survives as surrogate escapes."""
    return Message(message.type, text_of(message.channel), text_of(message.pattern), text_of(message.data))
