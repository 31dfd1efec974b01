"""One test of a run, as data.

What belongs here: what is asked, of which kind and size, and that it is the same for each server.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from framewire.cli.bench.keys import Keys
from framewire.cli.bench.suite import Request
from framewire.cli.bench.workload import Workload, payload

__all__ = ["Job"]


@dataclass(frozen=True, slots=True)
class Job:
    """One test: the requests that it is made of, and in which proportion."""

    title: str
    requests: tuple[Request, ...]
    weights: tuple[float, ...] = ()
    size: int = 3
    keys: Keys | None = None
    seed: int = 0

    def workload(self, number: int) -> Workload:
        """What is sent in round `number`: the same to each server."""
        random = Random(self.seed + number)
        return Workload(self.requests, payload(self.size, random), self.keys, random, self.weights)
