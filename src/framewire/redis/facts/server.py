"""The server as a whole: its data set, its parameters, its modules, its end."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import block, integer, oneof, string, token
from framewire.redis.facts.command import command
from framewire.redis.facts.servers import NEWER, REDIS_7_0, VALKEY_9_1

__all__ = ["COMMANDS"]

_entry = partial(command, group="server")

_CONFIG = [
    _entry(
        "config|get", -3, "admin noscript loading stale",
        summary="Returns the parameters whose names match patterns.", since="2.0.0",
        complexity="O(N), N parameters and patterns", secrets=True, repeat="read",
        arguments=(string("parameter", multiple=True),),
        history=(("7.0.0", "Several patterns at once."),),
        variants={REDIS_7_0: {"arguments": (block("parameter", string("parameter"), multiple=True),)}},
    ),
    _entry(
        "config|set", -4, "admin noscript loading stale",
        summary="Changes parameters, all or none.", since="2.0.0", complexity="O(N), N parameters",
        tips="request_policy:all_nodes response_policy:all_succeeded", secrets=True,
        arguments=(block("parameter_value", string("parameter"), string("value"), multiple=True),),
        history=(("7.0.0", "Several parameters at once."),),
    ),
    _entry(
        "config|resetstat", 2, "admin noscript loading stale",
        summary="Sets the counters of INFO to 0.", since="2.0.0",
        variants={NEWER: {"tips": ("request_policy:all_nodes", "response_policy:all_succeeded")}},
    ),
    _entry(
        "config|rewrite", 2, "admin noscript loading stale",
        summary="Writes the parameters into the configuration file.", since="2.8.0", complexity="O(N), N parameters",
        variants={NEWER: {"tips": ("request_policy:all_nodes", "response_policy:all_succeeded")}},
    ),
    _entry(
        "config|help", 2, "loading stale",
        summary="Lists the subcommands of CONFIG.", since="5.0.0", repeat="read",
    ),
]  # fmt: skip

_MODULE = [
    _entry(
        "module|list", 2, "admin noscript",
        summary="Lists the modules.", since="4.0.0", complexity="O(N), N modules", tips="nondeterministic_output_order",
        repeat="read",
    ),
    _entry(
        "module|load", -3, "admin noscript no_async_loading",
        summary="Loads a module.", since="4.0.0",
        arguments=(string("path"), string("arg", optional=True, multiple=True)),
    ),
    _entry(
        "module|loadex", -3, "admin noscript no_async_loading",
        summary="Loads a module, with parameters for it.", since="7.0.0",
        arguments=(
            string("path"),
            block(
                "configs", string("name"), string("value"), word="CONFIG", optional=True, multiple=True,
                repeats_word=True,
            ),
            string("args", "ARGS", optional=True, multiple=True),
        ),
        variants={
            REDIS_7_0: {
                "arguments": (
                    string("path"),
                    block(
                        "configs", string("name"), string("value"), word="CONFIG", optional=True, multiple=True,
                        repeats_word=True,
                    ),
                    block("args", string("arg"), word="ARGS", optional=True, multiple=True),
                ),
            },
        },
    ),
    _entry(
        "module|unload", 3, "admin noscript no_async_loading",
        summary="Unloads a module.", since="4.0.0",
        arguments=(string("name"),),
    ),
    _entry(
        "module|help", 2, "loading stale",
        summary="Lists the subcommands of MODULE.", since="5.0.0", repeat="read",
    ),
]  # fmt: skip

COMMANDS = [
    _entry(
        "swapdb", 3, "write fast", "@keyspace @dangerous",
        summary="Swaps the contents of two databases.", since="4.0.0",
        complexity="O(N), N clients that watch, or wait for, keys of both",
        arguments=(integer("index1"), integer("index2")),
    ),
    _entry(
        "time", 1, "loading stale fast",
        summary="Returns the time of the server.", since="2.6.0", tips="nondeterministic_output", repeat="read",
    ),
    _entry(
        "dbsize", 1, "readonly fast", "@keyspace",
        summary="Counts the keys of the database.", tips="request_policy:all_shards response_policy:agg_sum",
    ),
    _entry(
        "flushdb", -1, "write", "@keyspace @dangerous",
        summary="Removes all keys of the database.", complexity="O(N), N keys in the database",
        tips="request_policy:all_shards response_policy:all_succeeded",
        arguments=(oneof("async", token("ASYNC", since="4.0.0"), token("SYNC", since="6.2.0"), optional=True),),
        history=(("4.0.0", "ASYNC."), ("6.2.0", "SYNC.")),
    ),
    _entry(
        "flushall", -1, "write", "@keyspace @dangerous",
        summary="Removes all keys of all databases.", complexity="O(N), N keys in all databases",
        tips="request_policy:all_shards response_policy:all_succeeded",
        arguments=(oneof("async", token("ASYNC", since="4.0.0"), token("SYNC", since="6.2.0"), optional=True),),
        history=(("4.0.0", "ASYNC."), ("6.2.0", "SYNC.")),
    ),
    _entry(
        "save", 1, "admin noscript no_async_loading no_multi",
        summary="Writes everything to an RDB file while everybody waits.", complexity="O(N), N keys in all databases",
    ),
    _entry(
        "bgsave", -1, "admin noscript no_async_loading",
        summary="Writes everything to an RDB file, beside the running commands.",
        arguments=(token("SCHEDULE", optional=True, since="3.2.2"),),
        history=(("3.2.2", "SCHEDULE."), ("valkey 8.1.0", "CANCEL.")),
        variants={
            VALKEY_9_1: {
                "arguments": (
                    oneof(
                        "operation", token("SCHEDULE", since="3.2.2"), token("CANCEL", valkey="8.1.0"), optional=True,
                    ),
                ),
            },
        },
    ),
    _entry(
        "shutdown", -1, "admin noscript loading stale no_multi allow_busy",
        summary="Ends the server, having saved if so wanted.",
        complexity="O(N), N keys in all databases, where they are saved",
        arguments=(
            oneof("nosave_save", token("NOSAVE"), token("SAVE"), optional=True),
            token("NOW", optional=True, since="7.0.0"), token("FORCE", optional=True, since="7.0.0"),
            token("ABORT", optional=True, since="7.0.0"),
        ),
        history=(("7.0.0", "NOW, FORCE and ABORT."), ("valkey 9.0.0", "SAFE and FAILOVER.")),
        variants={
            VALKEY_9_1: {
                "arguments": (
                    oneof(
                        "abort-selector",
                        block(
                            "save-selector-block",
                            oneof("save-selector", token("NOSAVE"), token("SAVE"), optional=True),
                            token("NOW", optional=True, since="7.0.0"), token("FORCE", optional=True, since="7.0.0"),
                            token("SAFE", optional=True, valkey="9.0.0"),
                            token("FAILOVER", optional=True, valkey="9.0.0"),
                        ),
                        token("ABORT", since="7.0.0"), optional=True,
                    ),
                ),
            },
        },
    ),
    _entry(
        "bgrewriteaof", 1, "admin noscript no_async_loading",
        summary="Writes the append-only file anew, beside the running commands.",
    ),
    _entry(
        "lastsave", 1, "loading stale fast", "@admin @dangerous",
        summary="Returns when everything was last written to disk.", tips="nondeterministic_output", repeat="read",
    ),
    # -- parameters ----------------------------------------------------------------------------------------------------
    _entry(
        "config", -2,
        summary="Commands about the server's parameters.", since="2.0.0", complexity="Depends on the subcommand",
        subcommands=_CONFIG,
    ),
    # -- modules -------------------------------------------------------------------------------------------------------
    _entry(
        "module", -2,
        summary="Commands about modules.", since="4.0.0", complexity="Depends on the subcommand",
        subcommands=_MODULE,
    ),
]  # fmt: skip
