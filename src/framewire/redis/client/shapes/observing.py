"""Shapes of a server's counters: its slow log, its latencies, its memory.

What belongs here: replies to SLOWLOG, LATENCY and MEMORY.
"""

from __future__ import annotations

from typing import Any, Generic, TypedDict

from framewire.redis.client.definition import S
from framewire.redis.client.shapes.basic import mapping
from framewire.redis.client.shapes.records import number, record, word

__all__ = ["Histogram", "SlowCommand", "histograms", "memory_stats", "slow_commands"]


class SlowCommand(TypedDict, Generic[S]):
    """A command that took long: when (Unix seconds), how long (microseconds), and who had sent it.

    `command` is the arguments with spaces between them, `arguments` the arguments; long ones are cut by the server.
    """

    id: int
    start_time: int
    duration: int
    command: S
    arguments: list[S]
    client_address: S
    client_name: S


class Histogram(TypedDict):
    """How often a command was called, and how often in so many microseconds or less (by powers of two)."""

    calls: int
    histogram_usec: dict[int, int]


def slow_commands(reply: Any) -> list[dict[str, Any]]:
    return [_slow_command(item) for item in reply]


def _slow_command(item: Any) -> dict[str, Any]:
    id, start_time, duration, arguments, *client = item
    address, name = client[:2] if len(client) > 1 else (b"", b"")
    return {
        "id": id, "start_time": start_time, "duration": duration, "command": b" ".join(arguments),
        "arguments": arguments, "client_address": address, "client_name": name,
    }  # fmt: skip


def histograms(reply: Any) -> dict[str, dict[str, Any]]:
    return {word(name): _histogram(item) for name, item in mapping(reply).items()}


def _histogram(reply: Any) -> dict[str, Any]:
    about = record(reply)
    about["histogram_usec"] = mapping(about["histogram_usec"])
    return about


def memory_stats(reply: Any) -> dict[str, Any]:
    """Numbers are numbers; what is said of each database is a map of its own."""
    return {name: _amount(value) for name, value in record(reply).items()}


def _amount(value: Any) -> Any:
    return memory_stats(value) if isinstance(value, (list, dict)) else number(value)
