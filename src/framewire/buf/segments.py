"""Segments on their way out: how many one vectored write takes, and what is left of them after a short one.

What belongs here: what is the same for every socket, pipe and file that segments are written to. Nothing is written
here.
"""

from __future__ import annotations

from collections import deque
from typing import TypeAlias

__all__ = ["IOV_MAX", "Segment", "drop"]

IOV_MAX = 1024
"""Segments in one `writev` or `sendmsg` (the limit of Linux and of POSIX systems in use)."""

Segment: TypeAlias = "bytes | memoryview"


def drop(segments: deque[Segment], sent: int) -> None:
    """Forget the first `sent` bytes, which were written. Nothing is copied; O(1) for each segment that is gone."""
    while segments and sent >= len(segments[0]):
        sent -= len(segments.popleft())
    if sent:
        segments[0] = memoryview(segments[0])[sent:]
