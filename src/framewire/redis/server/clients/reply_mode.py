"""CLIENT REPLY: which replies a client gets.

What belongs here: the modes between which CLIENT REPLY, and the end of the next command, move a client.

    ON -- OFF --> OFF -- ON --> ON
    ON -- SKIP --> SKIP_NEXT -- the next command begins --> SKIP -- it has ended --> ON
"""

from __future__ import annotations

from enum import Enum

__all__ = ["ReplyMode"]


class ReplyMode(Enum):
    """All replies; none; all but the next command's; all but the running one's."""

    ON = "on"
    OFF = "off"
    SKIP_NEXT = "skip next"
    SKIP = "skip"
