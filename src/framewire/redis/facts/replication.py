"""Masters and replicas: who is which, and what they say to each other."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import block, integer, key, oneof, string, token
from framewire.redis.facts.command import command
from framewire.redis.facts.keys import KeySpec

__all__ = ["COMMANDS"]

_entry = partial(command, group="server")

COMMANDS = [
    _entry(
        "role", 1, "noscript loading stale fast", "@admin @dangerous",
        summary="Tells whether the server is a master, a replica or a Sentinel, and who belongs to it.", since="2.8.12",
        repeat="read",
    ),
    _entry(
        "replicaof", 3, "admin noscript stale no_async_loading",
        summary="Makes the server a replica of another one, or a master again.", since="5.0.0",
        arguments=(
            oneof(
                "args", block("host-port", string("host"), integer("port")), block("no-one", token("NO"), token("ONE")),
            ),
        ),
    ),
    _entry(
        "slaveof", 3, "admin noscript stale no_async_loading",
        summary="The old name of REPLICAOF.", doc_flags="deprecated", deprecated_since="5.0.0", replaced_by="REPLICAOF",
        arguments=(
            oneof(
                "args", block("host-port", string("host"), integer("port")), block("no-one", token("NO"), token("ONE")),
            ),
        ),
    ),
    _entry(
        "failover", -1, "admin noscript stale",
        summary="Lets a replica take the place of this master.", since="6.2.0",
        arguments=(
            block("target", string("host"), integer("port"), token("FORCE", optional=True), word="TO", optional=True),
            token("ABORT", optional=True), integer("milliseconds", "TIMEOUT", optional=True),
        ),
    ),
    _entry(
        "psync", -3, "admin noscript no_async_loading no_multi",
        summary="Asks for what was written from a certain place on; replicas send it.", since="2.8.0",
        complexity="O(N), N bytes of the data set where all of it is sent", changes_link=True,
        arguments=(string("replicationid"), integer("offset")),
    ),
    _entry(
        "replconf", -1, "admin noscript loading stale allow_busy",
        summary="Tells a master about its replica.", since="3.0.0", doc_flags="syscmd", changes_link=True,
    ),
    _entry(
        "restore-asking", -4, "write denyoom asking", "@keyspace @dangerous", KeySpec("OW update"),
        summary="RESTORE with ASKING before it, as nodes of a cluster send it.", since="3.0.0",
        complexity="O(N), N bytes of the value; O(N log N) for sorted sets", doc_flags="syscmd",
        arguments=(
            key("key"), integer("ttl"), string("serialized-value"), token("REPLACE", optional=True, since="3.0.0"),
            token("ABSTTL", optional=True, since="5.0.0"), integer("seconds", "IDLETIME", optional=True, since="5.0.0"),
            integer("frequency", "FREQ", optional=True, since="5.0.0"),
        ),
        history=(("3.0.0", "REPLACE."), ("5.0.0", "IDLETIME and FREQ.")),
    ),
    _entry(
        "sync", 1, "admin noscript no_async_loading no_multi",
        summary="Asks for the whole data set and for what is written from then on; replicas send it.",
        complexity="O(N), N bytes of the data set", changes_link=True,
    ),
]  # fmt: skip
