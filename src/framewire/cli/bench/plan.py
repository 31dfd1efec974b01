"""How a server is loaded, as data.

What belongs here: what is the same for every test and every server of a run.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is asked, how fast, over how many connections."""

    clients: int = 50
    depth: int = 1
    requests: int | None = 100_000
    duration: float | None = None  # seconds
    rate: float | None = None  # requests per second, over all connections; None: as fast as they are answered
    keep_alive: bool = True
    timeout: float = 30.0  # seconds without a reply that end a run
