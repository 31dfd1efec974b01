"""Commands that look at what the server does: MONITOR, SLOWLOG, LATENCY.

What belongs here: these commands. Who looks is called from `redis/instruments.py`.
"""

from __future__ import annotations

from itertools import islice

from framewire.frames.resp import Verbatim
from framewire.redis.facts.command import Command
from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.containers import help_command, subcommands, unknown_form
from framewire.redis.server.commands.replies import OK
from framewire.redis.server.parsing.arguments import parse_int64
from framewire.redis.server.parsing.errors import CommandError

__all__ = ["COMMANDS"]


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


_LOOKS = "admin loading stale"
_EACH_NODE = ("request_policy:all_nodes", "nondeterministic_output")

_SLOWLOG = subcommands([
    Command(
        "slowlog|get", slowlog_get, -2, _LOOKS, None, "", tips=_EACH_NODE,
        summary="Returns the newest entries of the slow log.", since="2.2.12", group="server",
        complexity="O(N), N entries returned",
    ),
    Command(
        "slowlog|len", slowlog_len, 2, _LOOKS, None, "",
        tips=("request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output"),
        summary="Counts the entries of the slow log.", since="2.2.12", group="server", complexity="O(1)",
    ),
    Command(
        "slowlog|reset", slowlog_reset, 2, _LOOKS, None, "",
        tips=("request_policy:all_nodes", "response_policy:all_succeeded"),
        summary="Empties the slow log.", since="2.2.12", group="server", complexity="O(N), N entries",
    ),
    help_command("slowlog", "6.2.0", "server", "", {
        "GET [<count>]": "The newest entries, 10 or so many, -1 for all: number, time, microseconds, request, client.",
        "LEN": "How many entries there are.",
        "RESET": "Forget them.",
    }),
])  # fmt: skip


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


_SAMPLES = "admin noscript loading stale"
_TIPS = ("nondeterministic_output", "request_policy:all_nodes", "response_policy:special")

_LATENCY = subcommands([
    Command(
        "latency|doctor", latency_doctor, 2, _SAMPLES, None, "", tips=_TIPS,
        summary="Says that latency is not watched.", since="2.8.13", group="server", complexity="O(1)",
    ),
    Command(
        "latency|graph", latency_graph, 3, _SAMPLES, None, "", tips=_TIPS,
        summary="Finds no samples to draw.", since="2.8.13", group="server", complexity="O(1)",
    ),
    Command(
        "latency|histogram", latency_histogram, -2, _SAMPLES, None, "", tips=_TIPS,
        summary="Returns no histograms.", since="7.0.0", group="server", complexity="O(1)",
    ),
    Command(
        "latency|history", latency_nothing, 3, _SAMPLES, None, "", tips=_TIPS,
        summary="Returns no samples.", since="2.8.13", group="server", complexity="O(1)",
    ),
    Command(
        "latency|latest", latency_nothing, 2, _SAMPLES, None, "", tips=_TIPS,
        summary="Returns no samples.", since="2.8.13", group="server", complexity="O(1)",
    ),
    Command(
        "latency|reset", latency_reset, -2, _SAMPLES, None, "",
        tips=("request_policy:all_nodes", "response_policy:all_succeeded"),
        summary="Forgets no samples.", since="2.8.13", group="server", complexity="O(1)",
    ),
    help_command("latency", "2.8.13", "server", "", {
        "DOCTOR": "Latency is not watched.",
        "GRAPH <event>": "There are no samples.",
        "HISTOGRAM [<command> ...]": "There are no histograms.",
        "HISTORY <event>": "There are no samples.",
        "LATEST": "There are no samples.",
        "RESET [<event> ...]": "There is nothing to forget.",
    }),
])  # fmt: skip

COMMANDS = [
    Command(
        "monitor", monitor, 1, "admin noscript loading stale", None, "", barrier=True,
        summary="Shows every command that is run from now on.", group="server", complexity="O(1)",
    ),
    Command(
        "slowlog", None, -2, summary="Commands about the slow log.", since="2.2.12", group="server",
        complexity="Depends on the subcommand.", subcommands=_SLOWLOG,
    ),
    Command(
        "latency", None, -2, summary="Commands about latency, which is not watched here.", since="2.8.13",
        group="server", complexity="Depends on the subcommand.", subcommands=_LATENCY,
    ),
]  # fmt: skip
