"""Commands about channels: publishing, listening, and no longer listening."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from framewire.frames.resp import Push
from framewire.redis.commands.table import NO_REPLY, Command
from framewire.redis.pubsub import Subscriber

if TYPE_CHECKING:
    from framewire.redis.session import Session

__all__ = ["COMMANDS"]


def publish(session: Session, request: list[bytes]) -> object:
    return session.state.pubsub.publish(request[1], request[2])


def subscribe(session: Session, request: list[bytes]) -> object:
    return _for_each(session, b"subscribe", request[1:], session.state.pubsub.subscribe)


def psubscribe(session: Session, request: list[bytes]) -> object:
    return _for_each(session, b"psubscribe", request[1:], session.state.pubsub.psubscribe)


def unsubscribe(session: Session, request: list[bytes]) -> object:
    channels = request[1:] or list(session.subscriber.channels)
    return _for_each(session, b"unsubscribe", channels, session.state.pubsub.unsubscribe)


def punsubscribe(session: Session, request: list[bytes]) -> object:
    patterns = request[1:] or list(session.subscriber.patterns)
    return _for_each(session, b"punsubscribe", patterns, session.state.pubsub.punsubscribe)


def _for_each(
    session: Session, kind: bytes, names: list[bytes], change: Callable[[Subscriber, bytes], None]
) -> object:
    """Each name gets its own confirmation, with the number of subscriptions after it; no name at all gets one."""
    for name in names:
        change(session.subscriber, name)
        session.reply(Push((kind, name, session.subscriber.count)))
    if not names:
        session.reply(Push((kind, None, session.subscriber.count)))
    return NO_REPLY


_LISTENING = "pubsub noscript loading stale"

COMMANDS = [
    Command(
        "publish", publish, 3, "pubsub loading stale fast", None, "",
        summary="Sends a message to all who listen to a channel.", since="2.0.0", group="pubsub",
        complexity="O(N+M): N listeners of the channel, M patterns that anybody listens to",
    ),
    Command(
        "subscribe", subscribe, -2, _LISTENING, None, "", barrier=True, while_subscribed=True,
        summary="Starts listening to channels.", since="2.0.0", group="pubsub", complexity="O(N), N channels",
    ),
    Command(
        "unsubscribe", unsubscribe, -1, _LISTENING, None, "", barrier=True, while_subscribed=True,
        summary="Stops listening to channels, to all when none is named.", since="2.0.0", group="pubsub",
        complexity="O(N), N channels",
    ),
    Command(
        "psubscribe", psubscribe, -2, _LISTENING, None, "", barrier=True, while_subscribed=True,
        summary="Starts listening to all channels that match patterns.", since="2.0.0", group="pubsub",
        complexity="O(N), N patterns",
    ),
    Command(
        "punsubscribe", punsubscribe, -1, _LISTENING, None, "", barrier=True, while_subscribed=True,
        summary="Stops listening to patterns, to all when none is named.", since="2.0.0", group="pubsub",
        complexity="O(N), N patterns",
    ),
]  # fmt: skip
