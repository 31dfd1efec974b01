"""Lists."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import double, integer, key, oneof, string, token
from framewire.redis.facts.command import NOT_DEPRECATED, command
from framewire.redis.facts.keys import KeySpec
from framewire.redis.facts.repeats import of_ltrim
from framewire.redis.facts.servers import NEWER, VALKEY_9_1
from framewire.redis.facts.timeouts import Timeout

__all__ = ["COMMANDS"]

_entry = partial(command, group="list")

COMMANDS = [
    _entry(
        "lpush", -3, "write denyoom fast", "@list", KeySpec("RW insert"),
        summary="Puts values in front of a list, one after the other; returns its length.",
        complexity="O(1) for each value",
        arguments=(key("key"), string("element", multiple=True)),
        history=(("2.4.0", "Several values at once."),),
    ),
    _entry(
        "rpush", -3, "write denyoom fast", "@list", KeySpec("RW insert"),
        summary="Puts values at the end of a list, one after the other; returns its length.",
        complexity="O(1) for each value",
        arguments=(key("key"), string("element", multiple=True)),
        history=(("2.4.0", "Several values at once."),),
    ),
    _entry(
        "lpushx", -3, "write denyoom fast", "@list", KeySpec("RW insert"),
        summary="Puts values in front of a list that is there already.", since="2.2.0",
        complexity="O(1) for each value",
        arguments=(key("key"), string("element", multiple=True)),
        history=(("4.0.0", "Several values at once."),),
    ),
    _entry(
        "rpushx", -3, "write denyoom fast", "@list", KeySpec("RW insert"),
        summary="Puts values at the end of a list that is there already.", since="2.2.0",
        complexity="O(1) for each value",
        arguments=(key("key"), string("element", multiple=True)),
        history=(("4.0.0", "Several values at once."),),
    ),
    _entry(
        "lpop", -2, "write fast", "@list", KeySpec("RW access delete"),
        summary="Takes the first item of a list, or several.", complexity="O(1) for each item taken",
        arguments=(key("key"), integer("count", optional=True, since="6.2.0")),
        history=(("6.2.0", "A count."),),
    ),
    _entry(
        "rpop", -2, "write fast", "@list", KeySpec("RW access delete"),
        summary="Takes the last item of a list, or several.", complexity="O(1) for each item taken",
        arguments=(key("key"), integer("count", optional=True, since="6.2.0")),
        history=(("6.2.0", "A count."),),
    ),
    _entry(
        "llen", 2, "readonly fast", "@list", KeySpec("RO"),
        summary="Returns how many items a list has.",
        arguments=(key("key"),),
    ),
    _entry(
        "lindex", 3, "readonly", "@list", KeySpec("RO access"),
        summary="Returns the item at an index; negative ones count from the end.",
        arguments=(key("key"), integer("index")),
    ),
    _entry(
        "lrange", 4, "readonly", "@list", KeySpec("RO access"),
        summary="Returns the items from one index to another, both included.", complexity="O(N), N items returned",
        arguments=(key("key"), integer("start"), integer("stop")),
    ),
    _entry(
        "lpos", -3, "readonly", "@list", KeySpec("RO access"),
        summary="Finds where a value stands in a list.", since="6.0.6", complexity="O(N), N items looked at",
        arguments=(
            key("key"), string("element"), integer("rank", "RANK", optional=True),
            integer("num-matches", "COUNT", optional=True), integer("len", "MAXLEN", optional=True),
        ),
    ),
    _entry(
        "lset", 4, "write denyoom", "@list", KeySpec("RW update"),
        summary="Replaces the item at an index.",
        arguments=(key("key"), integer("index"), string("element")),
    ),
    _entry(
        "linsert", 5, "write denyoom", "@list", KeySpec("RW insert"),
        summary="Puts a value right before or after another one.", since="2.2.0",
        complexity="O(N), N items in the list",
        arguments=(key("key"), oneof("where", token("BEFORE"), token("AFTER")), string("pivot"), string("element")),
    ),
    _entry(
        "lrem", 4, "write", "@list", KeySpec("RW delete"),
        summary="Removes items that equal a value, from the front, from the end, or all.",
        complexity="O(N), N items in the list",
        arguments=(key("key"), integer("count"), string("element")),
    ),
    _entry(
        "ltrim", 4, "write", "@list", KeySpec("RW delete"),
        summary="Keeps the items from one index to another and removes the rest.", complexity="O(N), N items removed",
        repeat_in=of_ltrim,
        arguments=(key("key"), integer("start"), integer("stop")),
    ),
    _entry(
        "lmove", 5, "write denyoom", "@list", (KeySpec("RW access delete"), KeySpec("RW insert", 2, 2)),
        summary="Moves an item from an end of one list to an end of another.", since="6.2.0",
        arguments=(
            key("source"), key("destination", spec=1),
            oneof("wherefrom", token("LEFT"), token("RIGHT")),
            oneof("whereto", token("LEFT"), token("RIGHT")),
        ),
    ),
    _entry(
        "rpoplpush", 3, "write denyoom", "@list", (KeySpec("RW access delete"), KeySpec("RW insert", 2, 2)),
        summary="Moves the last item of one list to the front of another.", since="1.2.0", doc_flags="deprecated",
        deprecated_since="6.2.0", replaced_by="LMOVE with RIGHT and LEFT",
        arguments=(key("source"), key("destination", spec=1)),
        variants={VALKEY_9_1: NOT_DEPRECATED},
    ),
    _entry(
        "lmpop", -4, "write movablekeys", "@list", KeySpec("RW access delete", counted=True),
        summary="Takes items from the first of several lists that has any.", since="7.0.0",
        complexity="O(N+M), N keys and M items taken",
        arguments=(
            integer("numkeys"), key("key", multiple=True),
            oneof("where", token("LEFT"), token("RIGHT")),
            integer("count", "COUNT", optional=True),
        ),
    ),
    # -- waiting for items ---------------------------------------------------------------------------------------------
    _entry(
        "blpop", -3, "write noscript blocking", "@list", KeySpec("RW access delete", last=-2),
        summary="Takes the first item of the first list that has any; waits for one.", since="2.0.0",
        complexity="O(N), N keys", timeout=Timeout(1, -1),
        arguments=(key("key", multiple=True), double("timeout")),
        history=(("6.0.0", "The timeout may have a fraction."),),
        variants={NEWER: {"flags": ("write", "blocking")}},
    ),
    _entry(
        "brpop", -3, "write noscript blocking", "@list", KeySpec("RW access delete", last=-2),
        summary="Takes the last item of the first list that has any; waits for one.", since="2.0.0",
        complexity="O(N), N keys", timeout=Timeout(1, -1),
        arguments=(key("key", multiple=True), double("timeout")),
        history=(("6.0.0", "The timeout may have a fraction."),),
        variants={NEWER: {"flags": ("write", "blocking")}},
    ),
    _entry(
        "blmove", 6, "write denyoom noscript blocking", "@list",
        (KeySpec("RW access delete"), KeySpec("RW insert", 2, 2)),
        summary="Moves an item from one list to another; waits for one.", since="6.2.0", timeout=Timeout(1, -1),
        arguments=(
            key("source"), key("destination", spec=1),
            oneof("wherefrom", token("LEFT"), token("RIGHT")),
            oneof("whereto", token("LEFT"), token("RIGHT")),
            double("timeout"),
        ),
        variants={NEWER: {"flags": ("write", "denyoom", "blocking")}},
    ),
    _entry(
        "brpoplpush", 4, "write denyoom noscript blocking", "@list",
        (KeySpec("RW access delete"), KeySpec("RW insert", 2, 2)),
        summary="Moves the last item of one list to the front of another; waits for one.", since="2.2.0",
        doc_flags="deprecated", deprecated_since="6.2.0", replaced_by="BLMOVE with RIGHT and LEFT",
        timeout=Timeout(1, -1),
        arguments=(key("source"), key("destination", spec=1), double("timeout")),
        history=(("6.0.0", "The timeout may have a fraction."),),
        variants={
            NEWER: {"flags": ("write", "denyoom", "blocking")},
            VALKEY_9_1: NOT_DEPRECATED,
        },
    ),
    _entry(
        "blmpop", -5, "write blocking movablekeys", "@list", KeySpec("RW access delete", 2, counted=True),
        summary="Takes items from the first of several lists that has any; waits for one.", since="7.0.0",
        complexity="O(N+M), N keys and M items taken", timeout=Timeout(1, 1),
        arguments=(
            double("timeout"), integer("numkeys"), key("key", multiple=True),
            oneof("where", token("LEFT"), token("RIGHT")),
            integer("count", "COUNT", optional=True),
        ),
    ),
]  # fmt: skip
