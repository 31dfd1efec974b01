"""Numbered messages: what listeners got of them.

What belongs here: the counting, for tests of both clients.
"""

from __future__ import annotations

from typing import Any

from framewire.redis.client.subscriptions.items import Gap

__all__ = ["Count"]


class Count:
    """What one listener got of them: each in order, unless a gap is in between."""

    def __init__(self, *, anywhere: bool = False) -> None:
        """`anywhere`: the first may have any number."""
        self.gaps = 0
        self.got = 0
        self.last = -1
        self._after_gap = anywhere

    def take(self, item: Any) -> None:
        if isinstance(item, Gap):
            self.gaps += 1
            self._after_gap = True
            return
        number = int(item.data)
        assert number > self.last, "a message came twice"
        assert number == self.last + 1 or self._after_gap, f"{number} behind {self.last}, and no gap"
        self.last, self._after_gap = number, False
        self.got += 1
