"""CLIENT: one connection, and all of them."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import block, integer, oneof, string, token
from framewire.redis.facts.command import command
from framewire.redis.facts.servers import NEWER, REDIS_7_0, VALKEY_9_1

__all__ = ["COMMANDS"]

_entry = partial(command, group="connection")

_SKIPME = oneof("skipme", token("YES"), token("NO"), word="SKIPME", optional=True)
_FILTERS = (
    string("name", "NAME", optional=True, valkey="9.0.0"), integer("idle", "IDLE", optional=True, valkey="9.0.0"),
    string("flags", "FLAGS", optional=True, valkey="9.0.0"),
    string("lib-name", "LIB-NAME", optional=True, valkey="9.0.0"),
    string("lib-ver", "LIB-VER", optional=True, valkey="9.0.0"), integer("db", "DB", optional=True, valkey="9.0.0"),
    string("capa", "CAPA", optional=True, valkey="9.0.0"), string("ip", "IP", optional=True, valkey="9.0.0"),
)  # fmt: skip
_NOT_FILTERS = (
    integer("not-client-id", "NOT-ID", optional=True, multiple=True, valkey="9.0.0"),
    string("not-username", "NOT-USER", optional=True, valkey="9.0.0"),
    string("ip:port", "NOT-ADDR", optional=True, valkey="9.0.0"),
    string("ip:port", "NOT-LADDR", optional=True, valkey="9.0.0"),
    string("not-name", "NOT-NAME", optional=True, valkey="9.0.0"),
    string("not-flags", "NOT-FLAGS", optional=True, valkey="9.0.0"),
    string("not-lib-name", "NOT-LIB-NAME", optional=True, valkey="9.0.0"),
    string("not-lib-ver", "NOT-LIB-VER", optional=True, valkey="9.0.0"),
    integer("not-db", "NOT-DB", optional=True, valkey="9.0.0"),
    string("not-capa", "NOT-CAPA", optional=True, valkey="9.0.0"),
    string("not-ip", "NOT-IP", optional=True, valkey="9.0.0"),
)

_CLIENT = [
    _entry(
        "client|id", 2, "noscript loading stale", "@connection",
        summary="Returns the number of this connection.", since="5.0.0", repeat="read",
        variants={VALKEY_9_1: {"flags": ("noscript", "loading", "stale", "allow_busy")}},
    ),
    _entry(
        "client|getname", 2, "noscript loading stale", "@connection",
        summary="Returns the name of this connection.", since="2.6.9", repeat="read",
        variants={VALKEY_9_1: {"flags": ("noscript", "loading", "stale", "allow_busy")}},
    ),
    _entry(
        "client|setname", 3, "noscript loading stale", "@connection",
        summary="Gives this connection a name.", since="2.6.9", changes_link=True,
        arguments=(string("connection-name"),),
        variants={
            NEWER: {"tips": ("request_policy:all_nodes", "response_policy:all_succeeded")},
            VALKEY_9_1: {"flags": ("noscript", "loading", "stale", "allow_busy")},
        },
    ),
    _entry(
        "client|setinfo", 4, "noscript loading stale", "@connection",
        summary="Notes which library the client is, and its version.", since="7.2.0",
        tips="request_policy:all_nodes response_policy:all_succeeded", changes_link=True,
        arguments=(oneof("attr", string("libname", "LIB-NAME"), string("libver", "LIB-VER")),),
        variants={VALKEY_9_1: {"flags": ("noscript", "loading", "stale", "allow_busy")}},
    ),
    _entry(
        "client|info", 2, "noscript loading stale", "@connection",
        summary="Describes this connection in one line.", since="6.2.0", tips="nondeterministic_output", repeat="read",
    ),
    _entry(
        "client|list", -2, "admin noscript loading stale", "@connection",
        summary="Describes connections, one line for each.", since="2.4.0", complexity="O(N), N connections",
        tips="nondeterministic_output", repeat="read",
        arguments=(
            oneof(
                "client-type", token("NORMAL"), token("MASTER"), token("REPLICA"), token("PUBSUB"), word="TYPE",
                optional=True, since="5.0.0",
            ),
            integer("client-id", "ID", optional=True, multiple=True, since="6.2.0"),
            string("username", "USER", optional=True, valkey="8.1.0"),
            string("ip:port", "ADDR", optional=True, valkey="8.1.0"),
            string("ip:port", "LADDR", optional=True, valkey="8.1.0"),
            oneof("skipme", token("YES"), token("NO"), word="SKIPME", optional=True, valkey="8.1.0"),
            integer("maxage", "MAXAGE", optional=True, valkey="8.1.0"),
            *_FILTERS,
            oneof(
                "not-client-type", token("NORMAL"), token("MASTER"), token("REPLICA"), token("PUBSUB"), word="NOT-TYPE",
                optional=True, valkey="9.0.0",
            ),
            *_NOT_FILTERS,
        ),
        history=(
            ("2.8.12", "The field id."),
            ("5.0.0", "TYPE."),
            ("6.0.0", "The field user."),
            ("6.2.0", "The fields argv-mem, tot-mem, laddr and redir; ID."),
            ("7.0.0", "The fields resp, multi-mem, rbs and rbp."),
            ("7.0.3", "The field ssub."),
            ("redis 7.2.0", "The fields lib-name and lib-ver."),
            ("redis 7.4.0", "The field watch."),
            ("8.0.0", "The field io-thread."),
            ("valkey 8.1.0", "Filters USER, ADDR, LADDR, SKIPME and MAXAGE."),
            ("valkey 9.0.0", "Filters NAME, IDLE, FLAGS, LIB-NAME, LIB-VER, DB, CAPA and IP, and NOT- before each."),
        ),
        variants={
            REDIS_7_0: {
                "arguments": (
                    oneof(
                        "normal_master_replica_pubsub", token("NORMAL"), token("MASTER"), token("REPLICA"),
                        token("PUBSUB"), word="TYPE", optional=True, since="5.0.0",
                    ),
                    block("id", integer("client-id", multiple=True), word="ID", optional=True, since="6.2.0"),
                ),
            },
        },
    ),
    _entry(
        "client|kill", -3, "admin noscript loading stale", "@connection",
        summary="Closes connections.", since="2.4.0", complexity="O(N), N connections",
        arguments=(
            oneof(
                "filter", string("ip:port", deprecated_since="2.8.12"),
                oneof(
                    "new-format", integer("client-id", "ID", optional=True, since="2.8.12"),
                    oneof(
                        "client-type", token("NORMAL"), token("MASTER", since="3.2.0"), token("SLAVE"),
                        token("REPLICA", since="5.0.0"), token("PUBSUB"), word="TYPE", optional=True, since="2.8.12",
                    ),
                    string("username", "USER", optional=True), string("ip:port", "ADDR", optional=True),
                    string("ip:port", "LADDR", optional=True, since="6.2.0"),
                    _SKIPME,
                    integer("maxage", "MAXAGE", optional=True, since="7.4.0"), multiple=True,
                ),
            ),
        ),
        history=(
            ("2.8.12", "ID and TYPE."),
            ("3.2.0", "TYPE MASTER."),
            ("5.0.0", "TYPE REPLICA, for SLAVE."),
            ("6.2.0", "LADDR."),
            ("redis 7.4.0", "MAXAGE."),
            ("valkey 8.0.0", "TYPE PRIMARY, for MASTER."),
            ("valkey 8.1.0", "Several IDs at once."),
            ("valkey 9.0.0", "Filters NAME, IDLE, FLAGS, LIB-NAME, LIB-VER, DB, CAPA and IP, and NOT- before each."),
        ),
        variants={
            REDIS_7_0: {
                "arguments": (
                    oneof(
                        "filter", string("ip:port", deprecated_since="2.8.12"),
                        oneof(
                            "new-format", integer("client-id", "ID", optional=True, since="2.8.12"),
                            oneof(
                                "normal_master_slave_pubsub", token("NORMAL"), token("MASTER", since="3.2.0"),
                                token("SLAVE"), token("REPLICA", since="5.0.0"), token("PUBSUB"), word="TYPE",
                                optional=True, since="2.8.12",
                            ),
                            string("username", "USER", optional=True), string("ip:port", "ADDR", optional=True),
                            string("ip:port", "LADDR", optional=True, since="6.2.0"),
                            string("yes/no", "SKIPME", optional=True), multiple=True,
                        ),
                    ),
                ),
            },
            VALKEY_9_1: {
                "arguments": (
                    oneof(
                        "filter", string("ip:port", deprecated_since="2.8.12"),
                        oneof(
                            "new-format", integer("client-id", "ID", optional=True, multiple=True, since="2.8.12"),
                            oneof(
                                "client-type", token("NORMAL"), token("MASTER", since="3.2.0"),
                                token("PRIMARY", valkey="8.0.0"), token("SLAVE"), token("REPLICA", since="5.0.0"),
                                token("PUBSUB"), word="TYPE", optional=True, since="2.8.12",
                            ),
                            string("username", "USER", optional=True), string("ip:port", "ADDR", optional=True),
                            string("ip:port", "LADDR", optional=True, since="6.2.0"),
                            _SKIPME,
                            integer("maxage", "MAXAGE", optional=True, valkey="8.0.0"),
                            *_FILTERS,
                            oneof(
                                "not-client-type", token("NORMAL"), token("MASTER"), token("PRIMARY"), token("SLAVE"),
                                token("REPLICA"), token("PUBSUB"), word="NOT-TYPE", optional=True, valkey="9.0.0",
                            ),
                            *_NOT_FILTERS,
                            multiple=True,
                        ),
                    ),
                ),
            },
        },
    ),
    _entry(
        "client|pause", -3, "admin noscript loading stale", "@connection",
        summary="Lets commands wait for a time, all or those that write.", since="2.9.50",
        complexity="O(N), N connections",
        arguments=(integer("timeout"), oneof("mode", token("WRITE"), token("ALL"), optional=True, since="6.2.0")),
        history=(("6.2.0", "WRITE and ALL."),),
        variants={NEWER: {"since": "3.0.0"}},
    ),
    _entry(
        "client|unpause", 2, "admin noscript loading stale", "@connection",
        summary="Lets all commands go on.", since="6.2.0", complexity="O(N), N connections",
    ),
    _entry(
        "client|unblock", -3, "admin noscript loading stale", "@connection",
        summary="Ends the waiting of a blocked client.", since="5.0.0",
        arguments=(integer("client-id"), oneof("timeout_error", token("TIMEOUT"), token("ERROR"), optional=True)),
    ),
    _entry(
        "client|reply", 3, "noscript loading stale", "@connection",
        summary="Says whether this connection wants replies.", since="3.2.0", changes_link=True,
        arguments=(oneof("on_off_skip", token("ON"), token("OFF"), token("SKIP")),),
        variants={VALKEY_9_1: {"flags": ("noscript", "loading", "stale", "no_multi", "allow_busy")}},
    ),
    _entry(
        "client|no-evict", 3, "admin noscript loading stale", "@connection",
        summary="Keeps this connection from being closed when all of them take too much memory.", since="7.0.0",
        changes_link=True,
        arguments=(oneof("enabled", token("ON"), token("OFF")),),
        variants={VALKEY_9_1: {"flags": ("admin", "noscript", "loading", "stale", "allow_busy")}},
    ),
    _entry(
        "client|no-touch", 3, "noscript loading stale", "@connection",
        summary="Lets commands of this connection leave the age of keys alone.", since="7.2.0", changes_link=True,
        arguments=(oneof("enabled", token("ON"), token("OFF")),),
        variants={VALKEY_9_1: {"flags": ("noscript", "loading", "stale", "allow_busy")}},
    ),
    _entry(
        "client|getredir", 2, "noscript loading stale", "@connection",
        summary="Returns the connection that hears of changed keys in place of this one.", since="6.0.0", repeat="read",
        variants={VALKEY_9_1: {"flags": ("noscript", "loading", "stale", "allow_busy")}},
    ),
    _entry(
        "client|trackinginfo", 2, "noscript loading stale", "@connection",
        summary="Tells how this connection hears of changed keys.", since="6.2.0", repeat="read",
    ),
    _entry(
        "client|caching", 3, "noscript loading stale", "@connection",
        summary="Says whether the keys of the next command are tracked.", since="6.0.0", changes_link=True,
        arguments=(oneof("mode", token("YES"), token("NO")),),
        variants={VALKEY_9_1: {"flags": ("noscript", "loading", "stale", "allow_busy")}},
    ),
    _entry(
        "client|capa", -3, "noscript loading stale allow_busy", "@connection",
        summary="Tells the server what this client can do beyond the usual.", since="", valkey="8.0.0",
        changes_link=True,
        arguments=(string("capability", multiple=True),),
    ),
    _entry(
        "client|import-source", 3, "noscript loading stale", "@connection",
        summary="Says that this client brings data in, while the server is being filled.", since="", valkey="8.1.0",
        changes_link=True,
        arguments=(oneof("enabled", token("ON"), token("OFF")),),
    ),
    _entry(
        "client|tracking", -3, "noscript loading stale", "@connection",
        summary="Lets the server tell this client, or another, when keys change that it has read.", since="6.0.0",
        complexity="O(1); O(N) with N prefixes", changes_link=True,
        arguments=(
            oneof("status", token("ON"), token("OFF")),
            integer("client-id", "REDIRECT", optional=True),
            string("prefix", "PREFIX", optional=True, multiple=True, repeats_word=True), token("BCAST", optional=True),
            token("OPTIN", optional=True), token("OPTOUT", optional=True), token("NOLOOP", optional=True),
        ),
    ),
    _entry(
        "client|help", 2, "loading stale", "@connection",
        summary="Lists the subcommands of CLIENT.", since="5.0.0", repeat="read",
    ),
]  # fmt: skip

COMMANDS = [
    _entry(
        "client", -2,
        summary="Commands about connections.", since="2.4.0", complexity="Depends on the subcommand",
        subcommands=_CLIENT,
    ),
]  # fmt: skip
