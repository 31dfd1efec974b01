"""Ways in which a network may cut bytes.

What belongs here: the ways, for tests of what is fed with bytes and knows no codec.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.every_way import cuts

__all__ = ["ways"]


def ways(data: bytes) -> Iterator[list[bytes]]:
    """Whole, byte by byte, in two pieces anywhere, and at random."""
    yield [data]
    yield [data[i : i + 1] for i in range(len(data))]
    yield from ([data[:cut], data[cut:]] for cut in range(1, len(data)))
    for seed in range(10):
        yield list(cuts(data, 9, random.Random(seed)))
