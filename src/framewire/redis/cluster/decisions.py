"""What a topology is told of an attempt that was refused, and what it decides.

What belongs here: these values. They are made by `topology.py` and carried out by who does I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from framewire.redis.cluster.addresses import Address

__all__ = ["Again", "Asked", "Changes", "Decision", "GiveUp", "Send"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One attempt of a call: where it went, and how often before this one it was refused.

    slot: that of its keys; `None` where it has none, or who asks does not know.
    reads: whether it leaves everything as it is, so that a replica may answer it.
    """

    address: Address
    slot: int | None = None
    attempts: int = 0
    reads: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """Send it there, after so many seconds. With `asking`, ASKING goes in front of it, in the same write.

    anew: open a new link there first, with a new look at what its name resolves to: who answered there says that the
    slot is at the very place where it was asked for, so that another server must be behind that name by now.
    """

    to: Address
    asking: bool = False
    after: float = 0.0
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Again:
    """Look the slot up again, after so many seconds, and send to who has it then; a read rather not to `avoid`.

    from_start: what was refused before counts no more, and only the call's deadline bounds how often it is sent.
    """

    after: float = 0.0
    avoid: Address | None = None
    from_start: bool = False


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No further attempt; `why` is for the error's text."""

    why: str


Decision = Send | Again | GiveUp


@dataclass(frozen=True, slots=True)
class Changes:
    """What a new map has changed: nodes that came and went, and slots that nodes no longer own."""

    added: frozenset[Address] = frozenset()
    gone: frozenset[Address] = frozenset()
    lost_slots: Mapping[Address, frozenset[int]] = field(default_factory=dict)
