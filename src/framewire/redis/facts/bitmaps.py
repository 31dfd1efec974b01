"""Strings as rows of bits."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import block, integer, key, oneof, string, token
from framewire.redis.facts.command import command
from framewire.redis.facts.keys import KeySpec, flags_of_bitfield
from framewire.redis.facts.repeats import of_bitfield
from framewire.redis.facts.servers import REDIS_7_0, VALKEY_9_1

__all__ = ["COMMANDS"]

_entry = partial(command, group="bitmap")

COMMANDS = [
    _entry(
        "getbit", 3, "readonly fast", "@bitmap", KeySpec("RO access"),
        summary="Returns one bit of the string that a key holds.", since="2.2.0",
        arguments=(key("key"), integer("offset")),
    ),
    _entry(
        "setbit", 4, "write denyoom", "@bitmap", KeySpec("RW access update"),
        summary="Sets or clears one bit of the string that a key holds; zeros fill a gap.", since="2.2.0",
        complexity="O(1); the first time O(N), N bytes",
        arguments=(key("key"), integer("offset"), integer("value")),
    ),
    _entry(
        "bitcount", -2, "readonly", "@bitmap", KeySpec("RO access"),
        summary="Counts the bits that are set in the string that a key holds, or in a part of it.", since="2.6.0",
        complexity="O(N), N bytes looked at",
        arguments=(
            key("key"),
            block(
                "index", integer("start"), integer("end"),
                oneof("index_unit", token("BYTE"), token("BIT"), optional=True, since="7.0.0"), optional=True,
            ),
        ),
        history=(("7.0.0", "BYTE and BIT."), ("valkey 8.0.0", "The end may be left out.")),
        variants={
            VALKEY_9_1: {
                "arguments": (
                    key("key"),
                    block(
                        "range", integer("start"),
                        block(
                            "end-unit-block", integer("end"),
                            oneof("unit", token("BYTE"), token("BIT"), optional=True, since="7.0.0"), optional=True,
                        ),
                        optional=True,
                    ),
                ),
            },
        },
    ),
    _entry(
        "bitpos", -3, "readonly", "@bitmap", KeySpec("RO access"),
        summary="Finds the first bit that is set, or not set, in the string that a key holds.", since="2.8.7",
        complexity="O(N), N bytes looked at",
        arguments=(
            key("key"), integer("bit"),
            block(
                "index", integer("start"),
                block(
                    "end_index", integer("end"),
                    oneof("index_unit", token("BYTE"), token("BIT"), optional=True, since="7.0.0"), optional=True,
                ),
                optional=True,
            ),
        ),
        history=(("7.0.0", "BYTE and BIT."),),
    ),
    _entry(
        "bitop", -4, "write denyoom", "@bitmap", (KeySpec("OW update", 2, 2), KeySpec("RO access", 3, -1)),
        summary="Combines the bits of several strings, and lets a key hold the result.", since="2.6.0",
        complexity="O(N), N bytes in all strings", repeat="write",
        arguments=(
            oneof("operation", token("AND"), token("OR"), token("XOR"), token("NOT")),
            key("destkey"), key("key", spec=1, multiple=True),
        ),
        variants={REDIS_7_0: {"arguments": (string("operation"), key("destkey"), key("key", spec=1, multiple=True))}},
    ),
    _entry(
        "bitfield", -2, "write denyoom", "@bitmap",
        KeySpec(
            "RW access update variable_flags", notes="This command allows both access and modification of the key",
            flags_in=flags_of_bitfield,
        ),
        summary="Reads and changes numbers of any width within the string that a key holds.", since="3.2.0",
        complexity="O(1) for each number", repeat_in=of_bitfield,
        arguments=(
            key("key"),
            oneof(
                "operation",
                block("encoding_offset", string("encoding"), integer("offset"), word="GET"),
                block(
                    "write",
                    oneof("wrap_sat_fail", token("WRAP"), token("SAT"), token("FAIL"), word="OVERFLOW", optional=True),
                    oneof(
                        "write_operation",
                        block(
                            "encoding_offset_value", string("encoding"), integer("offset"), integer("value"),
                            word="SET",
                        ),
                        block(
                            "encoding_offset_increment", string("encoding"), integer("offset"), integer("increment"),
                            word="INCRBY",
                        ),
                    ),
                ),
                optional=True, multiple=True,
            ),
        ),
    ),
    _entry(
        "bitfield_ro", -2, "readonly fast", "@bitmap", KeySpec("RO access"),
        summary="Reads numbers of any width within the string that a key holds.", since="6.0.0",
        complexity="O(1) for each number",
        arguments=(
            key("key"),
            block(
                "encoding_offset", string("encoding"), integer("offset"), word="GET", optional=True, multiple=True,
                repeats_word=True,
            ),
        ),
    ),
]  # fmt: skip
