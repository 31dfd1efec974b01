"""Strings."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import block, double, integer, key, oneof, string, token, unix_time
from framewire.redis.facts.command import NOT_DEPRECATED, command
from framewire.redis.facts.keys import KeySpec, flags_of_set
from framewire.redis.facts.repeats import LIFETIME, OnlyWith
from framewire.redis.facts.servers import NEWER, REDIS_7_0, REDIS_8_0, VALKEY_9_1

__all__ = ["COMMANDS"]

_entry = partial(command, group="string")

COMMANDS = [
    _entry(
        "get", 2, "readonly fast", "@string", KeySpec("RO access"),
        summary="Returns the string that a key holds.",
        arguments=(key("key"),),
    ),
    _entry(
        "set", -3, "write denyoom", "@string",
        KeySpec(
            "RW access update variable_flags", notes="RW and ACCESS due to the optional `GET` argument",
            flags_in=flags_of_set,
        ),
        summary="Lets a key hold a string, on conditions and for a time if so wanted.",
        repeat_in=OnlyWith(3, {**LIFETIME, b"KEEPTTL": 1, b"XX": 1}),
        arguments=(
            key("key"), string("value"),
            oneof(
                "condition", token("NX"), token("XX"), string("comparison-value", "IFEQ", valkey="8.1.0"),
                optional=True, since="2.6.12",
            ),
            token("GET", optional=True, since="6.2.0"),
            oneof(
                "expiration", integer("seconds", "EX", since="2.6.12"), integer("milliseconds", "PX", since="2.6.12"),
                unix_time("unix-time-seconds", "EXAT", since="6.2.0"),
                unix_time("unix-time-milliseconds", "PXAT", since="6.2.0"), token("KEEPTTL", since="6.0.0"),
                optional=True,
            ),
        ),
        history=(
            ("2.6.12", "EX, PX, NX and XX."),
            ("6.0.0", "KEEPTTL."),
            ("6.2.0", "GET, EXAT and PXAT."),
            ("7.0.0", "NX together with GET."),
            ("valkey 8.1.0", "IFEQ."),
        ),
    ),
    _entry(
        "setnx", 3, "write denyoom fast", "@string", KeySpec("OW insert"),
        summary="Lets a key hold a string unless it is there already.",
        arguments=(key("key"), string("value")),
        variants={
            REDIS_8_0: {"doc_flags": ("deprecated",), "deprecated_since": "2.6.12", "replaced_by": "SET with NX"},
        },
    ),
    _entry(
        "setex", 4, "write denyoom", "@string", KeySpec("OW update"),
        summary="Lets a key hold a string for some seconds.", since="2.0.0", repeat="write",
        arguments=(key("key"), integer("seconds"), string("value")),
        variants={
            REDIS_8_0: {"doc_flags": ("deprecated",), "deprecated_since": "2.6.12", "replaced_by": "SET with EX"},
        },
    ),
    _entry(
        "psetex", 4, "write denyoom", "@string", KeySpec("OW update"),
        summary="Lets a key hold a string for some milliseconds.", since="2.6.0", repeat="write",
        arguments=(key("key"), integer("milliseconds"), string("value")),
        variants={
            REDIS_8_0: {"doc_flags": ("deprecated",), "deprecated_since": "2.6.12", "replaced_by": "SET with PX"},
        },
    ),
    _entry(
        "getset", 3, "write denyoom fast", "@string", KeySpec("RW access update"),
        summary="Returns the string that a key held before it holds another.", doc_flags="deprecated",
        deprecated_since="6.2.0", replaced_by="SET with GET",
        arguments=(key("key"), string("value")),
        variants={VALKEY_9_1: NOT_DEPRECATED},
    ),
    _entry(
        "getdel", 2, "write fast", "@string", KeySpec("RW access delete"),
        summary="Returns the string that a key holds, and removes the key.", since="6.2.0",
        arguments=(key("key"),),
    ),
    _entry(
        "getex", -2, "write fast", "@string",
        KeySpec("RW access update", notes="RW and UPDATE because it changes the TTL"),
        summary="Returns the string that a key holds, and gives the key a time or takes it away.", since="6.2.0",
        repeat_in=OnlyWith(2, {**LIFETIME, b"PERSIST": 1}, bare="read"),
        arguments=(
            key("key"),
            oneof(
                "expiration", integer("seconds", "EX"), integer("milliseconds", "PX"),
                unix_time("unix-time-seconds", "EXAT"), unix_time("unix-time-milliseconds", "PXAT"), token("PERSIST"),
                optional=True,
            ),
        ),
    ),
    _entry(
        "mget", -2, "readonly fast", "@string", KeySpec("RO access", last=-1),
        summary="Returns the strings that several keys hold.", complexity="O(N), N keys",
        tips="request_policy:multi_shard",
        arguments=(key("key", multiple=True),),
    ),
    _entry(
        "mset", -3, "write denyoom", "@string", KeySpec("OW update", last=-1, step=2),
        summary="Lets several keys hold strings.", since="1.0.1", complexity="O(N), N keys",
        tips="request_policy:multi_shard response_policy:all_succeeded", repeat="write",
        arguments=(block("key_value", key("key"), string("value"), multiple=True),),
    ),
    _entry(
        "msetnx", -3, "write denyoom", "@string", KeySpec("OW insert", last=-1, step=2),
        summary="Lets several keys hold strings unless one of them is there already.", since="1.0.1",
        complexity="O(N), N keys", tips="request_policy:multi_shard response_policy:agg_min",
        arguments=(block("key_value", key("key"), string("value"), multiple=True),),
        variants={NEWER: {"tips": ()}},
    ),
    _entry(
        "incr", 2, "write denyoom fast", "@string", KeySpec("RW access update"),
        summary="Adds one to the integer that a key holds; a missing key counts as 0.",
        arguments=(key("key"),),
    ),
    _entry(
        "decr", 2, "write denyoom fast", "@string", KeySpec("RW access update"),
        summary="Takes one from the integer that a key holds; a missing key counts as 0.",
        arguments=(key("key"),),
    ),
    _entry(
        "incrby", 3, "write denyoom fast", "@string", KeySpec("RW access update"),
        summary="Adds a number to the integer that a key holds; a missing key counts as 0.",
        arguments=(key("key"), integer("increment")),
    ),
    _entry(
        "decrby", 3, "write denyoom fast", "@string", KeySpec("RW access update"),
        summary="Takes a number from the integer that a key holds; a missing key counts as 0.",
        arguments=(key("key"), integer("decrement")),
    ),
    _entry(
        "incrbyfloat", 3, "write denyoom fast", "@string", KeySpec("RW access update"),
        summary="Adds a number with a fraction to the one that a key holds; a missing key counts as 0.", since="2.6.0",
        arguments=(key("key"), double("increment")),
    ),
    _entry(
        "strlen", 2, "readonly fast", "@string", KeySpec("RO"),
        summary="Returns the length of the string that a key holds.", since="2.2.0",
        arguments=(key("key"),),
    ),
    _entry(
        "getrange", 4, "readonly", "@string", KeySpec("RO access"),
        summary="Returns a part of the string that a key holds.", since="2.4.0", complexity="O(N), N bytes returned",
        arguments=(key("key"), integer("start"), integer("end")),
    ),
    _entry(
        "substr", 4, "readonly", "@string", KeySpec("RO access"),
        summary="Returns a part of the string that a key holds; the old name of GETRANGE.",
        complexity="O(N), N bytes returned", doc_flags="deprecated", deprecated_since="2.0.0", replaced_by="GETRANGE",
        arguments=(key("key"), integer("start"), integer("end")),
        variants={VALKEY_9_1: NOT_DEPRECATED},
    ),
    _entry(
        "append", 3, "write denyoom fast", "@string", KeySpec("RW insert"),
        summary="Puts bytes behind the string that a key holds; a missing key counts as empty.", since="2.0.0",
        complexity="O(N), N bytes appended; the first time also those that are there",
        arguments=(key("key"), string("value")),
    ),
    _entry(
        "setrange", 4, "write denyoom", "@string", KeySpec("RW update"),
        summary="Overwrites a part of the string that a key holds; zeros fill a gap.", since="2.2.0",
        complexity="O(N), N bytes written; the first time also those that are there", repeat="write",
        arguments=(key("key"), integer("offset"), string("value")),
    ),
    _entry(
        "delifeq", 3, "write fast", "@string", KeySpec("RM delete"),
        summary="Removes a key if it holds a certain string.", since="", valkey="9.0.0",
        arguments=(key("key"), string("value")),
    ),
    _entry(
        "lcs", -3, "readonly", "@string", KeySpec("RO access", last=2),
        summary="Finds the longest run of bytes, gaps allowed, that two strings have in common.", since="7.0.0",
        complexity="O(N M), N and M bytes of the strings",
        arguments=(
            key("key1"), key("key2"), token("LEN", optional=True), token("IDX", optional=True),
            integer("min-match-len", "MINMATCHLEN", optional=True), token("WITHMATCHLEN", optional=True),
        ),
        variants={
            REDIS_7_0: {
                "arguments": (
                    key("key1"), key("key2"), token("LEN", optional=True), token("IDX", optional=True),
                    integer("len", "MINMATCHLEN", optional=True), token("WITHMATCHLEN", optional=True),
                ),
            },
        },
    ),
    _entry(
        "msetex", -4, "write denyoom movablekeys", "@string", KeySpec("OW update", step=2, counted=True),
        summary="Lets several keys hold strings, on conditions and for a time if so wanted.", since="", valkey="9.1.0",
        complexity="O(N), N keys", tips="request_policy:multi_shard response_policy:all_succeeded",
        repeat_in=OnlyWith(2, {**LIFETIME, b"KEEPTTL": 1, b"XX": 1}, pairs=1),
        arguments=(
            integer("numkeys"),
            block("data", key("key"), string("value"), multiple=True),
            oneof("condition", token("NX"), token("XX"), optional=True),
            oneof(
                "expiration", integer("seconds", "EX"), integer("milliseconds", "PX"),
                unix_time("unix-time-seconds", "EXAT"), unix_time("unix-time-milliseconds", "PXAT"), token("KEEPTTL"),
                optional=True,
            ),
        ),
    ),
]  # fmt: skip
