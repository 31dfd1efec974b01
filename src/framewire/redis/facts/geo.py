"""Places on the earth, kept as sorted sets."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import block, double, integer, key, oneof, string, token
from framewire.redis.facts.command import NOT_DEPRECATED, command
from framewire.redis.facts.keys import KeySpec, find_store, find_storedist
from framewire.redis.facts.repeats import Unless
from framewire.redis.facts.servers import REDIS_7_0, VALKEY_9_1

__all__ = ["COMMANDS"]

_entry = partial(command, group="geo")

_UNIT = oneof("unit", token("M"), token("KM"), token("FT"), token("MI"))
_ORDER = oneof("order", token("ASC"), token("DESC"), optional=True)
_CIRCLE = block("circle", double("radius", "BYRADIUS"), _UNIT)
_BOX = block("box", double("width", "BYBOX"), double("height"), _UNIT)
_POLYGON = block(
    "polygon",
    integer("num-vertices", "BYPOLYGON"),
    block("vertices", double("longitude"), double("latitude"), multiple=True),
    valkey="9.0.0",
)
_COUNT = block("count", integer("count", "COUNT"), token("ANY", optional=True), optional=True)
_COUNT_BLOCK = block("count-block", integer("count", "COUNT"), token("ANY", optional=True), optional=True)

COMMANDS = [
    _entry(
        "geoadd", -5, "write denyoom", "@geo", KeySpec("RW update"),
        summary="Adds places with their longitudes and latitudes, or moves them.", since="3.2.0",
        complexity="O(log N) for each place, N places there",
        arguments=(
            key("key"),
            oneof("condition", token("NX"), token("XX"), optional=True, since="6.2.0"),
            token("CH", "change", optional=True, since="6.2.0"),
            block(
                "longitude_latitude_member", double("longitude"), double("latitude"), string("member"), multiple=True,
            ),
        ),
        history=(("6.2.0", "CH, NX and XX."),),
    ),
    _entry(
        "geodist", -4, "readonly", "@geo", KeySpec("RO access"),
        summary="Returns the distance between two places.", since="3.2.0", complexity="O(log N), N places there",
        arguments=(
            key("key"), string("member1"), string("member2"),
            oneof("unit", token("M"), token("KM"), token("FT"), token("MI"), optional=True),
        ),
    ),
    _entry(
        "geohash", -2, "readonly", "@geo", KeySpec("RO access"),
        summary="Returns the geohash texts of places.", since="3.2.0",
        complexity="O(log N) for each place, N places there",
        arguments=(key("key"), string("member", optional=True, multiple=True)),
        variants={REDIS_7_0: {"arguments": (key("key"), string("member", multiple=True))}},
    ),
    _entry(
        "geopos", -2, "readonly", "@geo", KeySpec("RO access"),
        summary="Returns the longitudes and latitudes of places.", since="3.2.0",
        complexity="O(log N) for each place, N places there",
        arguments=(key("key"), string("member", optional=True, multiple=True)),
        variants={REDIS_7_0: {"arguments": (key("key"), string("member", multiple=True))}},
    ),
    _entry(
        "georadius", -6, "write denyoom movablekeys", "@geo",
        (
            KeySpec("RO access"),
            KeySpec("OW update", 6, 6, keyword="STORE"),
            KeySpec("OW update", 6, 6, keyword="STOREDIST"),
        ),
        summary="Returns or stores the places within a circle around a point.", since="3.2.0",
        complexity="O(N + log M), N of M places looked at", doc_flags="deprecated", deprecated_since="6.2.0",
        replaced_by="GEOSEARCH and GEOSEARCHSTORE with BYRADIUS", repeat_in=Unless("read", 2, (b"STORE", b"STOREDIST")),
        arguments=(
            key("key"), double("longitude"), double("latitude"), double("radius"), _UNIT,
            token("WITHCOORD", optional=True), token("WITHDIST", optional=True), token("WITHHASH", optional=True),
            block("count-block", integer("count", "COUNT"), token("ANY", optional=True, since="6.2.0"), optional=True),
            _ORDER,
            oneof("store", key("key", "STORE", spec=1), key("key", "STOREDIST", spec=2), optional=True),
        ),
        history=(("6.2.0", "ANY behind COUNT."), ("7.0.0", "Units in upper case too.")),
        variants={
            REDIS_7_0: {
                "arguments": (
                    key("key"), double("longitude"), double("latitude"), double("radius"), _UNIT,
                    token("WITHCOORD", optional=True), token("WITHDIST", optional=True),
                    token("WITHHASH", optional=True),
                    block(
                        "count", integer("count", "COUNT"), token("ANY", optional=True, since="6.2.0"), optional=True,
                    ),
                    _ORDER, key("key", "STORE", spec=1, optional=True), key("key", "STOREDIST", spec=2, optional=True),
                ),
            },
            VALKEY_9_1: {
                "keys": (
                    KeySpec("RO access"),
                    KeySpec("OW update variable_flags", 6, 6, keyword="STORE", finder=find_store),
                    KeySpec("OW update variable_flags", 6, 6, keyword="STOREDIST", finder=find_storedist),
                ),
                **NOT_DEPRECATED,
            },
        },
    ),
    _entry(
        "georadius_ro", -6, "readonly", "@geo", KeySpec("RO access"),
        summary="Returns the places within a circle around a point.", since="3.2.10",
        complexity="O(N + log M), N of M places looked at", doc_flags="deprecated", deprecated_since="6.2.0",
        replaced_by="GEOSEARCH with BYRADIUS",
        arguments=(
            key("key"), double("longitude"), double("latitude"), double("radius"), _UNIT,
            token("WITHCOORD", optional=True), token("WITHDIST", optional=True), token("WITHHASH", optional=True),
            block("count", integer("count", "COUNT"), token("ANY", optional=True, since="6.2.0"), optional=True),
            _ORDER,
        ),
        history=(("6.2.0", "ANY behind COUNT."), ("7.0.0", "Units in upper case too.")),
        variants={VALKEY_9_1: NOT_DEPRECATED},
    ),
    _entry(
        "georadiusbymember", -5, "write denyoom movablekeys", "@geo",
        (
            KeySpec("RO access"),
            KeySpec("OW update", 5, 5, keyword="STORE"),
            KeySpec("OW update", 5, 5, keyword="STOREDIST"),
        ),
        summary="Returns or stores the places within a circle around one of them.", since="3.2.0",
        complexity="O(N + log M), N of M places looked at", doc_flags="deprecated", deprecated_since="6.2.0",
        replaced_by="GEOSEARCH and GEOSEARCHSTORE with BYRADIUS and FROMMEMBER",
        repeat_in=Unless("read", 2, (b"STORE", b"STOREDIST")),
        arguments=(
            key("key"), string("member"), double("radius"), _UNIT, token("WITHCOORD", optional=True),
            token("WITHDIST", optional=True), token("WITHHASH", optional=True), _COUNT_BLOCK, _ORDER,
            oneof("store", key("key", "STORE", spec=1), key("key", "STOREDIST", spec=2), optional=True),
        ),
        history=(("6.2.0", "ANY behind COUNT."), ("7.0.0", "Units in upper case too.")),
        variants={
            REDIS_7_0: {
                "arguments": (
                    key("key"), string("member"), double("radius"), _UNIT, token("WITHCOORD", optional=True),
                    token("WITHDIST", optional=True), token("WITHHASH", optional=True), _COUNT, _ORDER,
                    key("key", "STORE", spec=1, optional=True), key("key", "STOREDIST", spec=2, optional=True),
                ),
            },
            VALKEY_9_1: {
                "keys": (
                    KeySpec("RO access"),
                    KeySpec("OW update variable_flags", 5, 5, keyword="STORE", finder=find_store),
                    KeySpec("OW update variable_flags", 5, 5, keyword="STOREDIST", finder=find_storedist),
                ),
                **NOT_DEPRECATED,
            },
        },
    ),
    _entry(
        "georadiusbymember_ro", -5, "readonly", "@geo", KeySpec("RO access"),
        summary="Returns the places within a circle around one of them.", since="3.2.10",
        complexity="O(N + log M), N of M places looked at", doc_flags="deprecated", deprecated_since="6.2.0",
        replaced_by="GEOSEARCH with BYRADIUS and FROMMEMBER",
        arguments=(
            key("key"), string("member"), double("radius"), _UNIT, token("WITHCOORD", optional=True),
            token("WITHDIST", optional=True), token("WITHHASH", optional=True), _COUNT, _ORDER,
        ),
        history=(("6.2.0", "ANY behind COUNT."), ("7.0.0", "Units in upper case too.")),
        variants={VALKEY_9_1: NOT_DEPRECATED},
    ),
    _entry(
        "geosearch", -7, "readonly", "@geo", KeySpec("RO access"),
        summary="Returns the places within a circle or a box.", since="6.2.0",
        complexity="O(N + log M), N of M places looked at",
        arguments=(
            key("key"),
            oneof(
                "from", string("member", "FROMMEMBER"),
                block("longitude_latitude", double("longitude"), double("latitude"), word="FROMLONLAT"),
            ),
            oneof("by", _CIRCLE, _BOX),
            _ORDER, _COUNT, token("WITHCOORD", optional=True), token("WITHDIST", optional=True),
            token("WITHHASH", optional=True),
        ),
        history=(("7.0.0", "Units in upper case too."), ("valkey 9.0.0", "BYPOLYGON.")),
        variants={
            VALKEY_9_1: {
                "arguments": (
                    key("key"),
                    oneof(
                        "from", string("member", "FROMMEMBER"),
                        block("fromlonlat", double("longitude"), double("latitude"), word="FROMLONLAT"), optional=True,
                    ),
                    oneof("by", _CIRCLE, _BOX, _POLYGON),
                    _ORDER, _COUNT_BLOCK, token("WITHCOORD", optional=True), token("WITHDIST", optional=True),
                    token("WITHHASH", optional=True),
                ),
            },
        },
    ),
    _entry(
        "geosearchstore", -8, "write denyoom", "@geo", (KeySpec("OW update"), KeySpec("RO access", 2, 2)),
        summary="Stores the places within a circle or a box under another key.", since="6.2.0",
        complexity="O(N + log M), N of M places looked at", repeat="write",
        arguments=(
            key("destination"), key("source", spec=1),
            oneof(
                "from", string("member", "FROMMEMBER"),
                block("longitude_latitude", double("longitude"), double("latitude"), word="FROMLONLAT"),
            ),
            oneof("by", _CIRCLE, _BOX),
            _ORDER, _COUNT, token("STOREDIST", optional=True),
        ),
        history=(("7.0.0", "Units in upper case too."), ("valkey 9.0.0", "BYPOLYGON.")),
        variants={
            VALKEY_9_1: {
                "arguments": (
                    key("destination"), key("source", spec=1),
                    oneof(
                        "from", string("member", "FROMMEMBER"),
                        block("fromlonlat", double("longitude"), double("latitude"), word="FROMLONLAT"), optional=True,
                    ),
                    oneof("by", _CIRCLE, _BOX, _POLYGON),
                    _ORDER, _COUNT_BLOCK, token("STOREDIST", optional=True),
                ),
            },
        },
    ),
]  # fmt: skip
