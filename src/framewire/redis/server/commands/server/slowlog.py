"""SLOWLOG: the requests that took long.

What belongs here: its subcommands. What is kept is `clients/slowlog.py`.
"""

from __future__ import annotations

from itertools import islice

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.containers import help_of, unknown_form
from framewire.redis.server.commands.shared.replies import OK
from framewire.redis.server.parsing.arguments import require_int64

__all__ = ["slowlog_get", "slowlog_help", "slowlog_len", "slowlog_reset"]

_DEFAULT_COUNT = 10
_WRONG_COUNT = b"ERR count should be greater than or equal to -1"


def slowlog_get(client: Client, request: list[bytes]) -> object:
    if len(request) > 3:
        raise unknown_form(request)
    entries = client.state.slowlog.entries
    count = require_int64(request[2], _WRONG_COUNT, -1) if len(request) == 3 else _DEFAULT_COUNT
    return [
        [entry.number, entry.when, entry.microseconds, entry.request, entry.address.encode(), entry.name]
        for entry in islice(entries, len(entries) if count == -1 else count)
    ]


def slowlog_len(client: Client, request: list[bytes]) -> object:
    return len(client.state.slowlog.entries)


def slowlog_reset(client: Client, request: list[bytes]) -> object:
    client.state.slowlog.entries.clear()
    return OK


slowlog_help = help_of("slowlog", {
    "GET [<count>]": "The newest entries, 10 or so many, -1 for all: number, time, microseconds, request, client.",
    "LEN": "How many entries there are.",
    "RESET": "Forget them.",
})  # fmt: skip
