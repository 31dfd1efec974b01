"""Transactions."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import key
from framewire.redis.facts.command import command
from framewire.redis.facts.keys import KeySpec
from framewire.redis.facts.servers import VALKEY_9_1

__all__ = ["COMMANDS"]

_entry = partial(command, group="transactions")

COMMANDS = [
    _entry(
        "multi", 1, "noscript loading stale fast allow_busy", "@transaction",
        summary="Starts a transaction: what follows is queued.", since="1.2.0", in_multi=True, changes_link=True,
        variants={VALKEY_9_1: {"flags": ("noscript", "loading", "stale", "fast", "no_multi", "allow_busy")}},
    ),
    _entry(
        "exec", 1, "noscript loading stale skip_slowlog", "@transaction",
        summary="Runs the commands of the transaction.", since="1.2.0",
        complexity="Depends on the commands in the transaction", in_multi=True, changes_link=True,
        variants={VALKEY_9_1: {"flags": ("noscript", "loading", "stale", "skip_commandlog")}},
    ),
    _entry(
        "discard", 1, "noscript loading stale fast allow_busy", "@transaction",
        summary="Forgets the commands of the transaction.", since="2.0.0", complexity="O(N), N commands queued",
        in_multi=True, changes_link=True,
    ),
    _entry(
        "watch", -2, "noscript loading stale fast allow_busy", "@transaction", KeySpec("RO", last=-1),
        summary="Lets the next EXEC do nothing if one of the keys changes before it.", since="2.2.0",
        complexity="O(1) for each key", in_multi=True, changes_link=True,
        arguments=(key("key", multiple=True),),
        variants={VALKEY_9_1: {"flags": ("noscript", "loading", "stale", "fast", "no_multi", "allow_busy")}},
    ),
    _entry(
        "unwatch", 1, "noscript loading stale fast allow_busy", "@transaction",
        summary="Forgets the watched keys.", since="2.2.0", changes_link=True,
    ),
]  # fmt: skip
