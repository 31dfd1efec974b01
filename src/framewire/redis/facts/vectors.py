"""Vector sets, a module that Redis 8 has built in. COMMAND DOCS tells none of their arguments."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import block, double, integer, key, oneof, string, token
from framewire.redis.facts.command import command
from framewire.redis.facts.keys import KeySpec

__all__ = ["COMMANDS"]

_entry = partial(command, group="module")

_VECTOR = oneof(
    "form",
    string("vector", "FP32"),
    block("numbers", integer("num", "VALUES"), double("number", multiple=True)),
)

COMMANDS = [
    _entry(
        "vadd", -1, "write denyoom module", "", KeySpec("RW access update"),
        summary="Adds an element with its vector to a vector set, or gives it another one.", since="8.0.0", valkey=None,
        complexity="O(log N), N elements in the set",
        arguments=(
            key("key"), integer("dim", "REDUCE", optional=True), _VECTOR, string("element"),
            token("CAS", optional=True),
            oneof("quantization", token("NOQUANT"), token("Q8"), token("BIN"), optional=True),
            integer("ef", "EF", optional=True), string("attributes", "SETATTR", optional=True),
            integer("numlinks", "M", optional=True),
        ),
    ),
    _entry(
        "vcard", -1, "readonly module fast", "", KeySpec("RW access update"),
        summary="Counts the elements of a vector set.", since="8.0.0", valkey=None,
        arguments=(key("key"),),
    ),
    _entry(
        "vdim", -1, "readonly module fast", "", KeySpec("RW access update"),
        summary="Returns how many numbers a vector of the set has.", since="8.0.0", valkey=None,
        arguments=(key("key"),),
    ),
    _entry(
        "vemb", -1, "readonly module fast", "", KeySpec("RW access update"),
        summary="Returns the vector of an element.", since="8.0.0", valkey=None,
        complexity="O(N), N numbers of the vector",
        arguments=(key("key"), string("element"), token("RAW", optional=True)),
    ),
    _entry(
        "vgetattr", -1, "readonly module fast", "", KeySpec("RW access update"),
        summary="Returns the attributes of an element.", since="8.0.0", valkey=None,
        arguments=(key("key"), string("element")),
    ),
    _entry(
        "vinfo", -1, "readonly module fast", "", KeySpec("RW access update"),
        summary="Returns what is known of a vector set.", since="8.0.0", valkey=None,
        arguments=(key("key"),),
    ),
    _entry(
        "vismember", -1, "readonly module", "", KeySpec("RW access update"),
        summary="Says whether something is an element of a vector set.", since="8.0.0", valkey=None,
        arguments=(key("key"), string("element")),
    ),
    _entry(
        "vlinks", -1, "readonly module fast", "", KeySpec("RW access update"),
        summary="Returns the neighbours of an element, layer by layer.", since="8.0.0", valkey=None,
        arguments=(key("key"), string("element"), token("WITHSCORES", optional=True)),
    ),
    _entry(
        "vrandmember", -1, "readonly module", "", KeySpec("RW access update"),
        summary="Returns one or several elements, chosen at random.", since="8.0.0", valkey=None,
        complexity="O(N), N elements returned",
        arguments=(key("key"), integer("count", optional=True)),
    ),
    _entry(
        "vrem", -1, "write module", "", KeySpec("RW access update"),
        summary="Removes an element from a vector set.", since="8.0.0", valkey=None,
        complexity="O(log N), N elements in the set",
        arguments=(key("key"), string("element")),
    ),
    _entry(
        "vsetattr", -1, "write module fast", "", KeySpec("RW access update"),
        summary="Gives an element its attributes, or takes them away.", since="8.0.0", valkey=None, repeat="write",
        arguments=(key("key"), string("element"), string("attributes")),
    ),
    _entry(
        "vsim", -1, "readonly module", "", KeySpec("RW access update"),
        summary="Returns the elements that are most like a vector or like an element.", since="8.0.0", valkey=None,
        complexity="O(log N), N elements in the set",
        arguments=(
            key("key"), oneof("query", string("element", "ELE"), _VECTOR),
            token("WITHSCORES", optional=True), integer("count", "COUNT", optional=True),
            double("delta", "EPSILON", optional=True), integer("ef", "EF", optional=True),
            string("expression", "FILTER", optional=True), integer("effort", "FILTER-EF", optional=True),
            token("TRUTH", optional=True), token("NOTHREAD", optional=True),
        ),
    ),
]  # fmt: skip
