"""What the parts of a cluster's client are told, out of its options, and how patient its links are.

It is the same for asyncio and for threads.

What belongs here: options for options, and numbers that no option says. No I/O.
"""

from __future__ import annotations

import random
from dataclasses import replace
from time import monotonic
from typing import Final

from framewire.redis.client.options import Options
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.settings import Settings
from framewire.redis.cluster.topology import Topology

__all__ = [
    "DRAIN_SECONDS", "ENDLESS_SECONDS", "HEDGE_SECONDS", "RENEWAL_SECONDS", "options_at", "topology_of",
]  # fmt: skip

DRAIN_SECONDS: Final = 5.0
"""How long a node that has left the map may still answer what it was asked."""

ENDLESS_SECONDS: Final = 60.0
"""How long a call without a deadline is tried again while its node cannot be reached."""

HEDGE_SECONDS: Final = 0.25
"""A node that has not told its map for so long is not waited for alone: the next one is asked too."""

RENEWAL_SECONDS: Final = 1.0
"""A name that was resolved anew is not sooner resolved again."""


def options_at(options: Options, address: Address) -> Options:
    """The options for one node. It is tried to connect once: then others are asked where to go."""
    return replace(options.at(*address), retry=replace(options.retry, retries=0))


def topology_of(options: Options) -> Topology:
    """One that knows its seeds, by the monotonic clock."""
    seeds = [Address(host, port) for host, port in options.startup_nodes]
    settings = Settings(max_redirects=options.max_redirects, max_age=options.topology_age)
    remap = options.address_remap
    return Topology(
        seeds, clock=monotonic, chance=random.random, settings=settings, tls=options.ssl,
        remap=None if remap is None else lambda address: Address(*remap(address)),
    )  # fmt: skip
