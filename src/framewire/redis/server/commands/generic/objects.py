"""OBJECT: how a value is kept.

What belongs here: its subcommands. Encodings are those that Redis 7.0 would use for the same value; when a key was used
last, and how often, is not kept, because every GET would pay for it.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.containers import help_of
from framewire.redis.server.parsing.errors import CommandError
from framewire.redis.server.values.strings import encoding_of, references_of

__all__ = ["None", "encoding", "freq", "idletime", "object_help", "refcount"]


def encoding(client: Client, request: list[bytes]) -> object:
    value = client.db.peek(request[2], client.state.clock)
    return None if value is None else encoding_of(value, client.state.config)


def refcount(client: Client, request: list[bytes]) -> object:
    value = client.db.peek(request[2], client.state.clock)
    return None if value is None else references_of(value)


def idletime(client: Client, request: list[bytes]) -> object:
    return None if client.db.peek(request[2], client.state.clock) is None else 0


def freq(client: Client, request: list[bytes]) -> object:
    if client.db.peek(request[2], client.state.clock) is None:
        return None
    raise CommandError(
        b"ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching "
        b"between policies at runtime LRU and LFU data will take some time to adjust."
    )


object_help = help_of("object", {
    "ENCODING <key>": "The form in which the value is kept.",
    "FREQ <key>": "How often the key is used; not kept by this server.",
    "IDLETIME <key>": "How many seconds ago the key was used; always 0 on this server.",
    "REFCOUNT <key>": "How many references to the value there are.",
})  # fmt: skip
