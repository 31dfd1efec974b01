"""Commands that look at what the server does: MONITOR, SLOWLOG, LATENCY.

What belongs here: these commands. Who looks is called from `redis/instruments.py`.
"""

from __future__ import annotations

from itertools import islice

from framewire.frames.resp import Verbatim
from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.containers import help_of, unknown_form
from framewire.redis.server.commands.replies import OK
from framewire.redis.server.parsing.arguments import parse_int64
from framewire.redis.server.parsing.errors import CommandError

__all__ = [
    "None",
    "latency_doctor",
    "latency_graph",
    "latency_help",
    "latency_histogram",
    "latency_nothing",
    "latency_reset",
    "monitor",
    "slowlog_get",
    "slowlog_help",
    "slowlog_len",
    "slowlog_reset",
]


def monitor(client: Client, request: list[bytes]) -> object:
    client.state.start_monitoring(client)
    return OK


# -- SLOWLOG ----------------------------------------------------------------------------------------------------------

_DEFAULT_COUNT = 10


def slowlog_get(client: Client, request: list[bytes]) -> object:
    if len(request) > 3:
        raise unknown_form(request)
    entries = client.state.slowlog.entries
    count = _count(request[2]) if len(request) == 3 else _DEFAULT_COUNT
    return [
        [entry.number, entry.when, entry.microseconds, entry.request, entry.address.encode(), entry.name]
        for entry in islice(entries, len(entries) if count == -1 else count)
    ]


def _count(text: bytes) -> int:
    count = parse_int64(text)
    if count is None or count < -1:
        raise CommandError(b"ERR count should be greater than or equal to -1")
    return count


def slowlog_len(client: Client, request: list[bytes]) -> object:
    return len(client.state.slowlog.entries)


def slowlog_reset(client: Client, request: list[bytes]) -> object:
    client.state.slowlog.entries.clear()
    return OK


# -- LATENCY ----------------------------------------------------------------------------------------------------------
# Nothing is sampled here, so that all answers are those of a Redis in which the latency monitor is off.


def latency_nothing(client: Client, request: list[bytes]) -> object:
    return []


def latency_histogram(client: Client, request: list[bytes]) -> object:
    return {}


def latency_reset(client: Client, request: list[bytes]) -> object:
    return 0


def latency_graph(client: Client, request: list[bytes]) -> object:
    raise CommandError(b"ERR No samples available for event '%s'" % request[2])


def latency_doctor(client: Client, request: list[bytes]) -> object:
    return Verbatim(b"txt", b"Latency is not watched here. SLOWLOG GET shows which requests took long.\n")


slowlog_help = help_of("slowlog", {
    "GET [<count>]": "The newest entries, 10 or so many, -1 for all: number, time, microseconds, request, client.",
    "LEN": "How many entries there are.",
    "RESET": "Forget them.",
})  # fmt: skip

latency_help = help_of("latency", {
    "DOCTOR": "Latency is not watched.",
    "GRAPH <event>": "There are no samples.",
    "HISTOGRAM [<command> ...]": "There are no histograms.",
    "HISTORY <event>": "There are no samples.",
    "LATEST": "There are no samples.",
    "RESET [<event> ...]": "There is nothing to forget.",
})  # fmt: skip
