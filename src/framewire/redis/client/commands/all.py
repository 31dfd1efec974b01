"""All methods of a client.

What belongs here: the groups, joined.
"""

from __future__ import annotations

from framewire.redis.client.commands.acl import AclCommands
from framewire.redis.client.commands.cluster import ClusterCommands
from framewire.redis.client.commands.cluster_slots import ClusterSlotCommands
from framewire.redis.client.commands.connection import ConnectionCommands
from framewire.redis.client.commands.expiry import ExpiryCommands
from framewire.redis.client.commands.functions import FunctionCommands
from framewire.redis.client.commands.introspection import IntrospectionCommands
from framewire.redis.client.commands.keys import KeyCommands
from framewire.redis.client.commands.moving import MovingCommands
from framewire.redis.client.commands.observing import ObservingCommands
from framewire.redis.client.commands.publishing import PublishCommands
from framewire.redis.client.commands.replication import ReplicationCommands
from framewire.redis.client.commands.scripting import ScriptCommands
from framewire.redis.client.commands.server import ServerCommands
from framewire.redis.client.commands.sorting import SortCommands
from framewire.redis.client.commands.stream_groups import StreamGroupCommands
from framewire.redis.client.commands.streams import StreamCommands
from framewire.redis.client.commands.strings import Strings
from framewire.redis.client.definition import S

__all__ = ["Commands"]


class Commands(
    Strings[S],
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
