"""COMMAND: what clients can learn about the commands."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import oneof, pattern, string
from framewire.redis.facts.command import command
from framewire.redis.facts.servers import NEWER, REDIS_7_0

__all__ = ["COMMANDS"]

_entry = partial(command, group="server")

_COMMAND = [
    _entry(
        "command|count", 2, "loading stale", "@connection",
        summary="Counts the commands.", since="2.8.13", repeat="read",
    ),
    _entry(
        "command|docs", -2, "loading stale", "@connection",
        summary="Explains commands, all when none is named.", since="7.0.0", complexity="O(N), N commands",
        tips="nondeterministic_output_order", repeat="read",
        arguments=(string("command-name", optional=True, multiple=True),),
    ),
    _entry(
        "command|getkeys", -4, "loading stale", "@connection",
        summary="Returns the keys in a request.", since="2.8.13", complexity="O(N), N arguments", repeat="read",
        arguments=(string("command"), string("arg", optional=True, multiple=True)),
        variants={
            REDIS_7_0: {"arguments": ()},
            NEWER: {"arity": -3},
        },
    ),
    _entry(
        "command|getkeysandflags", -4, "loading stale", "@connection",
        summary="Returns the keys in a request, and what is done to each.", since="7.0.0",
        complexity="O(N), N arguments", repeat="read",
        arguments=(string("command"), string("arg", optional=True, multiple=True)),
        variants={
            REDIS_7_0: {"arguments": ()},
            NEWER: {"arity": -3},
        },
    ),
    _entry(
        "command|info", -2, "loading stale", "@connection",
        summary="Returns what the table says about commands, about all when none is named.", since="2.8.13",
        complexity="O(N), N commands", tips="nondeterministic_output_order", repeat="read",
        arguments=(string("command-name", optional=True, multiple=True),),
        history=(("7.0.0", "All commands when none is named."),),
    ),
    _entry(
        "command|list", -2, "loading stale", "@connection",
        summary="Lists the names of the commands.", since="7.0.0", complexity="O(N), N commands",
        tips="nondeterministic_output_order", repeat="read",
        arguments=(
            oneof(
                "filterby", string("module-name", "MODULE"), string("category", "ACLCAT"),
                pattern("pattern", "PATTERN"), word="FILTERBY", optional=True,
            ),
        ),
    ),
    _entry(
        "command|help", 2, "loading stale", "@connection",
        summary="Lists the subcommands of COMMAND.", since="5.0.0", repeat="read",
    ),
]  # fmt: skip

COMMANDS = [
    _entry(
        "command", -1, "loading stale", "@connection",
        summary="Returns what the table says about all commands.", since="2.8.13", complexity="O(N), N commands",
        tips="nondeterministic_output_order", repeat="read",
        subcommands=_COMMAND,
    ),
]  # fmt: skip
