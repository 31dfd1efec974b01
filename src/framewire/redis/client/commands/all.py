"""All methods of a client.

What belongs here: the groups, joined.
"""

from __future__ import annotations

from framewire.redis.client.commands.strings import Strings
from framewire.redis.client.definition import S

__all__ = ["Commands"]


class Commands(
    Strings[S],
):
    """What can be asked of a server, in the groups of Redis' own documentation."""
