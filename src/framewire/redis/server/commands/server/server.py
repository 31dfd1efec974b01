"""Commands about the server as a whole: its time, how many keys it has, and emptying it."""

from __future__ import annotations

from collections.abc import Iterable

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.server.sizes import give_back_memory
from framewire.redis.server.commands.shared.flush import check_flush_mode
from framewire.redis.server.commands.shared.replies import OK
from framewire.redis.server.keyspace.database import Db

__all__ = ["dbsize", "flushall", "flushdb", "time"]


def time(client: Client, request: list[bytes]) -> object:
    """Seconds and microseconds."""
    seconds, microseconds = divmod(client.state.microseconds(), 1_000_000)
    return [b"%d" % seconds, b"%d" % microseconds]


def dbsize(client: Client, request: list[bytes]) -> object:
    return client.db.size(client.state.clock)


def flushdb(client: Client, request: list[bytes]) -> object:
    return _flush(client, [client.db], request)


def flushall(client: Client, request: list[bytes]) -> object:
    return _flush(client, client.state.databases, request)


_MANY = 10_000  # keys from which on it is worth asking for their memory


def _flush(client: Client, databases: Iterable[Db], request: list[bytes]) -> object:
    check_flush_mode(request[1:])
    chosen = list(databases)
    many = sum(len(db.values) for db in chosen) >= _MANY
    client.state.databases.flush(chosen, client.state.clock)
    if many:
        give_back_memory()
    return OK
