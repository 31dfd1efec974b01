"""What is done with keys, whatever they hold."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import block, integer, key, oneof, pattern, string, token, unix_time
from framewire.redis.facts.command import command
from framewire.redis.facts.keys import KeySpec, find_migrated_key, find_migrated_keys, find_sort_target
from framewire.redis.facts.repeats import OnlyWith, Unless
from framewire.redis.facts.servers import NEWER, REDIS_7_0
from framewire.redis.facts.timeouts import Timeout

__all__ = ["COMMANDS"]

_entry = partial(command, group="generic")

_CONDITION = oneof("condition", token("NX"), token("XX"), token("GT"), token("LT"), optional=True, since="7.0.0")

_OBJECT = [
    _entry(
        "object|encoding", 3, "readonly", "@keyspace", KeySpec("RO", 2, 2),
        summary="Returns in which form a value is kept.", since="2.2.3", tips="nondeterministic_output",
        arguments=(key("key"),),
    ),
    _entry(
        "object|refcount", 3, "readonly", "@keyspace", KeySpec("RO", 2, 2),
        summary="Returns how many references to a value there are.", since="2.2.3", tips="nondeterministic_output",
        arguments=(key("key"),),
    ),
    _entry(
        "object|idletime", 3, "readonly", "@keyspace", KeySpec("RO", 2, 2),
        summary="Returns for how many seconds a key was not used.", since="2.2.3", tips="nondeterministic_output",
        arguments=(key("key"),),
    ),
    _entry(
        "object|freq", 3, "readonly", "@keyspace", KeySpec("RO", 2, 2),
        summary="Returns how often a key is used, on a logarithmic scale.", since="4.0.0",
        tips="nondeterministic_output",
        arguments=(key("key"),),
    ),
    _entry(
        "object|help", 2, "loading stale", "@keyspace",
        summary="Lists the subcommands of OBJECT.", since="6.2.0", repeat="read",
    ),
]  # fmt: skip

COMMANDS = [
    _entry(
        "del", -2, "write", "@keyspace", KeySpec("RM delete", last=-1),
        summary="Removes keys; returns how many were there.", complexity="O(N), N keys",
        tips="request_policy:multi_shard response_policy:agg_sum",
        arguments=(key("key", multiple=True),),
    ),
    _entry(
        "unlink", -2, "write fast", "@keyspace", KeySpec("RM delete", last=-1),
        summary="Removes keys, as DEL does; returns how many were there.", since="4.0.0", complexity="O(N), N keys",
        tips="request_policy:multi_shard response_policy:agg_sum",
        arguments=(key("key", multiple=True),),
    ),
    _entry(
        "exists", -2, "readonly fast", "@keyspace", KeySpec("RO", last=-1),
        summary="Counts how many of the keys are there.", complexity="O(N), N keys",
        tips="request_policy:multi_shard response_policy:agg_sum",
        arguments=(key("key", multiple=True),),
        history=(("3.0.3", "Several keys at once."),),
    ),
    _entry(
        "touch", -2, "readonly fast", "@keyspace", KeySpec("RO", last=-1),
        summary="Counts how many of the keys are there, and counts as a use of them.", since="3.2.1",
        complexity="O(N), N keys", tips="request_policy:multi_shard response_policy:agg_sum",
        arguments=(key("key", multiple=True),),
    ),
    _entry(
        "type", 2, "readonly fast", "@keyspace", KeySpec("RO"),
        summary="Returns the type of the value that a key holds.",
        arguments=(key("key"),),
    ),
    _entry(
        "keys", 2, "readonly", "@keyspace @dangerous",
        summary="Returns all keys that match a pattern.", complexity="O(N), N keys in the database",
        tips="request_policy:all_shards nondeterministic_output_order",
        arguments=(pattern("pattern"),),
    ),
    _entry(
        "scan", -2, "readonly", "@keyspace",
        summary="Returns the keys page by page.", since="2.8.0",
        complexity="O(1) for a page, O(N) for all of them, N keys in the database",
        tips="nondeterministic_output request_policy:special",
        arguments=(
            integer("cursor"), pattern("pattern", "MATCH", optional=True), integer("count", "COUNT", optional=True),
            string("type", "TYPE", optional=True, since="6.0.0"),
        ),
        history=(("6.0.0", "TYPE."),),
        variants={NEWER: {"tips": ("nondeterministic_output", "request_policy:special", "response_policy:special")}},
    ),
    _entry(
        "randomkey", 1, "readonly", "@keyspace",
        summary="Returns any key.", complexity="O(1) on average",
        tips="request_policy:all_shards nondeterministic_output",
        variants={NEWER: {"tips": ("request_policy:all_shards", "response_policy:special", "nondeterministic_output")}},
    ),
    _entry(
        "rename", 3, "write", "@keyspace", (KeySpec("RW access delete"), KeySpec("OW update", 2, 2)),
        summary="Gives a key another name, whether that is taken or not.",
        arguments=(key("key"), key("newkey", spec=1)),
    ),
    _entry(
        "renamenx", 3, "write fast", "@keyspace", (KeySpec("RW access delete"), KeySpec("OW insert", 2, 2)),
        summary="Gives a key another name unless that is taken.",
        arguments=(key("key"), key("newkey", spec=1)),
        history=(("3.2.0", "A key may be renamed to itself."),),
    ),
    _entry(
        "move", 3, "write fast", "@keyspace", KeySpec("RW access update"),
        summary="Moves a key to another database unless it is there already.",
        arguments=(key("key"), integer("db")),
    ),
    _entry(
        "copy", -3, "write denyoom", "@keyspace", (KeySpec("RO access"), KeySpec("OW update", 2, 2)),
        summary="Copies the value of a key to another key.", since="6.2.0",
        complexity="O(N), N items in the value; O(1) for strings",
        repeat_in=OnlyWith(3, {b"DB": 2, b"REPLACE": 1}, needs=b"REPLACE"),
        arguments=(
            key("source"), key("destination", spec=1), integer("destination-db", "DB", optional=True),
            token("REPLACE", optional=True),
        ),
    ),
    _entry(
        "object", -2,
        summary="Commands about how values are kept.", since="2.2.3", complexity="Depends on the subcommand",
        subcommands=_OBJECT,
    ),
    # -- how long keys live --------------------------------------------------------------------------------------------
    _entry(
        "expire", -3, "write fast", "@keyspace", KeySpec("RW update"),
        summary="Lets a key end after some seconds.", repeat_in=OnlyWith(3, {b"XX": 1}, positive=2),
        arguments=(key("key"), integer("seconds"), _CONDITION),
        history=(("7.0.0", "NX, XX, GT and LT."),),
    ),
    _entry(
        "pexpire", -3, "write fast", "@keyspace", KeySpec("RW update"),
        summary="Lets a key end after some milliseconds.", since="2.6.0", repeat_in=OnlyWith(3, {b"XX": 1}, positive=2),
        arguments=(key("key"), integer("milliseconds"), _CONDITION),
        history=(("7.0.0", "NX, XX, GT and LT."),),
    ),
    _entry(
        "expireat", -3, "write fast", "@keyspace", KeySpec("RW update"),
        summary="Lets a key end at a moment, given in seconds of Unix time.", since="1.2.0",
        repeat_in=OnlyWith(3, {b"XX": 1}, positive=2),
        arguments=(key("key"), unix_time("unix-time-seconds"), _CONDITION),
        history=(("7.0.0", "NX, XX, GT and LT."),),
    ),
    _entry(
        "pexpireat", -3, "write fast", "@keyspace", KeySpec("RW update"),
        summary="Lets a key end at a moment, given in milliseconds of Unix time.", since="2.6.0",
        repeat_in=OnlyWith(3, {b"XX": 1}, positive=2),
        arguments=(key("key"), unix_time("unix-time-milliseconds"), _CONDITION),
        history=(("7.0.0", "NX, XX, GT and LT."),),
    ),
    _entry(
        "persist", 2, "write fast", "@keyspace", KeySpec("RW update"),
        summary="Lets a key stay for ever.", since="2.2.0",
        arguments=(key("key"),),
    ),
    _entry(
        "ttl", 2, "readonly fast", "@keyspace", KeySpec("RO access"),
        summary="Returns how many seconds a key has left.", tips="nondeterministic_output",
        arguments=(key("key"),),
        history=(("2.8.0", "-2 for a missing key."),),
    ),
    _entry(
        "pttl", 2, "readonly fast", "@keyspace", KeySpec("RO access"),
        summary="Returns how many milliseconds a key has left.", since="2.6.0", tips="nondeterministic_output",
        arguments=(key("key"),),
        history=(("2.8.0", "-2 for a missing key."),),
    ),
    _entry(
        "expiretime", 2, "readonly fast", "@keyspace", KeySpec("RO access"),
        summary="Returns when a key ends, in seconds of Unix time.", since="7.0.0",
        arguments=(key("key"),),
    ),
    _entry(
        "pexpiretime", 2, "readonly fast", "@keyspace", KeySpec("RO access"),
        summary="Returns when a key ends, in milliseconds of Unix time.", since="7.0.0",
        arguments=(key("key"),),
    ),
    # -- sorting -------------------------------------------------------------------------------------------------------
    _entry(
        "sort", -2, "write denyoom movablekeys", "@set @sortedset @list @dangerous",
        (
            KeySpec("RO access"),
            KeySpec(
                "RO access", unknown=True,
                notes="For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the "
                "content of the key we sort",
            ),
            KeySpec(
                "OW update", unknown=True,
                notes="For the optional STORE keyword. It is marked 'unknown' because the keyword can appear anywhere"
                " in the argument array",
                finder=find_sort_target,
            ),
        ),
        summary="Sorts the items of a list, a set or a sorted set, and returns or stores them.",
        complexity="O(N*log(N)), N items, and a look-up for each pattern and item",
        repeat_in=Unless("read", 2, (b"STORE",)),
        arguments=(
            key("key"), pattern("pattern", "BY", optional=True),
            block("offset_count", integer("offset"), integer("count"), word="LIMIT", optional=True),
            pattern("pattern", "GET", optional=True, multiple=True, repeats_word=True),
            oneof("order", token("ASC"), token("DESC"), optional=True),
            token("ALPHA", "sorting", optional=True), key("destination", "STORE", spec=2, optional=True),
        ),
    ),
    _entry(
        "sort_ro", -2, "readonly movablekeys", "@set @sortedset @list @dangerous",
        (
            KeySpec("RO access"),
            KeySpec(
                "RO access", unknown=True,
                notes="For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the "
                "content of the key we sort",
            ),
        ),
        summary="Sorts the items of a list, a set or a sorted set.", since="7.0.0",
        complexity="O(N*log(N)), N items, and a look-up for each pattern and item",
        arguments=(
            key("key"), pattern("pattern", "BY", optional=True),
            block("offset_count", integer("offset"), integer("count"), word="LIMIT", optional=True),
            pattern("pattern", "GET", optional=True, multiple=True, repeats_word=True),
            oneof("order", token("ASC"), token("DESC"), optional=True),
            token("ALPHA", "sorting", optional=True),
        ),
    ),
    # -- from one server to another ------------------------------------------------------------------------------------
    _entry(
        "dump", 2, "readonly", "@keyspace", KeySpec("RO access"),
        summary="Returns the value of a key as bytes that RESTORE understands.", since="2.6.0",
        complexity="O(N), N bytes of the value", tips="nondeterministic_output",
        arguments=(key("key"),),
    ),
    _entry(
        "migrate", -6, "write movablekeys", "@keyspace @dangerous",
        (
            KeySpec("RW access delete", 3, 3, finder=find_migrated_key),
            KeySpec("RW access delete incomplete", -2, -1, keyword="KEYS", finder=find_migrated_keys),
        ),
        summary="Moves keys to another server.", since="2.6.0",
        complexity="O(N), N bytes of the values, here and there", tips="nondeterministic_output", secrets=True,
        arguments=(
            string("host"), integer("port"),
            oneof("key-selector", key("key"), token("", "empty-string")),
            integer("destination-db"), integer("timeout"), token("COPY", optional=True, since="3.0.0"),
            token("REPLACE", optional=True, since="3.0.0"),
            oneof(
                "authentication", string("password", "AUTH", since="4.0.7"),
                block("auth2", string("username"), string("password"), word="AUTH2", since="6.0.0"), optional=True,
            ),
            key("key", "KEYS", spec=1, optional=True, multiple=True, since="3.0.6"),
        ),
        history=(("3.0.0", "COPY and REPLACE."), ("3.0.6", "KEYS."), ("4.0.7", "AUTH."), ("6.0.0", "AUTH2.")),
        variants={
            REDIS_7_0: {
                "arguments": (
                    string("host"), integer("port"),
                    oneof("key_or_empty_string", key("key"), token("", "empty_string")),
                    integer("destination-db"), integer("timeout"), token("COPY", optional=True, since="3.0.0"),
                    token("REPLACE", optional=True, since="3.0.0"),
                    oneof(
                        "authentication", string("password", "AUTH", optional=True, since="4.0.7"),
                        block(
                            "username_password", string("username"), string("password"), word="AUTH2", optional=True,
                            since="6.0.0",
                        ),
                        optional=True,
                    ),
                    key("key", "KEYS", spec=1, optional=True, multiple=True, since="3.0.6"),
                ),
            },
        },
    ),
    _entry(
        "restore", -4, "write denyoom", "@keyspace @dangerous", KeySpec("OW update"),
        summary="Lets a key hold what a DUMP returned.", since="2.6.0",
        complexity="O(N), N bytes of the value; O(N log N) for sorted sets",
        repeat_in=OnlyWith(4, {b"REPLACE": 1, b"ABSTTL": 1, b"IDLETIME": 2, b"FREQ": 2}, needs=b"REPLACE"),
        arguments=(
            key("key"), integer("ttl"), string("serialized-value"), token("REPLACE", optional=True, since="3.0.0"),
            token("ABSTTL", optional=True, since="5.0.0"), integer("seconds", "IDLETIME", optional=True, since="5.0.0"),
            integer("frequency", "FREQ", optional=True, since="5.0.0"),
        ),
        history=(("3.0.0", "REPLACE."), ("5.0.0", "IDLETIME and FREQ.")),
    ),
    # -- waiting for replicas and disks --------------------------------------------------------------------------------
    _entry(
        "wait", 3, "noscript", "@connection",
        summary="Waits until some replicas have what this connection wrote; returns how many do.", since="3.0.0",
        tips="request_policy:all_shards response_policy:agg_min", timeout=Timeout(1000, -1),
        arguments=(integer("numreplicas"), integer("timeout")),
        variants={NEWER: {"flags": ("blocking",)}},
    ),
    _entry(
        "waitaof", 4, "blocking", "@connection",
        summary="Waits until what this connection wrote is on the disks of this server and of some replicas.",
        since="7.2.0", tips="request_policy:all_shards response_policy:agg_min", timeout=Timeout(1000, -1),
        arguments=(integer("numlocal"), integer("numreplicas"), integer("timeout")),
    ),
]  # fmt: skip
