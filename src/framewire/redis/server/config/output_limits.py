"""How much may wait for a client that does not read: `client-output-buffer-limit`.

What belongs here: the limits of each class of clients, and their text.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["DEFAULT_LIMITS", "OutputLimit", "OutputLimits"]

_MIB = 1024 * 1024


class OutputLimit(NamedTuple):
    """Beyond `hard` bytes a client is closed at once, beyond `soft` bytes for `seconds` then. 0 is no limit."""

    hard: int = 0
    soft: int = 0
    seconds: int = 0


class OutputLimits(NamedTuple):
    """By class: clients that listen to channels are `pubsub`. Redis has no limit for `normal` ones."""

    normal: OutputLimit = OutputLimit(256 * _MIB)
    replica: OutputLimit = OutputLimit(256 * _MIB, 64 * _MIB, 60)
    pubsub: OutputLimit = OutputLimit(32 * _MIB, 8 * _MIB, 60)

    def __str__(self) -> str:
        classes = {"normal": self.normal, "slave": self.replica, "pubsub": self.pubsub}
        return " ".join(f"{name} {limit.hard} {limit.soft} {limit.seconds}" for name, limit in classes.items())


DEFAULT_LIMITS = OutputLimits()
