"""How much is still to be asked: so many requests, until such a time, or both.

What belongs here: that arithmetic, shared by all connections of a run.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Quota"]


@dataclass(slots=True)
class Quota:
    """`requests` are left (`None`: any number), and after `until` (ns; `None`: no end) nothing more is asked."""

    requests: int | None
    until: int | None = None

    def take(self, most: int, now: int) -> int:
        """Up to `most` requests are to be sent now; 0 where it is over."""
        if self.until is not None and now >= self.until:
            return 0
        if self.requests is None:
            return most
        count = min(most, self.requests)
        self.requests -= count
        return count

    def is_over(self, now: int) -> bool:
        """Whether nothing more will be asked."""
        return self.requests == 0 or (self.until is not None and now >= self.until)
