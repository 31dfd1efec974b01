"""Commands about channels: publishing, listening, no longer listening, and asking who listens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from framewire.frames.resp import Push
from framewire.redis.glob import compile_glob
from framewire.redis.server.clients.client import NO_REPLY, Client
from framewire.redis.server.clients.pubsub import Subscriber
from framewire.redis.server.commands.shared.containers import help_of, unknown_form
from framewire.redis.server.parsing.errors import CommandError

__all__ = [
    "channels",
    "numpat",
    "numsub",
    "psubscribe",
    "publish",
    "pubsub_help",
    "punsubscribe",
    "shardchannels",
    "shardnumsub",
    "spublish",
    "ssubscribe",
    "subscribe",
    "sunsubscribe",
    "unsubscribe",
]


# -- publishing and listening -----------------------------------------------------------------------------------------


def publish(client: Client, request: list[bytes]) -> object:
    return client.state.pubsub.publish(request[1], request[2])


def spublish(client: Client, request: list[bytes]) -> object:
    return client.state.pubsub.spublish(request[1], request[2])


def subscribe(client: Client, request: list[bytes]) -> object:
    return _for_each(client, b"subscribe", request[1:], client.state.pubsub.subscribe)


def psubscribe(client: Client, request: list[bytes]) -> object:
    return _for_each(client, b"psubscribe", request[1:], client.state.pubsub.psubscribe)


def ssubscribe(client: Client, request: list[bytes]) -> object:
    if client.nested:
        raise CommandError(b"ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client")
    return _for_each(client, b"ssubscribe", request[1:], client.state.pubsub.ssubscribe)


def unsubscribe(client: Client, request: list[bytes]) -> object:
    channels = request[1:] or list(client.subscriber.channels)
    return _for_each(client, b"unsubscribe", channels, client.state.pubsub.unsubscribe)


def punsubscribe(client: Client, request: list[bytes]) -> object:
    patterns = request[1:] or list(client.subscriber.patterns)
    return _for_each(client, b"punsubscribe", patterns, client.state.pubsub.punsubscribe)


def sunsubscribe(client: Client, request: list[bytes]) -> object:
    channels = request[1:] or list(client.subscriber.shards)
    return _for_each(client, b"sunsubscribe", channels, client.state.pubsub.sunsubscribe)


def _for_each(
    client: Client, kind: bytes, names: list[bytes], change: Callable[[Subscriber, bytes], None]
) -> object:
    """Each name gets its own confirmation, with the number of subscriptions after it; no name at all gets one."""
    subscriber = client.subscriber
    for name in names:
        change(subscriber, name)
        client.reply(Push((kind, name, _count(subscriber, kind))))
    if not names:
        client.reply(Push((kind, None, _count(subscriber, kind))))
    return NO_REPLY


def _count(subscriber: Subscriber, kind: bytes) -> int:
    return subscriber.shard_count if kind in (b"ssubscribe", b"sunsubscribe") else subscriber.count


# -- asking -----------------------------------------------------------------------------------------------------------


def channels(client: Client, request: list[bytes]) -> object:
    return _matching(client.state.pubsub.channels, request)


def shardchannels(client: Client, request: list[bytes]) -> object:
    return _matching(client.state.pubsub.shards, request)


def _matching(names: Iterable[bytes], request: list[bytes]) -> list[bytes]:
    if len(request) > 3:
        raise unknown_form(request)
    if len(request) == 2:
        return list(names)
    return list(filter(compile_glob(request[2]), names))


def numsub(client: Client, request: list[bytes]) -> object:
    return _listeners(client.state.pubsub.channels, request[2:])


def shardnumsub(client: Client, request: list[bytes]) -> object:
    return _listeners(client.state.pubsub.shards, request[2:])


def _listeners(registry: dict[bytes, dict[Subscriber, None]], names: list[bytes]) -> list[Any]:
    """Name and number in turn, in RESP3 too."""
    return [item for name in names for item in (name, len(registry.get(name, ())))]


def numpat(client: Client, request: list[bytes]) -> object:
    return len(client.state.pubsub.patterns)


pubsub_help = help_of("pubsub", {
    "CHANNELS [<pattern>]": "The channels that somebody listens to.",
    "NUMPAT": "How many patterns somebody listens to.",
    "NUMSUB [<channel> ...]": "How many listen to each channel.",
    "SHARDCHANNELS [<pattern>]": "The shard channels that somebody listens to.",
    "SHARDNUMSUB [<channel> ...]": "How many listen to each shard channel.",
})  # fmt: skip
