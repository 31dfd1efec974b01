"""Sorted sets."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import block, double, integer, key, oneof, pattern, string, token
from framewire.redis.facts.command import NOT_DEPRECATED, command
from framewire.redis.facts.keys import KeySpec
from framewire.redis.facts.servers import NEWER, VALKEY_9_1
from framewire.redis.facts.timeouts import Timeout

__all__ = ["COMMANDS"]

_entry = partial(command, group="sorted-set")

_LIMIT = block("offset_count", integer("offset"), integer("count"), word="LIMIT", optional=True)
_AGGREGATE = oneof("aggregate", token("SUM"), token("MIN"), token("MAX"), word="AGGREGATE", optional=True)
_WEIGHTS = integer("weight", "WEIGHTS", optional=True, multiple=True)

COMMANDS = [
    _entry(
        "zadd", -4, "write denyoom fast", "@sortedset", KeySpec("RW update"),
        summary="Adds members with their scores, or changes the scores, on conditions if so wanted.", since="1.2.0",
        complexity="O(log N) for each member, N members in the set",
        arguments=(
            key("key"),
            oneof("condition", token("NX"), token("XX"), optional=True, since="3.0.2"),
            oneof("comparison", token("GT"), token("LT"), optional=True, since="6.2.0"),
            token("CH", "change", optional=True, since="3.0.2"),
            token("INCR", "increment", optional=True, since="3.0.2"),
            block("score_member", double("score"), string("member"), multiple=True),
        ),
        history=(("2.4.0", "Several members at once."), ("3.0.2", "XX, NX, CH and INCR."), ("6.2.0", "GT and LT.")),
    ),
    _entry(
        "zincrby", 4, "write denyoom fast", "@sortedset", KeySpec("RW access update"),
        summary="Adds a number to the score of a member; a missing one counts as 0.", since="1.2.0",
        complexity="O(log N), N members in the set",
        arguments=(key("key"), integer("increment"), string("member")),
    ),
    _entry(
        "zrem", -3, "write fast", "@sortedset", KeySpec("RW delete"),
        summary="Removes members; returns how many were there.", since="1.2.0",
        complexity="O(M log N), M members to remove of N",
        arguments=(key("key"), string("member", multiple=True)),
        history=(("2.4.0", "Several members at once."),),
    ),
    _entry(
        "zcard", 2, "readonly fast", "@sortedset", KeySpec("RO"),
        summary="Counts the members of a sorted set.", since="1.2.0",
        arguments=(key("key"),),
    ),
    _entry(
        "zscore", 3, "readonly fast", "@sortedset", KeySpec("RO access"),
        summary="Returns the score of a member.", since="1.2.0",
        arguments=(key("key"), string("member")),
    ),
    _entry(
        "zmscore", -3, "readonly fast", "@sortedset", KeySpec("RO access"),
        summary="Returns the scores of several members.", since="6.2.0", complexity="O(N), N members asked for",
        arguments=(key("key"), string("member", multiple=True)),
    ),
    _entry(
        "zrank", 3, "readonly fast", "@sortedset", KeySpec("RO access"),
        summary="Returns the position of a member, counted from the lowest score.", since="2.0.0",
        complexity="O(log N), N members in the set",
        arguments=(key("key"), string("member"), token("WITHSCORE", optional=True, since="7.2.0")),
        history=(("7.2.0", "WITHSCORE."),),
        variants={NEWER: {"arity": -3}},
    ),
    _entry(
        "zrevrank", 3, "readonly fast", "@sortedset", KeySpec("RO access"),
        summary="Returns the position of a member, counted from the highest score.", since="2.0.0",
        complexity="O(log N), N members in the set",
        arguments=(key("key"), string("member"), token("WITHSCORE", optional=True, since="7.2.0")),
        history=(("7.2.0", "WITHSCORE."),),
        variants={NEWER: {"arity": -3}},
    ),
    _entry(
        "zrandmember", -2, "readonly", "@sortedset", KeySpec("RO access"),
        summary="Returns one or several members, chosen at random.", since="6.2.0",
        complexity="O(N), N members returned", tips="nondeterministic_output",
        arguments=(key("key"), block("options", integer("count"), token("WITHSCORES", optional=True), optional=True)),
    ),
    _entry(
        "zscan", -3, "readonly", "@sortedset", KeySpec("RO access"),
        summary="Goes through the members and their scores, page by page.", since="2.8.0",
        complexity="O(1) for a page, O(N) for all of them, N members of the set", tips="nondeterministic_output",
        arguments=(
            key("key"), integer("cursor"), pattern("pattern", "MATCH", optional=True),
            integer("count", "COUNT", optional=True), token("NOSCORES", optional=True, valkey="8.0.0"),
        ),
        history=(("valkey 8.0.0", "NOSCORES."),),
    ),
    # -- ranges --------------------------------------------------------------------------------------------------------
    _entry(
        "zrange", -4, "readonly", "@sortedset", KeySpec("RO access"),
        summary="Returns the members in a range of positions, scores or members, from either end.", since="1.2.0",
        complexity="O(log N + M), M members returned of N",
        arguments=(
            key("key"), string("start"), string("stop"),
            oneof("sortby", token("BYSCORE"), token("BYLEX"), optional=True, since="6.2.0"),
            token("REV", optional=True, since="6.2.0"),
            block("offset_count", integer("offset"), integer("count"), word="LIMIT", optional=True, since="6.2.0"),
            token("WITHSCORES", optional=True),
        ),
        history=(("6.2.0", "REV, BYSCORE, BYLEX and LIMIT."),),
    ),
    _entry(
        "zrevrange", -4, "readonly", "@sortedset", KeySpec("RO access"),
        summary="Returns the members in a range of positions, highest scores first.", since="1.2.0",
        complexity="O(log N + M), M members returned of N", doc_flags="deprecated", deprecated_since="6.2.0",
        replaced_by="ZRANGE with REV",
        arguments=(key("key"), integer("start"), integer("stop"), token("WITHSCORES", optional=True)),
        variants={VALKEY_9_1: NOT_DEPRECATED},
    ),
    _entry(
        "zrangebyscore", -4, "readonly", "@sortedset", KeySpec("RO access"),
        summary="Returns the members whose scores lie in a range.", since="1.0.5",
        complexity="O(log N + M), M members returned of N", doc_flags="deprecated", deprecated_since="6.2.0",
        replaced_by="ZRANGE with BYSCORE",
        arguments=(key("key"), double("min"), double("max"), token("WITHSCORES", optional=True, since="2.0.0"), _LIMIT),
        history=(("2.0.0", "WITHSCORES."),),
        variants={VALKEY_9_1: NOT_DEPRECATED},
    ),
    _entry(
        "zrevrangebyscore", -4, "readonly", "@sortedset", KeySpec("RO access"),
        summary="Returns the members whose scores lie in a range, highest scores first.", since="2.2.0",
        complexity="O(log N + M), M members returned of N", doc_flags="deprecated", deprecated_since="6.2.0",
        replaced_by="ZRANGE with REV and BYSCORE",
        arguments=(key("key"), double("max"), double("min"), token("WITHSCORES", optional=True), _LIMIT),
        history=(("2.1.6", "Bounds that are left out themselves."),),
        variants={VALKEY_9_1: NOT_DEPRECATED},
    ),
    _entry(
        "zrangebylex", -4, "readonly", "@sortedset", KeySpec("RO access"),
        summary="Returns the members in a range of members, where all have one score.", since="2.8.9",
        complexity="O(log N + M), M members returned of N", doc_flags="deprecated", deprecated_since="6.2.0",
        replaced_by="ZRANGE with BYLEX",
        arguments=(key("key"), string("min"), string("max"), _LIMIT),
        variants={VALKEY_9_1: NOT_DEPRECATED},
    ),
    _entry(
        "zrevrangebylex", -4, "readonly", "@sortedset", KeySpec("RO access"),
        summary="Returns the members in a range of members, last ones first, where all have one score.", since="2.8.9",
        complexity="O(log N + M), M members returned of N", doc_flags="deprecated", deprecated_since="6.2.0",
        replaced_by="ZRANGE with REV and BYLEX",
        arguments=(key("key"), string("max"), string("min"), _LIMIT),
        variants={VALKEY_9_1: NOT_DEPRECATED},
    ),
    _entry(
        "zrangestore", -5, "write denyoom", "@sortedset", (KeySpec("OW update"), KeySpec("RO access", 2, 2)),
        summary="Stores what ZRANGE would return, with the scores, under another key.", since="6.2.0",
        complexity="O(log N + M), M members stored of N", repeat="write",
        arguments=(
            key("dst"), key("src", spec=1), string("min"), string("max"),
            oneof("sortby", token("BYSCORE"), token("BYLEX"), optional=True),
            token("REV", optional=True), _LIMIT,
        ),
    ),
    _entry(
        "zcount", 4, "readonly fast", "@sortedset", KeySpec("RO access"),
        summary="Counts the members whose scores lie in a range.", since="2.0.0",
        complexity="O(log N), N members in the set",
        arguments=(key("key"), double("min"), double("max")),
    ),
    _entry(
        "zlexcount", 4, "readonly fast", "@sortedset", KeySpec("RO access"),
        summary="Counts the members in a range of members, where all have one score.", since="2.8.9",
        complexity="O(log N), N members in the set",
        arguments=(key("key"), string("min"), string("max")),
    ),
    _entry(
        "zremrangebyrank", 4, "write", "@sortedset", KeySpec("RW delete"),
        summary="Removes the members in a range of positions.", since="2.0.0",
        complexity="O(M log N), M members removed of N",
        arguments=(key("key"), integer("start"), integer("stop")),
    ),
    _entry(
        "zremrangebyscore", 4, "write", "@sortedset", KeySpec("RW delete"),
        summary="Removes the members whose scores lie in a range.", since="1.2.0",
        complexity="O(M log N), M members removed of N",
        arguments=(key("key"), double("min"), double("max")),
    ),
    _entry(
        "zremrangebylex", 4, "write", "@sortedset", KeySpec("RW delete"),
        summary="Removes the members in a range of members, where all have one score.", since="2.8.9",
        complexity="O(M log N), M members removed of N",
        arguments=(key("key"), string("min"), string("max")),
    ),
    # -- union, intersection, difference -------------------------------------------------------------------------------
    _entry(
        "zunion", -3, "readonly movablekeys", "@sortedset", KeySpec("RO access", counted=True),
        summary="Returns the members that are in any of several sorted sets.", since="6.2.0",
        complexity="O(N + M log M), N members in all sets and M in the result",
        arguments=(
            integer("numkeys"), key("key", multiple=True), _WEIGHTS, _AGGREGATE, token("WITHSCORES", optional=True),
        ),
    ),
    _entry(
        "zunionstore", -4, "write denyoom movablekeys", "@sortedset",
        (KeySpec("OW update"), KeySpec("RO access", 2, counted=True)),
        summary="Stores the members that are in any of several sorted sets.", since="2.0.0",
        complexity="O(N + M log M), N members in all sets and M in the result", repeat="write",
        arguments=(key("destination"), integer("numkeys"), key("key", spec=1, multiple=True), _WEIGHTS, _AGGREGATE),
    ),
    _entry(
        "zinter", -3, "readonly movablekeys", "@sortedset", KeySpec("RO access", counted=True),
        summary="Returns the members that are in all of several sorted sets.", since="6.2.0",
        complexity="O(N K + M log M), N members in the smallest of K sets and M in the result",
        arguments=(
            integer("numkeys"), key("key", multiple=True), _WEIGHTS, _AGGREGATE, token("WITHSCORES", optional=True),
        ),
    ),
    _entry(
        "zinterstore", -4, "write denyoom movablekeys", "@sortedset",
        (KeySpec("OW update"), KeySpec("RO access", 2, counted=True)),
        summary="Stores the members that are in all of several sorted sets.", since="2.0.0",
        complexity="O(N K + M log M), N members in the smallest of K sets and M in the result", repeat="write",
        arguments=(key("destination"), integer("numkeys"), key("key", spec=1, multiple=True), _WEIGHTS, _AGGREGATE),
    ),
    _entry(
        "zintercard", -3, "readonly movablekeys", "@sortedset", KeySpec("RO access", counted=True),
        summary="Counts the members that are in all of several sorted sets.", since="7.0.0",
        complexity="O(N K), N members in the smallest of K sets",
        arguments=(integer("numkeys"), key("key", multiple=True), integer("limit", "LIMIT", optional=True)),
    ),
    _entry(
        "zdiff", -3, "readonly movablekeys", "@sortedset", KeySpec("RO access", counted=True),
        summary="Returns the members of the first sorted set that are in none of the others.", since="6.2.0",
        complexity="O(N K + M log M), N members in the first of K sets and M in the result",
        arguments=(integer("numkeys"), key("key", multiple=True), token("WITHSCORES", optional=True)),
    ),
    _entry(
        "zdiffstore", -4, "write denyoom movablekeys", "@sortedset",
        (KeySpec("OW update"), KeySpec("RO access", 2, counted=True)),
        summary="Stores the members of the first sorted set that are in none of the others.", since="6.2.0",
        complexity="O(N K + M log M), N members in the first of K sets and M in the result", repeat="write",
        arguments=(key("destination"), integer("numkeys"), key("key", spec=1, multiple=True)),
    ),
    # -- taking members out --------------------------------------------------------------------------------------------
    _entry(
        "zpopmin", -2, "write fast", "@sortedset", KeySpec("RW access delete"),
        summary="Takes the members with the lowest scores out of a sorted set.", since="5.0.0",
        complexity="O(M log N), M members taken of N",
        arguments=(key("key"), integer("count", optional=True)),
    ),
    _entry(
        "zpopmax", -2, "write fast", "@sortedset", KeySpec("RW access delete"),
        summary="Takes the members with the highest scores out of a sorted set.", since="5.0.0",
        complexity="O(M log N), M members taken of N",
        arguments=(key("key"), integer("count", optional=True)),
    ),
    _entry(
        "zmpop", -4, "write movablekeys", "@sortedset", KeySpec("RW access delete", counted=True),
        summary="Takes members from either end of the first of several sorted sets that is there.", since="7.0.0",
        complexity="O(K + M log N), K keys looked at and M members taken of N",
        arguments=(
            integer("numkeys"), key("key", multiple=True),
            oneof("where", token("MIN"), token("MAX")),
            integer("count", "COUNT", optional=True),
        ),
    ),
    _entry(
        "bzpopmin", -3, "write noscript blocking fast", "@sortedset", KeySpec("RW access delete", last=-2),
        summary="Takes the member with the lowest score of the first sorted set that is there, or waits for one.",
        since="5.0.0", complexity="O(log N), N members in the set", timeout=Timeout(1, -1),
        arguments=(key("key", multiple=True), double("timeout")),
        history=(("6.0.0", "The timeout may have a fraction."),),
        variants={NEWER: {"flags": ("write", "blocking", "fast")}},
    ),
    _entry(
        "bzpopmax", -3, "write noscript blocking fast", "@sortedset", KeySpec("RW access delete", last=-2),
        summary="Takes the member with the highest score of the first sorted set that is there, or waits for one.",
        since="5.0.0", complexity="O(log N), N members in the set", timeout=Timeout(1, -1),
        arguments=(key("key", multiple=True), double("timeout")),
        history=(("6.0.0", "The timeout may have a fraction."),),
        variants={NEWER: {"flags": ("write", "blocking", "fast")}},
    ),
    _entry(
        "bzmpop", -5, "write blocking movablekeys", "@sortedset", KeySpec("RW access delete", 2, counted=True),
        summary="Takes members from the first of several sorted sets that is there, or waits for one.", since="7.0.0",
        complexity="O(K + M log N), K keys looked at and M members taken of N", timeout=Timeout(1, 1),
        arguments=(
            double("timeout"), integer("numkeys"), key("key", multiple=True),
            oneof("where", token("MIN"), token("MAX")),
            integer("count", "COUNT", optional=True),
        ),
    ),
]  # fmt: skip
