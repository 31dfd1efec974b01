"""ACL: users and what they may do."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import integer, oneof, string, token
from framewire.redis.facts.command import command
from framewire.redis.facts.repeats import Unless
from framewire.redis.facts.servers import NEWER, REDIS_7_0

__all__ = ["COMMANDS"]

_entry = partial(command, group="server")

_ACL = [
    _entry(
        "acl|cat", -2, "noscript loading stale",
        summary="Lists the categories of commands, or the commands of one.", since="6.0.0",
        complexity="O(N), N categories or commands", repeat="read",
        arguments=(string("category", optional=True),),
        variants={REDIS_7_0: {"arguments": (string("categoryname", optional=True),)}},
    ),
    _entry(
        "acl|deluser", -3, "admin noscript loading stale",
        summary="Removes users, and closes their connections.", since="6.0.0", complexity="O(N), N users named",
        arguments=(string("username", multiple=True),),
        variants={NEWER: {"tips": ("request_policy:all_nodes", "response_policy:all_succeeded")}},
    ),
    _entry(
        "acl|dryrun", -4, "admin noscript loading stale",
        summary="Says whether a user may run a command, without running it.", since="7.0.0", repeat="read",
        arguments=(string("username"), string("command"), string("arg", optional=True, multiple=True)),
    ),
    _entry(
        "acl|genpass", -2, "noscript loading stale",
        summary="Returns random digits that serve as a password.", since="6.0.0", secrets=True, repeat="read",
        arguments=(integer("bits", optional=True),),
    ),
    _entry(
        "acl|getuser", 3, "admin noscript loading stale",
        summary="Returns what a user may do.", since="6.0.0", complexity="O(N), N rules of the user", secrets=True,
        repeat="read",
        arguments=(string("username"),),
        history=(
            ("6.2.0", "Patterns of channels."),
            ("7.0.0", "Selectors; keys and channels spelled as rules."),
            ("valkey 9.1.0", "Rules about databases."),
        ),
    ),
    _entry(
        "acl|list", 2, "admin noscript loading stale",
        summary="Returns all users with their rules, as the ACL file spells them.", since="6.0.0",
        complexity="O(N), N users", secrets=True, repeat="read",
    ),
    _entry(
        "acl|load", 2, "admin noscript loading stale",
        summary="Reads the ACL file again.", since="6.0.0", complexity="O(N), N users",
    ),
    _entry(
        "acl|log", -2, "admin noscript loading stale",
        summary="Returns who was refused what lately, or forgets it.", since="6.0.0",
        complexity="O(N), N entries returned", repeat_in=Unless("read", 2, (b"RESET",)),
        arguments=(oneof("operation", integer("count"), token("RESET"), optional=True),),
        history=(("7.2.0", "The number of an entry, and when it was made and last changed."),),
    ),
    _entry(
        "acl|save", 2, "admin noscript loading stale",
        summary="Writes the users into the ACL file.", since="6.0.0", complexity="O(N), N users",
        variants={NEWER: {"tips": ("request_policy:all_nodes", "response_policy:all_succeeded")}},
    ),
    _entry(
        "acl|setuser", -3, "admin noscript loading stale",
        summary="Creates a user, or changes what one may do.", since="6.0.0", complexity="O(N), N rules given",
        secrets=True,
        arguments=(string("username"), string("rule", optional=True, multiple=True)),
        history=(
            ("6.2.0", "Patterns of channels."),
            ("7.0.0", "Selectors, and rules that tell reading keys from writing them."),
            ("valkey 9.1.0", "Rules about databases."),
        ),
        variants={NEWER: {"tips": ("request_policy:all_nodes", "response_policy:all_succeeded")}},
    ),
    _entry(
        "acl|users", 2, "admin noscript loading stale",
        summary="Lists the names of the users.", since="6.0.0", complexity="O(N), N users", repeat="read",
    ),
    _entry(
        "acl|whoami", 2, "noscript loading stale",
        summary="Returns the name of the user that this connection is.", since="6.0.0", repeat="read",
    ),
    _entry(
        "acl|help", 2, "loading stale",
        summary="Lists the subcommands of ACL.", since="6.0.0", repeat="read",
    ),
]  # fmt: skip

COMMANDS = [
    _entry(
        "acl", -2,
        summary="Commands about users and what they may do.", since="6.0.0", complexity="Depends on the subcommand",
        subcommands=_ACL,
    ),
]  # fmt: skip
