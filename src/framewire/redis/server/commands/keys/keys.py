"""Commands on keys, whatever their values are: whether they are there, their names, their types, going away.

What belongs here: what leaves values as they are. Moving and copying them has a file of its own (`moving.py`), and so
have times (`expiry.py`), SORT (`sorting.py`) and OBJECT (`objects.py`).
"""

from __future__ import annotations

from framewire.frames.resp import Simple
from framewire.redis.facts.command import Command, KeySpec
from framewire.redis.glob import compile_glob
from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.lookup import remove
from framewire.redis.server.commands.shared.scanning import ScanOptions, page, parse_cursor
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.values.strings import kind_of

__all__ = ["COMMANDS"]

_NO_TYPE = Simple(b"none")


def delete(client: Client, request: list[bytes]) -> object:
    return sum(remove(client, key) for key in request[1:])


def exists(client: Client, request: list[bytes]) -> object:
    """A key that is named twice counts twice."""
    db, now = client.db, client.state.clock
    return sum(db.read(key, now) is not None for key in request[1:])


def type_(client: Client, request: list[bytes]) -> object:
    value = client.db.read(request[1], client.state.clock)
    return _NO_TYPE if value is None else Simple(kind_of(value))


def keys(client: Client, request: list[bytes]) -> object:
    names = client.db.keys(client.state.clock)
    if request[1] == b"*":  # also the empty key, which no pattern of stars matches
        return names
    matches = compile_glob(request[1])
    return [name for name in names if matches(name)]


def scan(client: Client, request: list[bytes]) -> object:
    """A page may hold fewer keys than were asked for, or none: what does not match, or has ended, is left out."""
    cursor = parse_cursor(request[1])
    options = ScanOptions(Arguments(request, 2), with_type=True)
    db, now = client.db, client.state.clock
    following, names = page(client, db.values.keys(), cursor, options)
    found = [(name, value) for name in names if (value := db.peek(name, now)) is not None]
    return [b"%d" % following, [name for name, value in found if options.kind in (None, kind_of(value))]]


def randomkey(client: Client, request: list[bytes]) -> object:
    db = client.db
    return db.sampler.one(db.values) if db.size(client.state.clock) else None


_KEYSPACE = "@keyspace"
_EACH_SHARD_SUMS = ("request_policy:multi_shard", "response_policy:agg_sum")

COMMANDS = [
    Command(
        "del", delete, -2, "write", KeySpec("RM delete", last=-1), _KEYSPACE, tips=_EACH_SHARD_SUMS,
        summary="Removes keys; returns how many were there.", group="generic", complexity="O(N), N keys",
    ),
    Command(
        "unlink", delete, -2, "write fast", KeySpec("RM delete", last=-1), _KEYSPACE, tips=_EACH_SHARD_SUMS,
        summary="Removes keys, as DEL does; returns how many were there.", since="4.0.0", group="generic",
        complexity="O(N), N keys",
    ),
    Command(
        "exists", exists, -2, "readonly fast", KeySpec("RO", last=-1), _KEYSPACE, tips=_EACH_SHARD_SUMS,
        summary="Counts how many of the keys are there.", group="generic", complexity="O(N), N keys",
    ),
    Command(
        "touch", exists, -2, "readonly fast", KeySpec("RO", last=-1), _KEYSPACE, tips=_EACH_SHARD_SUMS,
        summary="Counts how many of the keys are there, and counts as a use of them.", since="3.2.1", group="generic",
        complexity="O(N), N keys",
    ),
    Command(
        "type", type_, 2, "readonly fast", KeySpec("RO"), _KEYSPACE,
        summary="Returns the type of the value that a key holds.", group="generic", complexity="O(1)",
    ),
    Command(
        "keys", keys, 2, "readonly", None, "@keyspace @dangerous",
        tips=("request_policy:all_shards", "nondeterministic_output_order"),
        summary="Returns all keys that match a pattern.", group="generic", complexity="O(N), N keys in the database",
    ),
    Command(
        "scan", scan, -2, "readonly", None, _KEYSPACE, tips=("nondeterministic_output", "request_policy:special"),
        summary="Returns the keys page by page.", since="2.8.0", group="generic",
        complexity="O(1) for a page, O(N) for the first one, N keys in the database",
    ),
    Command(
        "randomkey", randomkey, 1, "readonly", None, _KEYSPACE,
        tips=("request_policy:all_shards", "nondeterministic_output"),
        summary="Returns any key.", group="generic", complexity="O(1) on average",
    ),
]  # fmt: skip
