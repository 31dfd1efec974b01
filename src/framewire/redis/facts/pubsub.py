"""Channels and those who listen to them."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import block, pattern, string
from framewire.redis.facts.command import command
from framewire.redis.facts.keys import KeySpec
from framewire.redis.facts.servers import REDIS_7_0

__all__ = ["COMMANDS"]

_entry = partial(command, group="pubsub")

_PUBSUB = [
    _entry(
        "pubsub|channels", -2, "pubsub loading stale",
        summary="Lists the channels that somebody listens to, those that match a pattern if there is one.",
        since="2.8.0", complexity="O(N), N channels", repeat="read",
        arguments=(pattern("pattern", optional=True),),
    ),
    _entry(
        "pubsub|numsub", -2, "pubsub loading stale",
        summary="Counts the listeners of channels; patterns do not count.", since="2.8.0",
        complexity="O(N), N channels named", repeat="read",
        arguments=(string("channel", optional=True, multiple=True),),
    ),
    _entry(
        "pubsub|numpat", 2, "pubsub loading stale",
        summary="Counts the patterns that somebody listens to.", since="2.8.0", repeat="read",
    ),
    _entry(
        "pubsub|shardchannels", -2, "pubsub loading stale",
        summary="Lists the shard channels that somebody listens to.", since="7.0.0",
        complexity="O(N), N shard channels", repeat="read",
        arguments=(pattern("pattern", optional=True),),
    ),
    _entry(
        "pubsub|shardnumsub", -2, "pubsub loading stale",
        summary="Counts the listeners of shard channels.", since="7.0.0", complexity="O(N), N shard channels named",
        repeat="read",
        arguments=(string("shardchannel", optional=True, multiple=True),),
    ),
    _entry(
        "pubsub|help", 2, "loading stale",
        summary="Lists the subcommands of PUBSUB.", since="6.2.0", repeat="read",
    ),
]  # fmt: skip

COMMANDS = [
    _entry(
        "publish", 3, "pubsub loading stale fast",
        summary="Sends a message to all who listen to a channel.", since="2.0.0", may_replicate=True,
        complexity="O(N+M): N listeners of the channel, M patterns that anybody listens to",
        arguments=(string("channel"), string("message")),
    ),
    _entry(
        "subscribe", -2, "pubsub noscript loading stale",
        summary="Starts listening to channels.", since="2.0.0", complexity="O(N), N channels", while_subscribed=True,
        changes_link=True,
        arguments=(string("channel", multiple=True),),
    ),
    _entry(
        "unsubscribe", -1, "pubsub noscript loading stale",
        summary="Stops listening to channels, to all when none is named.", since="2.0.0", complexity="O(N), N channels",
        while_subscribed=True, changes_link=True,
        arguments=(string("channel", optional=True, multiple=True),),
    ),
    _entry(
        "psubscribe", -2, "pubsub noscript loading stale",
        summary="Starts listening to all channels that match patterns.", since="2.0.0", complexity="O(N), N patterns",
        while_subscribed=True, changes_link=True,
        arguments=(pattern("pattern", multiple=True),),
        variants={REDIS_7_0: {"arguments": (block("pattern", pattern("pattern"), multiple=True),)}},
    ),
    _entry(
        "punsubscribe", -1, "pubsub noscript loading stale",
        summary="Stops listening to patterns, to all when none is named.", since="2.0.0", complexity="O(N), N patterns",
        while_subscribed=True, changes_link=True,
        arguments=(pattern("pattern", optional=True, multiple=True),),
    ),
    _entry(
        "spublish", 3, "pubsub loading stale fast", "", KeySpec("not_key"),
        summary="Sends a message to all who listen to a shard channel.", since="7.0.0", may_replicate=True,
        complexity="O(N), N listeners of the shard channel",
        arguments=(string("shardchannel"), string("message")),
    ),
    _entry(
        "ssubscribe", -2, "pubsub noscript loading stale", "", KeySpec("not_key", last=-1),
        summary="Starts listening to shard channels.", since="7.0.0", complexity="O(N), N shard channels",
        while_subscribed=True, changes_link=True,
        arguments=(string("shardchannel", multiple=True),),
    ),
    _entry(
        "sunsubscribe", -1, "pubsub noscript loading stale", "", KeySpec("not_key", last=-1),
        summary="Stops listening to shard channels, to all when none is named.", since="7.0.0",
        complexity="O(N), N shard channels", while_subscribed=True, changes_link=True,
        arguments=(string("shardchannel", optional=True, multiple=True),),
    ),
    _entry(
        "pubsub", -2,
        summary="Tells who listens to what.", since="2.8.0", complexity="Depends on the subcommand",
        subcommands=_PUBSUB,
    ),
]  # fmt: skip
