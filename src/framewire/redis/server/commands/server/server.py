"""Commands about the server: its time, its databases as a whole, its parameters."""

from __future__ import annotations

from collections.abc import Iterable

from framewire.redis.facts.command import Command
from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.containers import help_command, subcommands
from framewire.redis.server.commands.replies import OK
from framewire.redis.server.commands.server.info import info_report
from framewire.redis.server.keyspace.database import Db
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError

__all__ = ["COMMANDS"]


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


_CONFIGURES = "admin noscript loading stale"

_CONFIG = subcommands([
    Command(
        "config|get", config_get, -3, _CONFIGURES, None, "",
        summary="Returns the parameters whose names match patterns.", since="2.0.0", group="server",
        complexity="O(N), N parameters and patterns",
    ),
    Command(
        "config|set", config_set, -4, _CONFIGURES, None, "",
        tips=("request_policy:all_nodes", "response_policy:all_succeeded"),
        summary="Changes parameters, all or none.", since="2.0.0", group="server", complexity="O(N), N parameters",
    ),
    Command(
        "config|resetstat", config_resetstat, 2, _CONFIGURES, None, "",
        summary="Sets the counters of INFO to 0.", since="2.0.0", group="server", complexity="O(1)",
    ),
    Command(
        "config|rewrite", config_rewrite, 2, _CONFIGURES, None, "",
        summary="Refused: there is no configuration file.", since="2.8.0", group="server", complexity="O(1)",
    ),
    help_command("config", "5.0.0", "server", "", {
        "GET <pattern> [<pattern> ...]": "The parameters whose names match, and their values.",
        "RESETSTAT": "Set the counters of INFO to 0.",
        "REWRITE": "There is no configuration file to rewrite.",
        "SET <parameter> <value> [<parameter> <value> ...]": "Change parameters, all or none.",
    }),
])  # fmt: skip

_EACH_SHARD = ("request_policy:all_shards", "response_policy:all_succeeded")

COMMANDS = [
    Command(
        "time", time, 1, "loading stale fast", None, "", tips=("nondeterministic_output",),
        summary="Returns the time of the server.", since="2.6.0", group="server", complexity="O(1)",
    ),
    Command(
        "dbsize", dbsize, 1, "readonly fast", None, "@keyspace",
        tips=("request_policy:all_shards", "response_policy:agg_sum"),
        summary="Counts the keys of the database.", group="server", complexity="O(1)",
    ),
    Command(
        "flushdb", flushdb, -1, "write", None, "@keyspace @dangerous", tips=_EACH_SHARD,
        summary="Removes all keys of the database.", group="server", complexity="O(N), N keys in the database",
    ),
    Command(
        "flushall", flushall, -1, "write", None, "@keyspace @dangerous", tips=_EACH_SHARD,
        summary="Removes all keys of all databases.", group="server", complexity="O(N), N keys in all databases",
    ),
    Command(
        "info", info, -1, "loading stale", None, "@dangerous",
        tips=("nondeterministic_output", "request_policy:all_shards", "response_policy:special"),
        summary="Reports on the server, section by section.", group="server", complexity="O(1)",
    ),
    Command(
        "config", None, -2, summary="Commands about the server's parameters.", since="2.0.0", group="server",
        complexity="Depends on the subcommand.", subcommands=_CONFIG,
    ),
]  # fmt: skip
