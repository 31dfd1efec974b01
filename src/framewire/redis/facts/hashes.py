"""Hashes."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import block, double, integer, key, oneof, pattern, string, token, unix_time
from framewire.redis.facts.command import NOT_DEPRECATED, command
from framewire.redis.facts.keys import KeySpec
from framewire.redis.facts.repeats import LIFETIME, REST, OnlyWith
from framewire.redis.facts.servers import VALKEY_9_1

__all__ = ["COMMANDS"]

_entry = partial(command, group="hash")

_FIELDS = block("fields", integer("numfields"), string("field", multiple=True), word="FIELDS")
_CONDITION = oneof("condition", token("NX"), token("XX"), token("GT"), token("LT"), optional=True)
_PAIRS = block(
    "fields",
    integer("numfields"),
    block("data", string("field"), string("value"), multiple=True),
    word="FIELDS",
)
_EXPIRY = oneof(
    "expiration",
    integer("seconds", "EX"),
    integer("milliseconds", "PX"),
    unix_time("unix-time-seconds", "EXAT"),
    unix_time("unix-time-milliseconds", "PXAT"),
    token("KEEPTTL"),
    optional=True,
)

COMMANDS = [
    _entry(
        "hdel", -3, "write fast", "@hash", KeySpec("RW delete"),
        summary="Removes fields, and the key with the last of them; returns how many were there.", since="2.0.0",
        complexity="O(N), N fields named",
        arguments=(key("key"), string("field", multiple=True)),
        history=(("2.4.0", "Several fields at once."),),
    ),
    _entry(
        "hexists", 3, "readonly fast", "@hash", KeySpec("RO"),
        summary="Says whether a hash has a field.", since="2.0.0",
        arguments=(key("key"), string("field")),
    ),
    _entry(
        "hget", 3, "readonly fast", "@hash", KeySpec("RO access"),
        summary="Returns the value of a field.", since="2.0.0",
        arguments=(key("key"), string("field")),
    ),
    _entry(
        "hgetall", 2, "readonly", "@hash", KeySpec("RO access"),
        summary="Returns all fields with their values.", since="2.0.0", complexity="O(N), N fields of the hash",
        tips="nondeterministic_output_order",
        arguments=(key("key"),),
    ),
    _entry(
        "hincrby", 4, "write denyoom fast", "@hash", KeySpec("RW access update"),
        summary="Adds a number to the integer in a field; a missing field counts as 0.", since="2.0.0",
        arguments=(key("key"), string("field"), integer("increment")),
    ),
    _entry(
        "hincrbyfloat", 4, "write denyoom fast", "@hash", KeySpec("RW access update"),
        summary="Adds a number with a fraction to that in a field; a missing field counts as 0.", since="2.6.0",
        arguments=(key("key"), string("field"), double("increment")),
    ),
    _entry(
        "hkeys", 2, "readonly", "@hash", KeySpec("RO access"),
        summary="Returns all fields without their values.", since="2.0.0", complexity="O(N), N fields of the hash",
        tips="nondeterministic_output_order",
        arguments=(key("key"),),
    ),
    _entry(
        "hlen", 2, "readonly fast", "@hash", KeySpec("RO"),
        summary="Counts the fields.", since="2.0.0",
        arguments=(key("key"),),
    ),
    _entry(
        "hmget", -3, "readonly fast", "@hash", KeySpec("RO access"),
        summary="Returns the values of some fields.", since="2.0.0", complexity="O(N), N fields named",
        arguments=(key("key"), string("field", multiple=True)),
    ),
    _entry(
        "hmset", -4, "write denyoom fast", "@hash", KeySpec("RW update"),
        summary="Gives fields their values; an old form of HSET.", since="2.0.0", complexity="O(N), N fields named",
        doc_flags="deprecated", deprecated_since="4.0.0", replaced_by="HSET with several fields", repeat="write",
        arguments=(key("key"), block("field_value", string("field"), string("value"), multiple=True)),
        variants={VALKEY_9_1: NOT_DEPRECATED},
    ),
    _entry(
        "hrandfield", -2, "readonly", "@hash", KeySpec("RO access"),
        summary="Returns random fields, with their values if so wanted.", since="6.2.0",
        complexity="O(N), N fields returned", tips="nondeterministic_output",
        arguments=(key("key"), block("options", integer("count"), token("WITHVALUES", optional=True), optional=True)),
    ),
    _entry(
        "hscan", -3, "readonly", "@hash", KeySpec("RO access"),
        summary="Goes through the fields and values in pages.", since="2.8.0",
        complexity="O(1) for a page, O(N) for all of them, N fields of the hash", tips="nondeterministic_output",
        arguments=(
            key("key"), integer("cursor"), pattern("pattern", "MATCH", optional=True),
            integer("count", "COUNT", optional=True), token("NOVALUES", optional=True, since="7.4.0", valkey="8.0.0"),
        ),
    ),
    _entry(
        "hset", -4, "write denyoom fast", "@hash", KeySpec("RW update"),
        summary="Gives fields their values; returns how many fields are new.", since="2.0.0",
        complexity="O(N), N fields named",
        arguments=(key("key"), block("field_value", string("field"), string("value"), multiple=True)),
        history=(("4.0.0", "Several fields at once."),),
    ),
    _entry(
        "hsetnx", 4, "write denyoom fast", "@hash", KeySpec("RW insert"),
        summary="Gives a field its value, unless it has one.", since="2.0.0",
        arguments=(key("key"), string("field"), string("value")),
    ),
    _entry(
        "hstrlen", 3, "readonly fast", "@hash", KeySpec("RO"),
        summary="Returns the length of a field's value.", since="3.2.0",
        arguments=(key("key"), string("field")),
    ),
    _entry(
        "hvals", 2, "readonly", "@hash", KeySpec("RO access"),
        summary="Returns all values without their fields.", since="2.0.0", complexity="O(N), N fields of the hash",
        tips="nondeterministic_output_order",
        arguments=(key("key"),),
    ),
    _entry(
        "hgetdel", -5, "write fast", "@hash", KeySpec("RW access delete"),
        summary="Returns the values of fields, and removes the fields.", since="8.0.0", valkey="9.1.0",
        complexity="O(N), N fields named",
        arguments=(key("key"), _FIELDS),
    ),
    # -- how long fields live ------------------------------------------------------------------------------------------
    _entry(
        "hexpire", -6, "write fast", "@hash", KeySpec("RW update"),
        summary="Lets fields end after some seconds.", since="7.4.0", valkey="9.0.0", complexity="O(N), N fields named",
        repeat_in=OnlyWith(3, {b"XX": 1, b"FIELDS": REST}, positive=2),
        arguments=(key("key"), integer("seconds"), _CONDITION, _FIELDS),
    ),
    _entry(
        "hexpireat", -6, "write fast", "@hash", KeySpec("RW update"),
        summary="Lets fields end at a moment, given in seconds of Unix time.", since="7.4.0", valkey="9.0.0",
        complexity="O(N), N fields named", repeat_in=OnlyWith(3, {b"XX": 1, b"FIELDS": REST}, positive=2),
        arguments=(key("key"), unix_time("unix-time-seconds"), _CONDITION, _FIELDS),
        variants={VALKEY_9_1: {"arguments": (key("key"), integer("unix-time-seconds"), _CONDITION, _FIELDS)}},
    ),
    _entry(
        "hexpiretime", -5, "readonly fast", "@hash", KeySpec("RO access"),
        summary="Returns when fields end, in seconds of Unix time.", since="7.4.0", valkey="9.0.0",
        complexity="O(N), N fields named",
        arguments=(key("key"), _FIELDS),
    ),
    _entry(
        "hgetex", -5, "write fast", "@hash",
        KeySpec("RW access update", notes="RW and UPDATE because it changes the TTL"),
        summary="Returns the values of fields, and gives the fields a time or takes it away.", since="8.0.0",
        valkey="9.0.0", complexity="O(N), N fields named",
        repeat_in=OnlyWith(2, {**LIFETIME, b"PERSIST": 1, b"FIELDS": REST}, bare="read"),
        arguments=(
            key("key"),
            oneof(
                "expiration", integer("seconds", "EX"), integer("milliseconds", "PX"),
                unix_time("unix-time-seconds", "EXAT"), unix_time("unix-time-milliseconds", "PXAT"), token("PERSIST"),
                optional=True,
            ),
            _FIELDS,
        ),
        variants={VALKEY_9_1: {"keys": (KeySpec("RW access update"),)}},
    ),
    _entry(
        "hpersist", -5, "write fast", "@hash", KeySpec("RW update"),
        summary="Lets fields stay for ever.", since="7.4.0", valkey="9.0.0", complexity="O(N), N fields named",
        arguments=(key("key"), _FIELDS),
    ),
    _entry(
        "hpexpire", -6, "write fast", "@hash", KeySpec("RW update"),
        summary="Lets fields end after some milliseconds.", since="7.4.0", valkey="9.0.0",
        complexity="O(N), N fields named", repeat_in=OnlyWith(3, {b"XX": 1, b"FIELDS": REST}, positive=2),
        arguments=(key("key"), integer("milliseconds"), _CONDITION, _FIELDS),
    ),
    _entry(
        "hpexpireat", -6, "write fast", "@hash", KeySpec("RW update"),
        summary="Lets fields end at a moment, given in milliseconds of Unix time.", since="7.4.0", valkey="9.0.0",
        complexity="O(N), N fields named", repeat_in=OnlyWith(3, {b"XX": 1, b"FIELDS": REST}, positive=2),
        arguments=(key("key"), unix_time("unix-time-milliseconds"), _CONDITION, _FIELDS),
        variants={VALKEY_9_1: {"arguments": (key("key"), integer("unix-time-milliseconds"), _CONDITION, _FIELDS)}},
    ),
    _entry(
        "hpexpiretime", -5, "readonly fast", "@hash", KeySpec("RO access"),
        summary="Returns when fields end, in milliseconds of Unix time.", since="7.4.0", valkey="9.0.0",
        complexity="O(N), N fields named",
        arguments=(key("key"), _FIELDS),
    ),
    _entry(
        "hpttl", -5, "readonly fast", "@hash", KeySpec("RO access"),
        summary="Returns how many milliseconds fields have left.", since="7.4.0", valkey="9.0.0",
        complexity="O(N), N fields named", tips="nondeterministic_output",
        arguments=(key("key"), _FIELDS),
        variants={VALKEY_9_1: {"tips": ()}},
    ),
    _entry(
        "hsetex", -6, "write denyoom fast", "@hash", KeySpec("RW update"),
        summary="Gives fields their values, on conditions and for a time if so wanted.", since="8.0.0", valkey="9.0.0",
        complexity="O(N), N fields named",
        repeat_in=OnlyWith(2, {**LIFETIME, b"KEEPTTL": 1, b"FXX": 1, b"FIELDS": REST}),
        arguments=(key("key"), oneof("condition", token("FNX"), token("FXX"), optional=True), _EXPIRY, _PAIRS),
        variants={
            VALKEY_9_1: {
                "keys": (KeySpec("RW insert"),),
                "arguments": (
                    key("key"),
                    oneof("key-condition", token("NX"), token("XX"), optional=True),
                    oneof("fields-condition", token("FNX"), token("FXX"), optional=True),
                    _EXPIRY, _PAIRS,
                ),
            },
        },
    ),
    _entry(
        "httl", -5, "readonly fast", "@hash", KeySpec("RO access"),
        summary="Returns how many seconds fields have left.", since="7.4.0", valkey="9.0.0",
        complexity="O(N), N fields named", tips="nondeterministic_output",
        arguments=(key("key"), _FIELDS),
        variants={VALKEY_9_1: {"tips": ()}},
    ),
]  # fmt: skip
