"""CONFIG: the parameters of the running server, and its counters.

What belongs here: its subcommands. Which parameters there are, and how their texts are read, is in `config/config.py`.
"""

from __future__ import annotations

from copy import copy

from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.state import State
from framewire.redis.server.commands.shared.containers import help_of
from framewire.redis.server.commands.shared.replies import OK
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError

__all__ = ["config_get", "config_help", "config_resetstat", "config_rewrite", "config_set"]


def config_get(client: Client, request: list[bytes]) -> object:
    return client.state.config.get(request[2:])


def config_set(client: Client, request: list[bytes]) -> object:
    if len(request) % 2:
        raise CommandError(SYNTAX_ERROR)
    state = client.state
    before = copy(state.config)
    state.config.set(list(zip(request[2::2], request[3::2], strict=True)))
    try:
        _obey(state)
    except CommandError:
        state.config.restore(before)
        _obey(state)
        raise
    return OK


def _obey(state: State[Client]) -> None:
    state.obey_config()
    state.on_config()


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
