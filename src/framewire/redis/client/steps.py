"""What takes several requests, written once for asyncio and for threads: a generator that says what to do next.

What belongs here: the form of such steps. What they are, stands with what they are for (`scripts`, `locking`); who
takes them is `aio/steps.py` or `blocking/steps.py`. A step that fails is raised where it was yielded.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from framewire.redis.exchange.calls import Request, Shape

__all__ = ["Ask", "Pause", "Steps"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """Send a request; its result comes back. With `blocks` the server may take so many seconds; it has its own link."""

    request: Request
    shape: Shape | None = None
    blocks: float | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait for so many seconds."""

    seconds: float


Steps: TypeAlias = Generator[Ask | Pause, Any, T]
"""Steps whose result is a `T`."""
