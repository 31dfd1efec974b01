"""LATENCY: nothing is sampled here, so that all answers are those of a Redis whose latency monitor is off."""

from __future__ import annotations

from framewire.frames.resp import Verbatim
from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.containers import help_of
from framewire.redis.server.parsing.errors import CommandError

__all__ = [
    "latency_doctor",
    "latency_graph",
    "latency_help",
    "latency_histogram",
    "latency_nothing",
    "latency_reset",
]


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


latency_help = help_of("latency", {
    "DOCTOR": "Latency is not watched.",
    "GRAPH <event>": "There are no samples.",
    "HISTOGRAM [<command> ...]": "There are no histograms.",
    "HISTORY <event>": "There are no samples.",
    "LATEST": "There are no samples.",
    "RESET [<event> ...]": "There is nothing to forget.",
})  # fmt: skip
