"""Which commands may be sent to a replica.

What belongs here: that decision, from the command table. No I/O.
"""

from __future__ import annotations

from typing import Final

from framewire.redis.facts.command import Command
from framewire.redis.facts.table import COMMANDS

__all__ = ["READS"]

_BY_PLACE: Final = ("sscan", "hscan", "zscan", "clusterscan", "evalsha_ro")
"""Cursors, and scripts that were loaded, are known to the one server that has given or taken them."""


def _may_be_sent_anywhere(entry: Command) -> bool:
    return entry.has_flag("readonly") and bool(entry.keys) and not entry.subcommands and entry.name not in _BY_PLACE


READS: Final = frozenset(entry.name.upper().encode() for entry in COMMANDS.values() if _may_be_sent_anywhere(entry))
"""Commands that read keys and nothing else, by their names in capitals, as the methods of clients spell them."""
