"""Commands about channels: publishing, listening, no longer listening, and asking who listens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from framewire.frames.resp import Push
from framewire.redis.facts.command import Command, KeySpec
from framewire.redis.glob import compile_glob
from framewire.redis.server.clients.client import NO_REPLY, Client
from framewire.redis.server.clients.pubsub import Subscriber
from framewire.redis.server.commands.containers import help_command, subcommands, unknown_form

__all__ = ["COMMANDS"]


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


_ASKS = "pubsub loading stale"

_PUBSUB = subcommands([
    Command(
        "pubsub|channels", channels, -2, _ASKS, None, "",
        summary="Lists the channels that somebody listens to, those that match a pattern if there is one.",
        since="2.8.0", group="pubsub", complexity="O(N), N channels",
    ),
    Command(
        "pubsub|numsub", numsub, -2, _ASKS, None, "",
        summary="Counts the listeners of channels; patterns do not count.", since="2.8.0", group="pubsub",
        complexity="O(N), N channels named",
    ),
    Command(
        "pubsub|numpat", numpat, 2, _ASKS, None, "",
        summary="Counts the patterns that somebody listens to.", since="2.8.0", group="pubsub", complexity="O(1)",
    ),
    Command(
        "pubsub|shardchannels", shardchannels, -2, _ASKS, None, "",
        summary="Lists the shard channels that somebody listens to.", since="7.0.0", group="pubsub",
        complexity="O(N), N shard channels",
    ),
    Command(
        "pubsub|shardnumsub", shardnumsub, -2, _ASKS, None, "",
        summary="Counts the listeners of shard channels.", since="7.0.0", group="pubsub",
        complexity="O(N), N shard channels named",
    ),
    help_command("pubsub", "6.2.0", "pubsub", "", {
        "CHANNELS [<pattern>]": "The channels that somebody listens to.",
        "NUMPAT": "How many patterns somebody listens to.",
        "NUMSUB [<channel> ...]": "How many listen to each channel.",
        "SHARDCHANNELS [<pattern>]": "The shard channels that somebody listens to.",
        "SHARDNUMSUB [<channel> ...]": "How many listen to each shard channel.",
    }),
])  # fmt: skip

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
    Command(
        "spublish", spublish, 3, "pubsub loading stale fast", KeySpec("not_key"), "",
        summary="Sends a message to all who listen to a shard channel.", since="7.0.0", group="pubsub",
        complexity="O(N), N listeners of the shard channel",
    ),
    Command(
        "ssubscribe", ssubscribe, -2, _LISTENING, KeySpec("not_key", last=-1), "", barrier=True,
        while_subscribed=True, summary="Starts listening to shard channels.", since="7.0.0", group="pubsub",
        complexity="O(N), N shard channels",
    ),
    Command(
        "sunsubscribe", sunsubscribe, -1, _LISTENING, KeySpec("not_key", last=-1), "", barrier=True,
        while_subscribed=True, summary="Stops listening to shard channels, to all when none is named.", since="7.0.0",
        group="pubsub", complexity="O(N), N shard channels",
    ),
    Command(
        "pubsub", None, -2, summary="Tells who listens to what.", since="2.8.0", group="pubsub",
        complexity="Depends on the subcommand.", subcommands=_PUBSUB,
    ),
]  # fmt: skip
