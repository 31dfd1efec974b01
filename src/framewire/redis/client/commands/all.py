"""All methods of a client.

What belongs here: the groups, joined.
"""

from __future__ import annotations

from framewire.redis.client.commands.bit_fields import BitFields
from framewire.redis.client.commands.bitmaps import Bitmaps
from framewire.redis.client.commands.connection import Connections
from framewire.redis.client.commands.expiry import KeyExpiry
from framewire.redis.client.commands.functions import Functions
from framewire.redis.client.commands.geo import Geo
from framewire.redis.client.commands.geo_radius import GeoRadius
from framewire.redis.client.commands.hash_expiry import HashExpiry
from framewire.redis.client.commands.hashes import Hashes
from framewire.redis.client.commands.hyperloglogs import HyperLogLogs
from framewire.redis.client.commands.keys import Keyspace
from framewire.redis.client.commands.lists import Lists
from framewire.redis.client.commands.lists_blocking import BlockingLists
from framewire.redis.client.commands.moving import Moving
from framewire.redis.client.commands.publishing import Publishing
from framewire.redis.client.commands.scripting import Scripting
from framewire.redis.client.commands.servers.acl import Acl
from framewire.redis.client.commands.servers.cluster import ClusterNodes
from framewire.redis.client.commands.servers.cluster_slots import ClusterSlots
from framewire.redis.client.commands.servers.introspection import Introspection
from framewire.redis.client.commands.servers.observing import Observing
from framewire.redis.client.commands.servers.replication import Replication
from framewire.redis.client.commands.servers.server import Administration
from framewire.redis.client.commands.sets import Sets
from framewire.redis.client.commands.sorted_sets import SortedSets
from framewire.redis.client.commands.sorted_sets_joined import JoinedSortedSets
from framewire.redis.client.commands.sorted_sets_pops import SortedSetPops
from framewire.redis.client.commands.sorted_sets_ranges import SortedSetRanges
from framewire.redis.client.commands.sorting import Sorting
from framewire.redis.client.commands.stream_groups import StreamGroups
from framewire.redis.client.commands.streams import Streams
from framewire.redis.client.commands.strings import Strings
from framewire.redis.client.definition import S

__all__ = ["Commands"]


class Commands(
    Strings[S],
    Bitmaps[S],
    BitFields[S],
    Hashes[S],
    HashExpiry[S],
    Lists[S],
    BlockingLists[S],
    Sets[S],
    SortedSets[S],
    SortedSetRanges[S],
    JoinedSortedSets[S],
    SortedSetPops[S],
    HyperLogLogs[S],
    Geo[S],
    GeoRadius[S],
    Keyspace[S],
    KeyExpiry[S],
    Moving[S],
    Sorting[S],
    Streams[S],
    StreamGroups[S],
    Scripting[S],
    Functions[S],
    Publishing[S],
    Connections[S],
    Administration[S],
    Acl[S],
    Introspection[S],
    Observing[S],
    Replication[S],
    ClusterNodes[S],
    ClusterSlots[S],
):
    """What can be asked of a server, in the groups of Redis' own documentation."""
