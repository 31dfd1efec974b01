"""OBJECT: how a value is kept.

What belongs here: its subcommands. Encodings are those that Redis 7.0 would use for the same value; when a key was used
last, and how often, is not kept, because every GET would pay for it.
"""

from __future__ import annotations

from collections.abc import Callable

from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.hooks import Handler
from framewire.redis.server.commands.shared.containers import help_of
from framewire.redis.server.commands.shared.lookup import peek
from framewire.redis.server.parsing.errors import CommandError
from framewire.redis.server.values.strings import encoding_of, references_of

__all__ = ["encoding", "freq", "idletime", "object_help", "refcount"]


def _describing(describe: Callable[[Client, object], object]) -> Handler[Client]:
    """A subcommand that tells something of a value, whatever its type; nothing of a missing key."""

    def subcommand(client: Client, request: list[bytes]) -> object:
        value = peek(client, request[2])
        return None if value is None else describe(client, value)

    return subcommand


def _freq(client: Client, value: object) -> object:
    raise CommandError(
        b"ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching "
        b"between policies at runtime LRU and LFU data will take some time to adjust."
    )


encoding = _describing(lambda client, value: encoding_of(value, client.state.config))
refcount = _describing(lambda client, value: references_of(value))
idletime = _describing(lambda client, value: 0)
freq = _describing(_freq)


object_help = help_of("object", {
    "ENCODING <key>": "The form in which the value is kept.",
    "FREQ <key>": "How often the key is used; not kept by this server.",
    "IDLETIME <key>": "How many seconds ago the key was used; always 0 on this server.",
    "REFCOUNT <key>": "How many references to the value there are.",
})  # fmt: skip
