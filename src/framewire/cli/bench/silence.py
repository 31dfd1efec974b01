"""For how long a server has owed a reply.

What belongs here: that clock. Times are nanoseconds, and come from outside.
"""

from __future__ import annotations

__all__ = ["Silence"]


class Silence:
    """Begins at `now`. A silence is one only while somebody waits for a reply."""

    def __init__(self, now: int) -> None:
        self._since = now
        self._replies = 0

    def seconds(self, now: int, replies: int, waiting: bool) -> float:
        """How long it has lasted, at a look at the number of `replies` so far: 0 if there are more than at the last."""
        if replies != self._replies or not waiting:
            self._since, self._replies = now, replies
        return (now - self._since) / 1e9
