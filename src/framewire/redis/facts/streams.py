"""Streams, and the groups that read them."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import block, integer, key, oneof, string, token, unix_time
from framewire.redis.facts.command import command
from framewire.redis.facts.keys import KeySpec
from framewire.redis.facts.repeats import Unless
from framewire.redis.facts.servers import REDIS_7_0
from framewire.redis.facts.timeouts import Timeout

__all__ = ["COMMANDS"]

_entry = partial(command, group="stream")

_XGROUP = [
    _entry(
        "xgroup|create", -5, "write denyoom", "@stream", KeySpec("RW insert", 2, 2),
        summary="Creates a group that reads a stream from an id on.", since="5.0.0",
        arguments=(
            key("key"), string("group"),
            oneof("id-selector", string("id"), token("$", "new-id")),
            token("MKSTREAM", optional=True), integer("entries-read", "ENTRIESREAD", optional=True),
        ),
        history=(("7.0.0", "ENTRIESREAD."),),
        variants={
            REDIS_7_0: {
                "arguments": (
                    key("key"), string("groupname"),
                    oneof("id", string("id"), token("$", "new_id")),
                    token("MKSTREAM", optional=True), integer("entries_read", "ENTRIESREAD", optional=True),
                ),
            },
        },
    ),
    _entry(
        "xgroup|setid", -5, "write", "@stream", KeySpec("RW update", 2, 2),
        summary="Sets the last id that a group has read.", since="5.0.0",
        arguments=(
            key("key"), string("group"),
            oneof("id-selector", string("id"), token("$", "new-id")),
            integer("entries-read", "ENTRIESREAD", optional=True),
        ),
        history=(("7.0.0", "ENTRIESREAD."),),
        variants={
            REDIS_7_0: {
                "arguments": (
                    key("key"), string("groupname"),
                    oneof("id", string("id"), token("$", "new_id")),
                    integer("entries_read", "ENTRIESREAD", optional=True),
                ),
            },
        },
    ),
    _entry(
        "xgroup|destroy", 4, "write", "@stream", KeySpec("RW delete", 2, 2),
        summary="Removes a group.", since="5.0.0", complexity="O(N), N entries pending",
        arguments=(key("key"), string("group")),
        variants={REDIS_7_0: {"arguments": (key("key"), string("groupname"))}},
    ),
    _entry(
        "xgroup|createconsumer", 5, "write denyoom", "@stream", KeySpec("RW insert", 2, 2),
        summary="Adds a consumer to a group.", since="6.2.0",
        arguments=(key("key"), string("group"), string("consumer")),
        variants={REDIS_7_0: {"arguments": (key("key"), string("groupname"), string("consumername"))}},
    ),
    _entry(
        "xgroup|delconsumer", 5, "write", "@stream", KeySpec("RW delete", 2, 2),
        summary="Removes a consumer; returns how many entries it had not acknowledged.", since="5.0.0",
        complexity="O(N log M), N entries pending for the consumer, M for the group",
        arguments=(key("key"), string("group"), string("consumer")),
        variants={REDIS_7_0: {"arguments": (key("key"), string("groupname"), string("consumername"))}},
    ),
    _entry(
        "xgroup|help", 2, "loading stale", "@stream",
        summary="Lists the subcommands of XGROUP.", since="5.0.0", repeat="read",
    ),
]  # fmt: skip

_XINFO = [
    _entry(
        "xinfo|stream", -3, "readonly", "@stream", KeySpec("RO access", 2, 2),
        summary="Returns what is known of a stream, or all that is in it.", since="5.0.0",
        complexity="O(N), N nodes of up to some hundred entries; with FULL also what is returned",
        arguments=(
            key("key"),
            block("full-block", token("FULL"), integer("count", "COUNT", optional=True), optional=True),
        ),
        history=(
            ("6.0.0", "FULL."),
            ("7.0.0", "The fields max-deleted-entry-id, entries-added, recorded-first-entry-id, entries-read and lag."),
            ("7.2.0", "The field active-time; seen-time means something else."),
        ),
        variants={
            REDIS_7_0: {
                "arguments": (
                    key("key"),
                    block("full", integer("count", "COUNT", optional=True), word="FULL", optional=True),
                ),
            },
        },
    ),
    _entry(
        "xinfo|groups", 3, "readonly", "@stream", KeySpec("RO access", 2, 2),
        summary="Returns the groups of a stream.", since="5.0.0", complexity="O(N log N), N groups",
        arguments=(key("key"),),
        history=(("7.0.0", "The fields entries-read and lag."),),
    ),
    _entry(
        "xinfo|consumers", 4, "readonly", "@stream", KeySpec("RO access", 2, 2),
        summary="Returns the consumers of a group.", since="5.0.0", complexity="O(N log N), N consumers",
        tips="nondeterministic_output",
        arguments=(key("key"), string("group")),
        history=(("7.2.0", "The field inactive; idle means something else."),),
        variants={REDIS_7_0: {"arguments": (key("key"), string("groupname"))}},
    ),
    _entry(
        "xinfo|help", 2, "loading stale", "@stream",
        summary="Lists the subcommands of XINFO.", since="5.0.0", repeat="read",
    ),
]  # fmt: skip

COMMANDS = [
    _entry(
        "xadd", -5, "write denyoom fast", "@stream",
        KeySpec("RW update", notes="UPDATE instead of INSERT because of the optional trimming feature"),
        summary="Adds an entry to a stream; returns its id.", since="5.0.0",
        complexity="O(1); O(N) where N entries are trimmed", tips="nondeterministic_output",
        arguments=(
            key("key"), token("NOMKSTREAM", optional=True, since="6.2.0"),
            block(
                "trim", oneof("strategy", token("MAXLEN"), token("MINID", since="6.2.0")),
                oneof("operator", token("=", "equal"), token("~", "approximately"), optional=True), string("threshold"),
                integer("count", "LIMIT", optional=True, since="6.2.0"), optional=True,
            ),
            oneof("id_or_auto", token("*", "auto_id"), string("id")),
            block("field_value", string("field"), string("value"), multiple=True),
        ),
        history=(("6.2.0", "NOMKSTREAM, MINID and LIMIT."), ("7.0.0", "Ids such as 5-*.")),
    ),
    _entry(
        "xlen", 2, "readonly fast", "@stream", KeySpec("RO"),
        summary="Returns how many entries a stream has.", since="5.0.0",
        arguments=(key("key"),),
    ),
    _entry(
        "xrange", -4, "readonly", "@stream", KeySpec("RO access"),
        summary="Returns the entries of a stream between two ids.", since="5.0.0",
        complexity="O(log N + M), N entries in the stream and M returned",
        arguments=(key("key"), string("start"), string("end"), integer("count", "COUNT", optional=True)),
        history=(("6.2.0", "Bounds that are left out themselves."),),
    ),
    _entry(
        "xrevrange", -4, "readonly", "@stream", KeySpec("RO access"),
        summary="Returns the entries of a stream between two ids, the last one first.", since="5.0.0",
        complexity="O(log N + M), N entries in the stream and M returned",
        arguments=(key("key"), string("end"), string("start"), integer("count", "COUNT", optional=True)),
        history=(("6.2.0", "Bounds that are left out themselves."),),
    ),
    _entry(
        "xdel", -3, "write fast", "@stream", KeySpec("RW delete"),
        summary="Removes entries from a stream; returns how many were there.", since="5.0.0",
        complexity="O(log N) for each id, N entries in the stream",
        arguments=(key("key"), string("id", multiple=True)),
    ),
    _entry(
        "xsetid", -3, "write denyoom fast", "@stream", KeySpec("RW update"),
        summary="Sets the last id of a stream, and what it counts.", since="5.0.0",
        arguments=(
            key("key"), string("last-id"), integer("entries-added", "ENTRIESADDED", optional=True, since="7.0.0"),
            string("max-deleted-id", "MAXDELETEDID", optional=True, since="7.0.0"),
        ),
        history=(("7.0.0", "ENTRIESADDED and MAXDELETEDID."),),
        variants={
            REDIS_7_0: {
                "arguments": (
                    key("key"), string("last-id"),
                    integer("entries_added", "ENTRIESADDED", optional=True, since="7.0.0"),
                    string("max_deleted_entry_id", "MAXDELETEDID", optional=True, since="7.0.0"),
                ),
            },
        },
    ),
    _entry(
        "xtrim", -4, "write", "@stream", KeySpec("RW delete"),
        summary="Removes the oldest entries of a stream.", since="5.0.0", complexity="O(N), N entries removed",
        tips="nondeterministic_output",
        arguments=(
            key("key"),
            block(
                "trim", oneof("strategy", token("MAXLEN"), token("MINID", since="6.2.0")),
                oneof("operator", token("=", "equal"), token("~", "approximately"), optional=True), string("threshold"),
                integer("count", "LIMIT", optional=True, since="6.2.0"),
            ),
        ),
        history=(("6.2.0", "MINID and LIMIT."),),
    ),
    _entry(
        "xread", -4, "readonly blocking movablekeys", "@stream",
        KeySpec("RO access", last=-1, keyword="STREAMS", limit=2),
        summary="Returns the entries of streams behind given ids; can wait for some.", since="5.0.0",
        complexity="O(log N + M) for each stream, N entries in it and M returned",
        repeat_in=Unless("read", 1, (b"$",)),
        timeout=Timeout(1000, word=b"BLOCK", until=b"STREAMS", options={b"COUNT": 2}),
        arguments=(
            integer("count", "COUNT", optional=True), integer("milliseconds", "BLOCK", optional=True),
            block("streams", key("key", multiple=True), string("id", multiple=True), word="STREAMS"),
        ),
    ),
    # -- groups --------------------------------------------------------------------------------------------------------
    _entry(
        "xreadgroup", -7, "write blocking movablekeys", "@stream",
        KeySpec("RO access", 4, -1, keyword="STREAMS", limit=2),
        summary="Returns entries that a group has not read yet, or that a consumer has not acknowledged; can wait "
        "for some.",
        since="5.0.0", complexity="O(log N + M) for each stream, N entries in it and M returned",
        timeout=Timeout(1000, word=b"BLOCK", until=b"STREAMS", options={b"GROUP": 3, b"COUNT": 2}),
        arguments=(
            block("group_consumer", string("group"), string("consumer"), word="GROUP"),
            integer("count", "COUNT", optional=True), integer("milliseconds", "BLOCK", optional=True),
            token("NOACK", optional=True),
            block("streams", key("key", multiple=True), string("id", multiple=True), word="STREAMS"),
        ),
    ),
    _entry(
        "xgroup", -2,
        summary="Commands about groups that read a stream.", since="5.0.0", complexity="Depends on the subcommand",
        subcommands=_XGROUP,
    ),
    _entry(
        "xack", -4, "write fast", "@stream", KeySpec("RW update"),
        summary="Says that entries are done with; returns how many were pending.", since="5.0.0",
        complexity="O(log N) for each id, N entries pending",
        arguments=(key("key"), string("group"), string("id", multiple=True)),
    ),
    _entry(
        "xpending", -3, "readonly", "@stream", KeySpec("RO access"),
        summary="Returns what is delivered and not acknowledged.", since="5.0.0",
        complexity="O(log N + M), N entries pending and M returned or, with IDLE, looked at",
        tips="nondeterministic_output",
        arguments=(
            key("key"), string("group"),
            block(
                "filters", integer("min-idle-time", "IDLE", optional=True, since="6.2.0"), string("start"),
                string("end"), integer("count"), string("consumer", optional=True), optional=True,
            ),
        ),
        history=(("6.2.0", "IDLE, and bounds that are left out themselves."),),
    ),
    _entry(
        "xclaim", -6, "write fast", "@stream", KeySpec("RW update"),
        summary="Takes over entries that are pending for another consumer.", since="5.0.0",
        complexity="O(log N) for each id, N entries pending", tips="nondeterministic_output",
        arguments=(
            key("key"), string("group"), string("consumer"), string("min-idle-time"), string("id", multiple=True),
            integer("ms", "IDLE", optional=True), unix_time("unix-time-milliseconds", "TIME", optional=True),
            integer("count", "RETRYCOUNT", optional=True), token("FORCE", optional=True),
            token("JUSTID", optional=True), string("lastid", "LASTID", optional=True),
        ),
        variants={
            REDIS_7_0: {
                "arguments": (
                    key("key"), string("group"), string("consumer"), string("min-idle-time"),
                    string("id", multiple=True), integer("ms", "IDLE", optional=True),
                    unix_time("unix-time-milliseconds", "TIME", optional=True),
                    integer("count", "RETRYCOUNT", optional=True), token("FORCE", optional=True),
                    token("JUSTID", optional=True), string("id", "LASTID", optional=True),
                ),
            },
        },
    ),
    _entry(
        "xautoclaim", -6, "write fast", "@stream", KeySpec("RW delete"),
        summary="Takes over entries that are pending for a long time, from an id on.", since="6.2.0",
        complexity="O(log N + M), N entries pending and M looked at, ten times the COUNT at most",
        tips="nondeterministic_output",
        arguments=(
            key("key"), string("group"), string("consumer"), string("min-idle-time"), string("start"),
            integer("count", "COUNT", optional=True), token("JUSTID", optional=True),
        ),
        history=(("7.0.0", "The ids of pending entries that are no longer in the stream."),),
    ),
    _entry(
        "xinfo", -2,
        summary="Commands about what is known of streams.", since="5.0.0", complexity="Depends on the subcommand",
        subcommands=_XINFO,
    ),
]  # fmt: skip
