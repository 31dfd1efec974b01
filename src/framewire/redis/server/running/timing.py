"""Which commands are timed for the slow log, and how.

What belongs here: the clock around a handler: for the slow log, and so that a client whose commands take long lets
others have their turn. With the usual threshold only commands that can be slow are timed: those that the table does not
call fast, PUBLISH (by the number of those who listen), long requests, and all that does not take the shortest path.
"""

from __future__ import annotations

from functools import partial
from time import perf_counter_ns

from framewire.redis.facts.command import Command
from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.hooks import Handler
from framewire.redis.server.keyspace.blocked import Wait

__all__ = ["TURN_MICROSECONDS", "note_time", "run_timed", "shortcut"]

TURN_MICROSECONDS = 5_000
"""How long the slow commands of one client may take in a turn of the loop; the one that goes beyond is its last."""

_LONG_REQUEST = 256  # items; what is fast takes far less than a millisecond for fewer


def shortcut(command: Command, handler: Handler[Client]) -> tuple[Handler[Client], int, int]:
    """How the short path runs a command: as it is, where only a long request can take long; else timed.

    Beside the function, the fewest and the most items of a request that may take that path.
    """
    if command.complexity.startswith("O(1)") or (command.has_flag("fast") and not command.has_flag("pubsub")):
        return handler, command.least, min(command.most, _LONG_REQUEST)
    return partial(run_timed, command, handler), command.least, command.most


def run_timed(command: Command, handler: Handler[Client], client: Client, request: list[bytes]) -> object:
    """Run the command, and let the slow log keep it if it was slow. Raises what it raises.

    One that begins to wait is kept when it is served (`note_time`), never twice, and not when its time has come.
    """
    started = perf_counter_ns()
    reply: object = None
    try:
        reply = handler(client, request)
        return reply
    finally:
        microseconds = (perf_counter_ns() - started) // 1000
        _spend(client, microseconds)
        if isinstance(reply, Wait) and not (client.nested and reply.keys):  # within EXEC it does not wait
            reply.spent = microseconds
        else:
            note_time(command, client, request, microseconds)


def _spend(client: Client, microseconds: int) -> None:
    state = client.state
    if client.spent_at != state.clock:  # another turn
        client.spent, client.spent_at = 0, state.clock
    client.spent += microseconds
    if client.spent >= TURN_MICROSECONDS:
        client.attention = client.turn_over = True


def note_time(command: Command, client: Client, request: list[bytes], microseconds: int) -> None:
    """A command has run for so long: the slow log may keep it."""
    state = client.state
    slowlog = state.slowlog
    if slowlog.threshold is not None and microseconds >= slowlog.threshold and not command.has_flag("skip_slowlog"):
        slowlog.add(microseconds, state.now() // 1000, request, client.address, client.name)
