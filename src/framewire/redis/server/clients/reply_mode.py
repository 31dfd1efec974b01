"""CLIENT REPLY: why a client gets no replies.

What belongs here: the states between which CLIENT REPLY and `Session.execute` move a client.

    None -- OFF --> OFF -- ON --> None
    None -- SKIP -> NEXT -- the next command begins --> NOW -- it has ended --> None
"""

from __future__ import annotations

from enum import Enum

__all__ = ["Muted"]


class Muted(Enum):
    """All replies are dropped; or the next command's; or the running one's."""

    OFF = 1
    NEXT = 2
    NOW = 3
