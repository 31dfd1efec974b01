"""All methods of a client.

What belongs here: the groups, joined.
"""

from __future__ import annotations

from framewire.redis.client.commands.acl import AclCommands
from framewire.redis.client.commands.bit_fields import BitFields
from framewire.redis.client.commands.bitmaps import Bitmaps
from framewire.redis.client.commands.cluster import ClusterCommands
from framewire.redis.client.commands.cluster_slots import ClusterSlotCommands
from framewire.redis.client.commands.connection import ConnectionCommands
from framewire.redis.client.commands.expiry import ExpiryCommands
from framewire.redis.client.commands.functions import FunctionCommands
from framewire.redis.client.commands.geo import Geo
from framewire.redis.client.commands.geo_radius import GeoRadius
from framewire.redis.client.commands.hash_expiry import HashExpiry
from framewire.redis.client.commands.hashes import Hashes
from framewire.redis.client.commands.hyperloglogs import HyperLogLogs
from framewire.redis.client.commands.introspection import IntrospectionCommands
from framewire.redis.client.commands.keys import KeyCommands
from framewire.redis.client.commands.lists import Lists
from framewire.redis.client.commands.lists_blocking import BlockingLists
from framewire.redis.client.commands.moving import MovingCommands
from framewire.redis.client.commands.observing import ObservingCommands
from framewire.redis.client.commands.publishing import PublishCommands
from framewire.redis.client.commands.replication import ReplicationCommands
from framewire.redis.client.commands.scripting import ScriptCommands
from framewire.redis.client.commands.server import ServerCommands
from framewire.redis.client.commands.sets import Sets
from framewire.redis.client.commands.sorted_sets import SortedSets
from framewire.redis.client.commands.sorted_sets_joined import JoinedSortedSets
from framewire.redis.client.commands.sorted_sets_pops import SortedSetPops
from framewire.redis.client.commands.sorted_sets_ranges import SortedSetRanges
from framewire.redis.client.commands.sorting import SortCommands
from framewire.redis.client.commands.stream_groups import StreamGroupCommands
from framewire.redis.client.commands.streams import StreamCommands
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
    KeyCommands[S],
    ExpiryCommands[S],
    MovingCommands[S],
    SortCommands[S],
    StreamCommands[S],
    StreamGroupCommands[S],
    ScriptCommands[S],
    FunctionCommands[S],
    PublishCommands[S],
    ConnectionCommands[S],
    ServerCommands[S],
    AclCommands[S],
    IntrospectionCommands[S],
    ObservingCommands[S],
    ReplicationCommands[S],
    ClusterCommands[S],
    ClusterSlotCommands[S],
):
    """What can be asked of a server, in the groups of Redis' own documentation."""
