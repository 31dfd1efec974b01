"""Commands about the server: its time, its databases as a whole, its parameters."""

from __future__ import annotations

from collections.abc import Iterable

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.containers import help_of
from framewire.redis.server.commands.replies import OK
from framewire.redis.server.commands.server.info import info_report
from framewire.redis.server.keyspace.database import Db
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError

__all__ = [
    "None",
    "config_get",
    "config_help",
    "config_resetstat",
    "config_rewrite",
    "config_set",
    "dbsize",
    "flushall",
    "flushdb",
    "info",
    "time",
]


def time(client: Client, request: list[bytes]) -> object:
    """Seconds and microseconds; our clock counts in milliseconds."""
    seconds, milliseconds = divmod(client.state.now(), 1000)
    return [b"%d" % seconds, b"%d" % (milliseconds * 1000)]


def dbsize(client: Client, request: list[bytes]) -> object:
    return client.db.size(client.state.clock)


def flushdb(client: Client, request: list[bytes]) -> object:
    return _flush(client, [client.db], Arguments(request))


def flushall(client: Client, request: list[bytes]) -> object:
    return _flush(client, client.state.databases, Arguments(request))


def _flush(client: Client, databases: Iterable[Db], arguments: Arguments) -> object:
    """ASYNC and SYNC are accepted and make no difference: replies come when the keys are gone."""
    if arguments and arguments.next_word() not in (b"ASYNC", b"SYNC"):
        raise CommandError(SYNTAX_ERROR)
    arguments.finish()
    client.state.databases.flush(databases)
    return OK


def info(client: Client, request: list[bytes]) -> object:
    return info_report(client, request[1:])


def config_get(client: Client, request: list[bytes]) -> object:
    return client.state.config.get(request[2:])


def config_set(client: Client, request: list[bytes]) -> object:
    if len(request) % 2:
        raise CommandError(SYNTAX_ERROR)
    client.state.config.set(list(zip(request[2::2], request[3::2], strict=True)))
    client.state.obey_config()
    client.state.on_config()
    return OK


def config_resetstat(client: Client, request: list[bytes]) -> object:
    client.state.reset_statistics()
    return OK


def config_rewrite(client: Client, request: list[bytes]) -> object:
    raise CommandError(b"ERR The server is running without a config file")


config_help = help_of("config", {
    "GET <pattern> [<pattern> ...]": "The parameters whose names match, and their values.",
    "RESETSTAT": "Set the counters of INFO to 0.",
    "REWRITE": "There is no configuration file to rewrite.",
    "SET <parameter> <value> [<parameter> <value> ...]": "Change parameters, all or none.",
})  # fmt: skip
