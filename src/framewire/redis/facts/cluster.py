"""CLUSTER and what belongs to it: nodes, and the slots that they serve."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import block, integer, oneof, pattern, string, token
from framewire.redis.facts.command import NOT_DEPRECATED, command
from framewire.redis.facts.keys import KeySpec
from framewire.redis.facts.servers import NEWER, REDIS_7_0, VALKEY_9_1

__all__ = ["COMMANDS"]

_entry = partial(command, group="cluster")

_CLUSTER = [
    _entry(
        "cluster|addslots", -3, "admin stale no_async_loading",
        summary="Gives slots that nobody serves to this node.", since="3.0.0", complexity="O(N), N slots",
        arguments=(integer("slot", multiple=True),),
    ),
    _entry(
        "cluster|addslotsrange", -4, "admin stale no_async_loading",
        summary="Gives ranges of slots that nobody serves to this node.", since="7.0.0",
        complexity="O(N), N slots of all ranges",
        arguments=(block("start-slot_end-slot", integer("start-slot"), integer("end-slot"), multiple=True),),
    ),
    _entry(
        "cluster|bumpepoch", 2, "admin stale no_async_loading",
        summary="Raises the configuration epoch of this node.", since="3.0.0", tips="nondeterministic_output",
    ),
    _entry(
        "cluster|cancelslotmigrations", 2, "admin stale no_async_loading",
        summary="Stops all slots that are on their way to other nodes.", since="", valkey="9.0.0",
        complexity="O(N), N migrations",
    ),
    _entry(
        "cluster|count-failure-reports", 3, "admin stale",
        summary="Counts the nodes that say of another one that it fails.", since="3.0.0", complexity="O(N), N reports",
        tips="nondeterministic_output", repeat="read",
        arguments=(string("node-id"),),
        history=(("valkey 9.0.0", "Reports on a node that counts as failed already are left out."),),
    ),
    _entry(
        "cluster|countkeysinslot", 3, "stale",
        summary="Counts the keys of a slot on this node.", since="3.0.0", repeat="read",
        arguments=(integer("slot"),),
    ),
    _entry(
        "cluster|delslots", -3, "admin stale no_async_loading",
        summary="Lets this node forget who serves some slots.", since="3.0.0", complexity="O(N), N slots",
        arguments=(integer("slot", multiple=True),),
    ),
    _entry(
        "cluster|delslotsrange", -4, "admin stale no_async_loading",
        summary="Lets this node forget who serves ranges of slots.", since="7.0.0",
        complexity="O(N), N slots of all ranges",
        arguments=(block("start-slot_end-slot", integer("start-slot"), integer("end-slot"), multiple=True),),
    ),
    _entry(
        "cluster|failover", -2, "admin stale no_async_loading",
        summary="Lets a replica take the place of its master.", since="3.0.0",
        arguments=(oneof("options", token("FORCE"), token("TAKEOVER"), optional=True),),
    ),
    _entry(
        "cluster|flushslot", -3, "write admin no_async_loading", "@keyspace",
        summary="Removes all keys of a slot from this node.", since="", valkey="9.0.0",
        complexity="O(N), N keys in the slot",
        arguments=(integer("slot"), oneof("flush-type", token("ASYNC"), token("SYNC"), optional=True)),
    ),
    _entry(
        "cluster|flushslots", 2, "admin stale no_async_loading",
        summary="Lets this node forget who serves which slot.", since="3.0.0",
    ),
    _entry(
        "cluster|forget", 3, "admin stale no_async_loading",
        summary="Removes a node from those that this one knows.", since="3.0.0",
        arguments=(string("node-id"),),
    ),
    _entry(
        "cluster|getkeysinslot", 4, "stale",
        summary="Returns some keys of a slot on this node.", since="3.0.0", complexity="O(N), N keys returned",
        tips="nondeterministic_output", repeat="read",
        arguments=(integer("slot"), integer("count")),
    ),
    _entry(
        "cluster|getslotmigrations", 2, "admin stale no_async_loading",
        summary="Tells which slots are on their way, or arrived lately.", since="", valkey="9.0.0",
        complexity="O(N), N migrations", repeat="read",
    ),
    _entry(
        "cluster|info", 2, "stale",
        summary="Reports on the state of the cluster as this node sees it.", since="3.0.0",
        tips="nondeterministic_output", repeat="read",
        variants={VALKEY_9_1: {"flags": ("loading", "stale")}},
    ),
    _entry(
        "cluster|keyslot", 3, "stale",
        summary="Returns the slot of a key.", since="3.0.0", complexity="O(N), N bytes of the key", repeat="read",
        arguments=(string("key"),),
    ),
    _entry(
        "cluster|links", 2, "stale",
        summary="Returns the links to and from the other nodes.", since="7.0.0", complexity="O(N), N nodes",
        tips="nondeterministic_output", repeat="read",
    ),
    _entry(
        "cluster|meet", -4, "admin stale no_async_loading",
        summary="Makes this node acquainted with another one.", since="3.0.0",
        arguments=(string("ip"), integer("port"), integer("cluster-bus-port", optional=True, since="4.0.0")),
        history=(("4.0.0", "The port of the cluster's bus."),),
        variants={
            REDIS_7_0: {
                "arguments": (string("ip"), integer("port"), integer("cluster_bus_port", optional=True, since="4.0.0")),
            },
        },
    ),
    _entry(
        "cluster|migrateslots", -4, "admin stale no_async_loading",
        summary="Sends slots with their keys from this node to others.", since="", valkey="9.0.0",
        complexity="O(N), N slots of all ranges",
        arguments=(
            block(
                "migration-group", token("SLOTSRANGE", "slotsrange-token"),
                block("range", integer("start-slot"), integer("end-slot"), multiple=True), token("NODE", "node-token"),
                string("node-id"), multiple=True,
            ),
        ),
    ),
    _entry(
        "cluster|myid", 2, "stale",
        summary="Returns the id of this node.", since="3.0.0", repeat="read",
        variants={VALKEY_9_1: {"flags": ("loading", "stale")}},
    ),
    _entry(
        "cluster|myshardid", 2, "stale",
        summary="Returns the id of the shard that this node belongs to.", since="7.2.0", tips="nondeterministic_output",
        repeat="read",
        variants={VALKEY_9_1: {"flags": ("loading", "stale")}},
    ),
    _entry(
        "cluster|nodes", 2, "stale",
        summary="Returns all known nodes with their slots, one line for each.", since="3.0.0",
        complexity="O(N), N nodes", tips="nondeterministic_output", repeat="read",
        variants={VALKEY_9_1: {"flags": ("loading", "stale")}},
    ),
    _entry(
        "cluster|replicas", 3, "admin stale",
        summary="Returns the replicas of a node.", since="5.0.0", complexity="O(N), N nodes",
        tips="nondeterministic_output", repeat="read",
        arguments=(string("node-id"),),
    ),
    _entry(
        "cluster|replicate", 3, "admin stale no_async_loading",
        summary="Makes this node a replica of another one.", since="3.0.0",
        arguments=(string("node-id"),),
        history=(("valkey 9.0.0", "NO ONE."),),
        variants={
            VALKEY_9_1: {
                "arity": -3,
                "arguments": (
                    oneof("args", string("node-id"), block("no-one", token("NO"), token("ONE"), valkey="9.0.0")),
                ),
            },
        },
    ),
    _entry(
        "cluster|reset", -2, "admin noscript stale",
        summary="Lets this node forget the cluster.", since="3.0.0",
        complexity="O(N), N nodes; and what FLUSHALL takes on a replica",
        arguments=(oneof("hard_soft", token("HARD"), token("SOFT"), optional=True),),
    ),
    _entry(
        "cluster|saveconfig", 2, "admin stale no_async_loading",
        summary="Writes what this node knows of the cluster to disk.", since="3.0.0",
    ),
    _entry(
        "cluster|set-config-epoch", 3, "admin stale no_async_loading",
        summary="Gives a new node its configuration epoch.", since="3.0.0",
        arguments=(integer("config-epoch"),),
    ),
    _entry(
        "cluster|setslot", -4, "admin stale no_async_loading",
        summary="Says who serves a slot, or where it moves.", since="3.0.0",
        arguments=(
            integer("slot"),
            oneof(
                "subcommand", string("node-id", "IMPORTING"), string("node-id", "MIGRATING"), string("node-id", "NODE"),
                token("STABLE"),
            ),
            integer("timeout", "TIMEOUT", optional=True, valkey="8.0.0"),
        ),
        history=(("valkey 8.0.0", "TIMEOUT."),),
    ),
    _entry(
        "cluster|shards", 2, "stale",
        summary="Returns the shards with their slots and nodes.", since="7.0.0", complexity="O(N), N nodes",
        tips="nondeterministic_output", repeat="read",
        history=(("valkey 9.1.0", "The id of a shard, and the availability zone of a node."),),
        variants={NEWER: {"flags": ("loading", "stale")}},
    ),
    _entry(
        "cluster|slaves", 3, "admin stale",
        summary="Returns the replicas of a node; the old name of CLUSTER REPLICAS.", since="3.0.0",
        complexity="O(N), N nodes", tips="nondeterministic_output", doc_flags="deprecated", deprecated_since="5.0.0",
        replaced_by="CLUSTER REPLICAS", repeat="read",
        arguments=(string("node-id"),),
    ),
    _entry(
        "cluster|slot-stats", -4, "loading stale",
        summary="Returns how much the slots of this node are used.", since="", valkey="8.0.0",
        complexity="O(N), N slots; O(N log N) with ORDERBY", tips="nondeterministic_output request_policy:all_shards",
        repeat="read",
        arguments=(
            oneof(
                "filter",
                block("slotsrange", integer("start-slot"), integer("end-slot"), word="SLOTSRANGE"),
                block(
                    "orderby", string("metric"), integer("limit", "LIMIT", optional=True),
                    oneof("order", token("ASC"), token("DESC"), optional=True), word="ORDERBY",
                ),
            ),
        ),
    ),
    _entry(
        "cluster|slots", 2, "stale",
        summary="Returns ranges of slots, each with the nodes that serve it.", since="3.0.0",
        complexity="O(N), N nodes", tips="nondeterministic_output", doc_flags="deprecated", deprecated_since="7.0.0",
        replaced_by="CLUSTER SHARDS", repeat="read",
        history=(
            ("4.0.0", "The ids of nodes."),
            ("7.0.0", "Other addresses of nodes."),
            ("valkey 9.1.0", "The availability zone of a node."),
        ),
        variants={
            NEWER: {"flags": ("loading", "stale")},
            VALKEY_9_1: NOT_DEPRECATED,
        },
    ),
    _entry(
        "cluster|syncslots", -3, "admin stale no_async_loading",
        summary="What nodes say to each other while slots migrate.", since="", valkey="9.0.0",
        complexity="Depends on the subcommand", doc_flags="syscmd", changes_link=True,
    ),
    _entry(
        "cluster|help", 2, "loading stale",
        summary="Lists the subcommands of CLUSTER.", since="5.0.0", repeat="read",
    ),
]  # fmt: skip

COMMANDS = [
    _entry(
        "readonly", 1, "loading stale fast", "@connection",
        summary="Lets this connection read from a node of the cluster that is a replica.", since="3.0.0",
        changes_link=True,
    ),
    _entry(
        "readwrite", 1, "loading stale fast", "@connection",
        summary="Takes READONLY back.", since="3.0.0", changes_link=True,
    ),
    _entry(
        "asking", 1, "fast", "@connection",
        summary="Lets the next command reach a slot that this node is just taking over.", since="3.0.0",
        changes_link=True,
    ),
    _entry(
        "cluster", -2,
        summary="Commands about the cluster and its nodes.", since="3.0.0", complexity="Depends on the subcommand",
        subcommands=_CLUSTER,
    ),
    _entry(
        "clusterscan", -2, "readonly", "@keyspace", KeySpec("not_key"),
        summary="Goes through the keys of the whole cluster, page by page.", since="", valkey="9.1.0",
        complexity="O(N), N keys returned",
        tips="nondeterministic_output request_policy:special response_policy:special",
        arguments=(
            string("cursor"), pattern("match-pattern", "MATCH", optional=True),
            integer("count", "COUNT", optional=True), string("type", "TYPE", optional=True),
            integer("slot", "SLOT", optional=True),
        ),
    ),
]  # fmt: skip
