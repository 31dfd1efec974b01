"""MEMORY: what keys and the process take.

What belongs here: its subcommands. How things are measured is in `sizes.py`.
"""

from __future__ import annotations

from framewire.frames.resp import Verbatim
from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.server.sizes import give_back_memory, peak_memory, resident_memory, size_of
from framewire.redis.server.commands.shared.containers import help_of
from framewire.redis.server.commands.shared.replies import OK
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError

__all__ = ["doctor", "malloc_stats", "memory_help", "purge", "stats", "usage"]

_ENTRY = 104  # bytes of the key's place in its dict, on average
_SAMPLES = 5


def usage(client: Client, request: list[bytes]) -> object:
    arguments, samples = Arguments(request, 3), _SAMPLES
    while arguments:
        if arguments.next_word() != b"SAMPLES":
            raise CommandError(SYNTAX_ERROR)
        samples = arguments.next_int()
        if samples < 0:
            raise CommandError(SYNTAX_ERROR)
    value = client.db.values.get(request[2])  # also one whose time has come, as long as nobody has removed it
    return None if value is None else _ENTRY + size_of(request[2]) + size_of(value, samples)


def stats(client: Client, request: list[bytes]) -> object:
    """The figures of Redis' own that mean something here."""
    state, resident = client.state, resident_memory()
    keys = sum(db.size(state.clock) for db in state.databases)
    tables = {db.index: {b"overhead.hashtable.main": size_of(db.values, 1)} for db in state.databases if db.values}
    return {
        b"peak.allocated": max(peak_memory(), resident),
        b"total.allocated": resident,
        b"keys.count": keys,
        b"keys.bytes-per-key": resident // keys if keys else 0,
        **{b"db.%d" % index: table for index, table in tables.items()},
    }


def doctor(client: Client, request: list[bytes]) -> object:
    return Verbatim(b"txt", b"Nothing is known here about the health of the memory.")


def malloc_stats(client: Client, request: list[bytes]) -> object:
    return Verbatim(b"txt", b"Stats not supported for the current allocator")


def purge(client: Client, request: list[bytes]) -> object:
    """Python's allocator gives back what it can without being asked; the C library's below it does not."""
    give_back_memory()
    return OK


memory_help = help_of("memory", {
    "DOCTOR": "Nothing is known about problems with memory.",
    "MALLOC-STATS": "The allocator tells nothing.",
    "PURGE": "Give free memory back to the system.",
    "STATS": "Figures on the memory of the process.",
    "USAGE <key> [SAMPLES <count>]": "The bytes that a key takes; of a collection, so many items are looked at.",
})  # fmt: skip
