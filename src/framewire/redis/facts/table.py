"""The command table: what the files of all groups say, joined, and how an entry is found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Final

from framewire.redis.facts import (
    acl,
    bitmaps,
    clients,
    cluster,
    connection,
    generic,
    geo,
    hashes,
    hyperloglogs,
    introspection,
    lists,
    observing,
    pubsub,
    replication,
    scripting,
    server,
    sets,
    sorted_sets,
    streams,
    strings,
    transactions,
    vectors,
)
from framewire.redis.facts.command import Command
from framewire.redis.facts.repeats import Repeat

__all__ = ["COMMANDS", "GROUPS", "blocks", "find", "lookup", "repeat_of", "walk"]

GROUPS: Final[tuple[ModuleType, ...]] = (
    connection,
    clients,
    generic,
    strings,
    bitmaps,
    lists,
    hashes,
    sets,
    sorted_sets,
    streams,
    geo,
    hyperloglogs,
    vectors,
    transactions,
    scripting,
    pubsub,
    server,
    acl,
    introspection,
    observing,
    replication,
    cluster,
)
"""The files, in the order in which people read them."""

COMMANDS: Final[dict[bytes, Command]] = {entry.name.encode(): entry for group in GROUPS for entry in group.COMMANDS}
"""All commands of all servers by their names in small letters; subcommands are inside their containers."""


def find(name: bytes) -> Command | None:
    """The command called `name`, or the subcommand where there is a bar in it (`client|id`)."""
    container, bar, word = name.lower().partition(b"|")
    entry = COMMANDS.get(container)
    return entry.subcommands.get(word) if entry is not None and bar else entry


def lookup(request: Sequence[bytes]) -> Command | None:
    """The command, or the subcommand, that `request` is for.

    The container itself, where it is alone or the subcommand is unknown; `None` where the command is.
    """
    entry = COMMANDS.get(request[0].lower()) if request else None
    if entry is None or not entry.subcommands or len(request) == 1:
        return entry
    return entry.subcommands.get(request[1].lower(), entry)


def repeat_of(request: Sequence[bytes]) -> Repeat:
    """Whether `request` may be sent again when nobody knows whether it was executed; one that is unknown never."""
    entry = lookup(request)
    return "never" if entry is None else entry.repeat_of(request)


def blocks(request: Sequence[bytes]) -> float | None:
    """How many seconds `request` may wait at the server; 0 is for ever, and `None` where it does not wait."""
    entry = lookup(request)
    return None if entry is None else entry.blocks(request)


def walk() -> Iterator[Command]:
    """All entries, each container before its subcommands."""
    for entry in COMMANDS.values():
        yield entry
        yield from entry.subcommands.values()
