"""Lua scripts, and functions that a server keeps in libraries."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import integer, key, oneof, string, token
from framewire.redis.facts.command import command
from framewire.redis.facts.keys import KeySpec
from framewire.redis.facts.repeats import OnlyWith
from framewire.redis.facts.servers import VALKEY_9_1

__all__ = ["COMMANDS"]

_entry = partial(command, group="scripting")

_SCRIPT = [
    _entry(
        "script|debug", 3, "noscript", "@scripting",
        summary="Chooses how the next scripts of this connection are debugged.", since="3.2.0", changes_link=True,
        arguments=(
            oneof("mode", token("YES"), token("SYNC"), token("NO")),
            string("engine", optional=True, valkey="9.1.0"),
        ),
        variants={VALKEY_9_1: {"arity": -3}},
    ),
    _entry(
        "script|exists", -3, "noscript", "@scripting",
        summary="Tells which scripts the server knows, by their SHA1.", since="2.6.0",
        complexity="O(N), N scripts asked for", tips="request_policy:all_shards response_policy:agg_logical_and",
        repeat="read",
        arguments=(string("sha1", multiple=True),),
        variants={VALKEY_9_1: {"flags": ("noscript", "stale")}},
    ),
    _entry(
        "script|flush", -2, "noscript", "@scripting",
        summary="Forgets all scripts.", since="2.6.0", complexity="O(N), N scripts known",
        tips="request_policy:all_nodes response_policy:all_succeeded",
        arguments=(oneof("async", token("ASYNC"), token("SYNC"), optional=True, since="6.2.0"),),
        history=(("6.2.0", "ASYNC and SYNC."),),
        variants={VALKEY_9_1: {"flags": ("noscript", "stale")}},
    ),
    _entry(
        "script|kill", 2, "noscript allow_busy", "@scripting",
        summary="Stops the script that runs, unless it has written.", since="2.6.0",
        tips="request_policy:all_shards response_policy:one_succeeded",
    ),
    _entry(
        "script|load", 3, "noscript stale", "@scripting",
        summary="Remembers a script, for EVALSHA.", since="2.6.0", complexity="O(N), N bytes of the script",
        tips="request_policy:all_nodes response_policy:all_succeeded", repeat="write",
        arguments=(string("script"),),
    ),
    _entry(
        "script|show", 3, "noscript stale", "@scripting",
        summary="Returns the text of a script that the server knows.", since="", valkey="8.0.0", repeat="read",
        arguments=(string("sha1"),),
    ),
    _entry(
        "script|help", 2, "loading stale", "@scripting",
        summary="Lists the subcommands of SCRIPT.", since="5.0.0", repeat="read",
    ),
]  # fmt: skip

_FUNCTION = [
    _entry(
        "function|delete", 3, "write noscript", "@scripting",
        summary="Removes a library.", since="7.0.0", tips="request_policy:all_shards response_policy:all_succeeded",
        arguments=(string("library-name"),),
    ),
    _entry(
        "function|dump", 2, "noscript", "@scripting",
        summary="Returns all libraries as bytes that FUNCTION RESTORE understands.", since="7.0.0",
        complexity="O(N), N functions", repeat="read",
    ),
    _entry(
        "function|flush", -2, "write noscript", "@scripting",
        summary="Removes all libraries.", since="7.0.0", complexity="O(N), N functions",
        tips="request_policy:all_shards response_policy:all_succeeded",
        arguments=(oneof("async", token("ASYNC"), token("SYNC"), optional=True),),
    ),
    _entry(
        "function|kill", 2, "noscript allow_busy", "@scripting",
        summary="Stops the function that runs, unless it has written.", since="7.0.0",
        tips="request_policy:all_shards response_policy:one_succeeded",
    ),
    _entry(
        "function|list", -2, "noscript", "@scripting",
        summary="Lists the libraries and their functions.", since="7.0.0", complexity="O(N), N functions",
        tips="nondeterministic_output_order", repeat="read",
        arguments=(string("library-name-pattern", "LIBRARYNAME", optional=True), token("WITHCODE", optional=True)),
    ),
    _entry(
        "function|load", -3, "write denyoom noscript", "@scripting",
        summary="Takes in a library.", since="7.0.0", complexity="O(N), N bytes of the library",
        tips="request_policy:all_shards response_policy:all_succeeded",
        repeat_in=OnlyWith(2, {b"REPLACE": 2}, needs=b"REPLACE"),
        arguments=(token("REPLACE", optional=True), string("function-code")),
    ),
    _entry(
        "function|restore", -3, "write denyoom noscript", "@scripting",
        summary="Takes in all libraries of a FUNCTION DUMP.", since="7.0.0", complexity="O(N), N functions in the dump",
        tips="request_policy:all_shards response_policy:all_succeeded",
        arguments=(
            string("serialized-value"),
            oneof("policy", token("FLUSH"), token("APPEND"), token("REPLACE"), optional=True),
        ),
    ),
    _entry(
        "function|stats", 2, "noscript allow_busy", "@scripting",
        summary="Tells which function runs, and what engines there are.", since="7.0.0",
        tips="nondeterministic_output request_policy:all_shards response_policy:special", repeat="read",
    ),
    _entry(
        "function|help", 2, "loading stale", "@scripting",
        summary="Lists the subcommands of FUNCTION.", since="7.0.0", repeat="read",
    ),
]  # fmt: skip

COMMANDS = [
    # -- scripts -------------------------------------------------------------------------------------------------------
    _entry(
        "eval", -3, "noscript stale skip_monitor no_mandatory_keys movablekeys", "@scripting",
        KeySpec(
            "RW access update", 2, counted=True,
            notes="We cannot tell how the keys will be used so we assume the worst, RW and UPDATE",
        ),
        summary="Runs a Lua script.", since="2.6.0", complexity="That of the script", may_replicate=True,
        arguments=(
            string("script"), integer("numkeys"), key("key", optional=True, multiple=True),
            string("arg", optional=True, multiple=True),
        ),
    ),
    _entry(
        "evalsha", -3, "noscript stale skip_monitor no_mandatory_keys movablekeys", "@scripting",
        KeySpec("RW access update", 2, counted=True),
        summary="Runs a Lua script that the server knows, by its SHA1.", since="2.6.0", complexity="That of the script",
        may_replicate=True,
        arguments=(
            string("sha1"), integer("numkeys"), key("key", optional=True, multiple=True),
            string("arg", optional=True, multiple=True),
        ),
    ),
    _entry(
        "eval_ro", -3, "readonly noscript stale skip_monitor no_mandatory_keys movablekeys", "@scripting",
        KeySpec(
            "RO access", 2, counted=True,
            notes="We cannot tell how the keys will be used so we assume the worst, RO and ACCESS",
        ),
        summary="Runs a Lua script that must not write.", since="7.0.0", complexity="That of the script",
        arguments=(
            string("script"), integer("numkeys"), key("key", optional=True, multiple=True),
            string("arg", optional=True, multiple=True),
        ),
    ),
    _entry(
        "evalsha_ro", -3, "readonly noscript stale skip_monitor no_mandatory_keys movablekeys", "@scripting",
        KeySpec("RO access", 2, counted=True),
        summary="Runs a Lua script that the server knows and that must not write.", since="7.0.0",
        complexity="That of the script",
        arguments=(
            string("sha1"), integer("numkeys"), key("key", optional=True, multiple=True),
            string("arg", optional=True, multiple=True),
        ),
    ),
    _entry(
        "script", -2,
        summary="Commands about the scripts that the server knows.", since="2.6.0",
        complexity="Depends on the subcommand",
        subcommands=_SCRIPT,
    ),
    # -- functions -----------------------------------------------------------------------------------------------------
    _entry(
        "fcall", -3, "noscript stale skip_monitor no_mandatory_keys movablekeys", "@scripting",
        KeySpec(
            "RW access update", 2, counted=True,
            notes="We cannot tell how the keys will be used so we assume the worst, RW and UPDATE",
        ),
        summary="Calls a function of a library.", since="7.0.0", complexity="That of the function", may_replicate=True,
        arguments=(
            string("function"), integer("numkeys"), key("key", optional=True, multiple=True),
            string("arg", optional=True, multiple=True),
        ),
    ),
    _entry(
        "fcall_ro", -3, "readonly noscript stale skip_monitor no_mandatory_keys movablekeys", "@scripting",
        KeySpec(
            "RO access", 2, counted=True,
            notes="We cannot tell how the keys will be used so we assume the worst, RO and ACCESS",
        ),
        summary="Calls a function of a library that must not write.", since="7.0.0", complexity="That of the function",
        arguments=(
            string("function"), integer("numkeys"), key("key", optional=True, multiple=True),
            string("arg", optional=True, multiple=True),
        ),
    ),
    _entry(
        "function", -2,
        summary="Commands about libraries of functions.", since="7.0.0", complexity="Depends on the subcommand",
        subcommands=_FUNCTION,
    ),
]  # fmt: skip
