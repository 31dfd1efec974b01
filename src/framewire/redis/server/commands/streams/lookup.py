"""How commands look up a group that reads a stream, and the words for one that there is not.

What belongs here: these look-ups and errors. Names are shown up to a NUL, where they end in C.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.lookup import look_up
from framewire.redis.server.parsing.errors import CommandError
from framewire.redis.server.values.stream_groups import Group
from framewire.redis.server.values.streams import StreamValue

__all__ = ["existing_group", "group_of", "look_up_group"]


def look_up_group(client: Client, key: bytes, name: bytes) -> tuple[StreamValue, Group] | None:
    """The stream and its group, `None` where one of them is missing; the key is counted. Raises WRONGTYPE."""
    stream = look_up(client, key, StreamValue)
    group = None if stream is None else stream.groups.get(name)
    return None if stream is None or group is None else (stream, group)


def existing_group(client: Client, key: bytes, name: bytes, where: bytes = b"") -> tuple[StreamValue, Group]:
    """The stream and its group; raises NOGROUP, which ends with `where`, where one of them is missing."""
    found = look_up_group(client, key, name)
    if found is None:
        names = _shown(key), _shown(name), where
        raise CommandError(b"NOGROUP No such key '%s' or consumer group '%s'%s" % names)
    return found


def group_of(stream: StreamValue, key: bytes, name: bytes) -> Group:
    """The group of a stream that is there; raises NOGROUP in the words of XGROUP and XINFO."""
    group = stream.groups.get(name)
    if group is None:
        raise CommandError(b"NOGROUP No such consumer group '%s' for key name '%s'" % (_shown(name), _shown(key)))
    return group


def _shown(text: bytes) -> bytes:
    return text.split(b"\0", 1)[0]
