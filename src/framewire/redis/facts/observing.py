"""What tells how the server is doing: INFO, MONITOR, the logs of slow commands, latency, memory, DEBUG."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import integer, key, oneof, string, token
from framewire.redis.facts.command import command
from framewire.redis.facts.keys import KeySpec
from framewire.redis.facts.servers import NEWER, VALKEY_9_1

__all__ = ["COMMANDS"]

_entry = partial(command, group="server")

_KIND = oneof("type", token("SLOW"), token("LARGE-REQUEST"), token("LARGE-REPLY"))

_SLOWLOG = [
    _entry(
        "slowlog|get", -2, "admin loading stale",
        summary="Returns the newest entries of the slow log.", since="2.2.12", complexity="O(N), N entries returned",
        tips="request_policy:all_nodes nondeterministic_output", repeat="read",
        arguments=(integer("count", optional=True),),
        history=(("4.0.0", "The address and the name of the client."),),
    ),
    _entry(
        "slowlog|len", 2, "admin loading stale",
        summary="Counts the entries of the slow log.", since="2.2.12",
        tips="request_policy:all_nodes response_policy:agg_sum nondeterministic_output", repeat="read",
    ),
    _entry(
        "slowlog|reset", 2, "admin loading stale",
        summary="Empties the slow log.", since="2.2.12", complexity="O(N), N entries",
        tips="request_policy:all_nodes response_policy:all_succeeded",
    ),
    _entry(
        "slowlog|help", 2, "loading stale",
        summary="Lists the subcommands of SLOWLOG.", since="6.2.0", repeat="read",
    ),
]  # fmt: skip

_LATENCY = [
    _entry(
        "latency|doctor", 2, "admin noscript loading stale",
        summary="Explains what made the server slow.", since="2.8.13",
        tips="nondeterministic_output request_policy:all_nodes response_policy:special", repeat="read",
    ),
    _entry(
        "latency|graph", 3, "admin noscript loading stale",
        summary="Draws the times that an event took.", since="2.8.13",
        tips="nondeterministic_output request_policy:all_nodes response_policy:special", repeat="read",
        arguments=(string("event"),),
    ),
    _entry(
        "latency|histogram", -2, "admin noscript loading stale",
        summary="Returns how often commands took how long.", since="7.0.0", complexity="O(N), N commands",
        tips="nondeterministic_output request_policy:all_nodes response_policy:special", repeat="read",
        arguments=(string("command", optional=True, multiple=True),),
    ),
    _entry(
        "latency|history", 3, "admin noscript loading stale",
        summary="Returns the times that an event took.", since="2.8.13",
        tips="nondeterministic_output request_policy:all_nodes response_policy:special", repeat="read",
        arguments=(string("event"),),
    ),
    _entry(
        "latency|latest", 2, "admin noscript loading stale",
        summary="Returns the last times that events took.", since="2.8.13",
        tips="nondeterministic_output request_policy:all_nodes response_policy:special", repeat="read",
    ),
    _entry(
        "latency|reset", -2, "admin noscript loading stale",
        summary="Forgets the times of events.", since="2.8.13",
        tips="request_policy:all_nodes response_policy:all_succeeded",
        arguments=(string("event", optional=True, multiple=True),),
        variants={NEWER: {"tips": ("request_policy:all_nodes", "response_policy:agg_sum")}},
    ),
    _entry(
        "latency|help", 2, "loading stale",
        summary="Lists the subcommands of LATENCY.", since="2.8.13", repeat="read",
    ),
]  # fmt: skip

_MEMORY = [
    _entry(
        "memory|usage", -3, "readonly", "", KeySpec("RO", 2, 2),
        summary="Estimates the bytes that a key and its value take.", since="4.0.0", complexity="O(N), N samples",
        arguments=(key("key"), integer("count", "SAMPLES", optional=True)),
    ),
    _entry(
        "memory|stats", 2,
        summary="Returns figures on the memory of the server.", since="4.0.0", complexity="O(N), N databases",
        tips="nondeterministic_output request_policy:all_shards response_policy:special", repeat="read",
    ),
    _entry(
        "memory|doctor", 2,
        summary="Explains what is wrong with the memory of the server.", since="4.0.0",
        tips="nondeterministic_output request_policy:all_shards response_policy:special", repeat="read",
    ),
    _entry(
        "memory|malloc-stats", 2,
        summary="Returns what the allocator tells of itself.", since="4.0.0", complexity="Depends on the allocator",
        tips="nondeterministic_output request_policy:all_shards response_policy:special", repeat="read",
        variants={VALKEY_9_1: {"flags": ("loading",)}},
    ),
    _entry(
        "memory|purge", 2,
        summary="Asks the allocator to give memory back.", since="4.0.0", complexity="Depends on the allocator",
        tips="request_policy:all_shards response_policy:all_succeeded",
        variants={VALKEY_9_1: {"flags": ("loading",)}},
    ),
    _entry(
        "memory|help", 2, "loading stale",
        summary="Lists the subcommands of MEMORY.", since="4.0.0", repeat="read",
    ),
]  # fmt: skip

_COMMANDLOG = [
    _entry(
        "commandlog|get", 4, "admin loading stale",
        summary="Returns the newest entries of one kind.", since="", valkey="8.1.0",
        complexity="O(N), N entries returned", tips="request_policy:all_nodes nondeterministic_output", repeat="read",
        arguments=(integer("count"), _KIND),
    ),
    _entry(
        "commandlog|len", 3, "admin loading stale",
        summary="Counts the entries of one kind.", since="", valkey="8.1.0",
        tips="request_policy:all_nodes response_policy:agg_sum nondeterministic_output", repeat="read",
        arguments=(_KIND,),
    ),
    _entry(
        "commandlog|reset", 3, "admin loading stale",
        summary="Forgets the entries of one kind.", since="", valkey="8.1.0", complexity="O(N), N entries",
        tips="request_policy:all_nodes response_policy:all_succeeded",
        arguments=(_KIND,),
    ),
    _entry(
        "commandlog|help", 2, "loading stale",
        summary="Lists the subcommands of COMMANDLOG.", since="", valkey="8.1.0", repeat="read",
    ),
]  # fmt: skip

COMMANDS = [
    _entry(
        "info", -1, "loading stale", "@dangerous",
        summary="Reports on the server, section by section.",
        tips="nondeterministic_output request_policy:all_shards response_policy:special", repeat="read",
        arguments=(string("section", optional=True, multiple=True),),
        history=(("7.0.0", "Several sections at once."),),
    ),
    _entry(
        "monitor", 1, "admin noscript loading stale",
        summary="Shows every command that is run from now on.", changes_link=True,
    ),
    _entry(
        "slowlog", -2,
        summary="Commands about the slow log.", since="2.2.12", complexity="Depends on the subcommand",
        subcommands=_SLOWLOG,
    ),
    _entry(
        "latency", -2,
        summary="Commands about the times that things took.", since="2.8.13", complexity="Depends on the subcommand",
        subcommands=_LATENCY,
    ),
    _entry(
        "memory", -2,
        summary="Commands about memory.", since="4.0.0", complexity="Depends on the subcommand",
        subcommands=_MEMORY,
    ),
    _entry(
        "debug", -2, "admin noscript loading stale",
        summary="What those who work on the server need, and test suites.", complexity="Depends on the arguments",
        doc_flags="syscmd",
    ),
    _entry(
        "commandlog", -2,
        summary="Commands about the log of slow commands, large requests and large replies.", since="", valkey="8.1.0",
        complexity="Depends on the subcommand",
        subcommands=_COMMANDLOG,
    ),
    _entry(
        "lolwut", -1, "readonly fast",
        summary="Draws a picture, and says which version the server has.", since="5.0.0",
        arguments=(integer("version", "VERSION", optional=True),),
    ),
]  # fmt: skip
