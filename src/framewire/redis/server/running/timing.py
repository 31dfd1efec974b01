"""Which commands are timed for the slow log, and how.

What belongs here: the clock around a handler. With the usual threshold only commands that can be slow are timed: those
that the table does not call fast, long requests, and all that does not take the shortest path.
"""

from __future__ import annotations

from functools import partial
from time import perf_counter_ns

from framewire.redis.facts.command import Command
from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.hooks import Handler

__all__ = ["run_timed", "shortcut"]

_LONG_REQUEST = 256  # items; what is fast takes far less than a millisecond for fewer


def shortcut(command: Command, handler: Handler[Client]) -> tuple[Handler[Client], int, int]:
    """How the short path runs a command: as it is, where only a long request can take long; else timed.

    Beside the function, the fewest and the most items of a request that may take that path.
    """
    if command.complexity.startswith("O(1)") or command.has_flag("fast"):
        return handler, command.least, min(command.most, _LONG_REQUEST)
    return partial(run_timed, command, handler), command.least, command.most


def run_timed(command: Command, handler: Handler[Client], client: Client, request: list[bytes]) -> object:
    """Run the command, and let the slow log keep it if it was slow. Raises what it raises."""
    started = perf_counter_ns()
    try:
        return handler(client, request)
    finally:
        note_time(command, client, request, (perf_counter_ns() - started) // 1000)


def note_time(command: Command, client: Client, request: list[bytes], microseconds: int) -> None:
    """A command has run for so long: the slow log may keep it."""
    slowlog = client.state.slowlog
    if slowlog.threshold is not None and microseconds >= slowlog.threshold and not command.has_flag("skip_slowlog"):
        slowlog.add(microseconds, client.state.now() // 1000, request, client.address, client.name)
