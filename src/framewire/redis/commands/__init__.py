"""The command table: the tables of all groups, joined."""

from __future__ import annotations

from framewire.redis.commands import (
    bitfield,
    bits,
    connection,
    expiry,
    generic,
    hashes,
    introspection,
    lists,
    lists_items,
    lists_moving,
    moving,
    objects,
    persistence,
    pubsub,
    server,
    sets,
    sets_combined,
    sorted_sets,
    sorted_sets_joining,
    sorted_sets_popping,
    sorted_sets_ranges,
    sorting,
    string_parts,
    strings,
    transactions,
)
from framewire.redis.commands.table import NO_REPLY, OK, Command

__all__ = ["COMMANDS", "NO_REPLY", "OK", "Command"]

COMMANDS: dict[bytes, Command] = {
    command.name.encode(): command
    for group in (
        connection,
        generic,
        moving,
        expiry,
        objects,
        sorting,
        strings,
        string_parts,
        bits,
        bitfield,
        lists,
        lists_items,
        lists_moving,
        hashes,
        sets,
        sets_combined,
        sorted_sets,
        sorted_sets_ranges,
        sorted_sets_joining,
        sorted_sets_popping,
        transactions,
        pubsub,
        server,
        persistence,
        introspection,
    )
    for command in group.COMMANDS
}
