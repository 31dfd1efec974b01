"""What a connection does for itself: greeting, password, database, end."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import block, integer, string
from framewire.redis.facts.command import command
from framewire.redis.facts.servers import REDIS_8_0, VALKEY_9_1

__all__ = ["COMMANDS"]

_entry = partial(command, group="connection")

COMMANDS = [
    _entry(
        "ping", -1, "fast", "@connection",
        summary="Shows that the server is there; sends its argument back if there is one.",
        tips="request_policy:all_shards response_policy:all_succeeded", while_subscribed=True, repeat="read",
        arguments=(string("message", optional=True),),
    ),
    _entry(
        "echo", 2, "loading stale fast", "@connection",
        summary="Sends its argument back.", repeat="read",
        arguments=(string("message"),),
    ),
    _entry(
        "hello", -1, "noscript loading stale fast no_auth allow_busy", "@connection",
        summary="Greets the server, and chooses the protocol.", since="6.0.0", changes_link=True, secrets=True,
        arguments=(
            block(
                "arguments", integer("protover"),
                block("username_password", string("username"), string("password"), word="AUTH", optional=True),
                string("clientname", "SETNAME", optional=True), optional=True,
            ),
        ),
        history=(
            ("6.2.0", "The protocol may be left out, to learn about the connection."),
            ("valkey 8.1.0", "The field availability_zone, where there is one."),
        ),
    ),
    _entry(
        "auth", -2, "noscript loading stale fast no_auth allow_busy", "@connection",
        summary="Gives the password.", changes_link=True, secrets=True,
        arguments=(string("username", optional=True, since="6.0.0"), string("password")),
        history=(("6.0.0", "A user's name."),),
    ),
    _entry(
        "select", 2, "loading stale fast", "@connection",
        summary="Chooses the database that later commands work on.", changes_link=True,
        arguments=(integer("index"),),
        variants={VALKEY_9_1: {"flags": ("loading", "stale", "fast", "allow_busy")}},
    ),
    _entry(
        "quit", -1, "noscript loading stale fast no_auth allow_busy", "@connection",
        summary="Closes the connection.", while_subscribed=True, in_multi=True, changes_link=True,
        variants={
            REDIS_8_0: {
                "doc_flags": ("deprecated",),
                "deprecated_since": "7.2.0",
                "replaced_by": "closing the connection",
            },
        },
    ),
    _entry(
        "reset", 1, "noscript loading stale fast no_auth allow_busy", "@connection",
        summary="Puts the connection back into the state of a new one.", since="6.2.0", while_subscribed=True,
        in_multi=True, changes_link=True,
    ),
]  # fmt: skip
