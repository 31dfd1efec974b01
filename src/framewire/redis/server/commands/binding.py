"""The command table: the tables of all groups, joined."""

from __future__ import annotations

from framewire.redis.facts.command import Command
from framewire.redis.server.commands.bitmaps import bitfield, bits
from framewire.redis.server.commands.connection import client, connection, pubsub, transactions
from framewire.redis.server.commands.hashes import hashes
from framewire.redis.server.commands.keys import expiry, moving, objects
from framewire.redis.server.commands.keys import keys as generic
from framewire.redis.server.commands.keys import sort as sorting
from framewire.redis.server.commands.lists import items as lists_items
from framewire.redis.server.commands.lists import lists
from framewire.redis.server.commands.lists import moving as lists_moving
from framewire.redis.server.commands.scripting import scripting
from framewire.redis.server.commands.server import command as introspection
from framewire.redis.server.commands.server import debug, memory, persistence, server
from framewire.redis.server.commands.server import monitoring as watching
from framewire.redis.server.commands.server import replication as alone
from framewire.redis.server.commands.sets import combined as sets_combined
from framewire.redis.server.commands.sets import sets
from framewire.redis.server.commands.sorted_sets import combined as sorted_sets_joining
from framewire.redis.server.commands.sorted_sets import popping as sorted_sets_popping
from framewire.redis.server.commands.sorted_sets import ranges as sorted_sets_ranges
from framewire.redis.server.commands.sorted_sets import sorted_sets
from framewire.redis.server.commands.streams import claiming as streams_claiming
from framewire.redis.server.commands.streams import groups as streams_groups
from framewire.redis.server.commands.streams import info as streams_info
from framewire.redis.server.commands.streams import reading as streams_reading
from framewire.redis.server.commands.streams import streams
from framewire.redis.server.commands.streams import trimming as streams_trimming
from framewire.redis.server.commands.strings import parts as string_parts
from framewire.redis.server.commands.strings import strings

__all__ = ["BARRIERS", "COMMANDS", "HANDLERS"]

COMMANDS: dict[bytes, Command] = {
    command.name.encode(): command
    for group in (
        connection,
        client,
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
        streams,
        streams_trimming,
        streams_reading,
        streams_groups,
        streams_claiming,
        streams_info,
        transactions,
        scripting,
        pubsub,
        server,
        alone,
        watching,
        memory,
        debug,
        persistence,
        introspection,
    )
    for command in group.COMMANDS
}

_ALL = [each for entry in COMMANDS.values() for each in (entry, *entry.subcommands.values())]
HANDLERS = {each.name: each.function for each in _ALL if each.function is not None}
BARRIERS = frozenset(each.name for each in _ALL if each.barrier)
