"""Sets."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import integer, key, pattern, string
from framewire.redis.facts.command import command
from framewire.redis.facts.keys import KeySpec
from framewire.redis.facts.servers import NEWER

__all__ = ["COMMANDS"]

_entry = partial(command, group="set")

COMMANDS = [
    _entry(
        "sadd", -3, "write denyoom fast", "@set", KeySpec("RW insert"),
        summary="Adds members to a set; returns how many are new.", complexity="O(N), N members named",
        arguments=(key("key"), string("member", multiple=True)),
        history=(("2.4.0", "Several members at once."),),
    ),
    _entry(
        "scard", 2, "readonly fast", "@set", KeySpec("RO"),
        summary="Counts the members.",
        arguments=(key("key"),),
    ),
    _entry(
        "sismember", 3, "readonly fast", "@set", KeySpec("RO"),
        summary="Says whether something is a member.",
        arguments=(key("key"), string("member")),
    ),
    _entry(
        "smembers", 2, "readonly", "@set", KeySpec("RO access"),
        summary="Returns all members.", complexity="O(N), N members of the set", tips="nondeterministic_output_order",
        arguments=(key("key"),),
    ),
    _entry(
        "smismember", -3, "readonly fast", "@set", KeySpec("RO access"),
        summary="Says of each of several whether it is a member.", since="6.2.0", complexity="O(N), N members named",
        arguments=(key("key"), string("member", multiple=True)),
    ),
    _entry(
        "smove", 4, "write fast", "@set", (KeySpec("RW access delete"), KeySpec("RW insert", 2, 2)),
        summary="Moves a member from one set to another.",
        arguments=(key("source"), key("destination", spec=1), string("member")),
    ),
    _entry(
        "spop", -2, "write fast", "@set", KeySpec("RW access delete"),
        summary="Removes random members and returns them.", complexity="O(1) on average for each member",
        tips="nondeterministic_output",
        arguments=(key("key"), integer("count", optional=True, since="3.2.0")),
        history=(("3.2.0", "A count."),),
    ),
    _entry(
        "srandmember", -2, "readonly", "@set", KeySpec("RO access"),
        summary="Returns random members, all different or not.", complexity="O(1) on average for each member",
        tips="nondeterministic_output",
        arguments=(key("key"), integer("count", optional=True, since="2.6.0")),
        history=(("2.6.0", "A count."),),
    ),
    _entry(
        "srem", -3, "write fast", "@set", KeySpec("RW delete"),
        summary="Removes members, and the key with the last of them; returns how many were there.",
        complexity="O(N), N members named",
        arguments=(key("key"), string("member", multiple=True)),
        history=(("2.4.0", "Several members at once."),),
    ),
    _entry(
        "sscan", -3, "readonly", "@set", KeySpec("RO access"),
        summary="Goes through the members in pages.", since="2.8.0",
        complexity="O(1) for a page, O(N) for all of them, N members of the set", tips="nondeterministic_output",
        arguments=(
            key("key"), integer("cursor"), pattern("pattern", "MATCH", optional=True),
            integer("count", "COUNT", optional=True),
        ),
    ),
    _entry(
        "sdiff", -2, "readonly", "@set", KeySpec("RO access", last=-1),
        summary="Returns the members of the first set that are in none of the others.",
        complexity="O(N), N members of all sets together", tips="nondeterministic_output_order",
        arguments=(key("key", multiple=True),),
    ),
    _entry(
        "sdiffstore", -3, "write denyoom", "@set", (KeySpec("OW update"), KeySpec("RO access", 2, -1)),
        summary="Stores the members of the first set that are in none of the others.",
        complexity="O(N), N members of all sets together", repeat="write",
        arguments=(key("destination"), key("key", spec=1, multiple=True)),
    ),
    _entry(
        "sinter", -2, "readonly", "@set", KeySpec("RO access", last=-1),
        summary="Returns the members that all sets have.",
        complexity="O(N M) at worst, N members of the smallest of M sets", tips="nondeterministic_output_order",
        arguments=(key("key", multiple=True),),
    ),
    _entry(
        "sintercard", -3, "readonly movablekeys", "@set", KeySpec("RO access", counted=True),
        summary="Counts the members that all sets have, up to a limit.", since="7.0.0",
        complexity="O(N M) at worst, N members of the smallest of M sets",
        arguments=(integer("numkeys"), key("key", multiple=True), integer("limit", "LIMIT", optional=True)),
    ),
    _entry(
        "sinterstore", -3, "write denyoom", "@set", (KeySpec("RW update"), KeySpec("RO access", 2, -1)),
        summary="Stores the members that all sets have.",
        complexity="O(N M) at worst, N members of the smallest of M sets", repeat="write",
        arguments=(key("destination"), key("key", spec=1, multiple=True)),
        variants={NEWER: {"keys": (KeySpec("OW update"), KeySpec("RO access", 2, -1))}},
    ),
    _entry(
        "sunion", -2, "readonly", "@set", KeySpec("RO access", last=-1),
        summary="Returns the members of all sets.", complexity="O(N), N members of all sets together",
        tips="nondeterministic_output_order",
        arguments=(key("key", multiple=True),),
    ),
    _entry(
        "sunionstore", -3, "write denyoom", "@set", (KeySpec("OW update"), KeySpec("RO access", 2, -1)),
        summary="Stores the members of all sets.", complexity="O(N), N members of all sets together", repeat="write",
        arguments=(key("destination"), key("key", spec=1, multiple=True)),
    ),
]  # fmt: skip
