"""A connected pair of connections in memory: for tests, ours and users', with real back-pressure and no socket.

What belongs here: `Connection`s over the transport of `memory_transport.py`. Bytes arrive through the same callbacks as
from a socket (`get_buffer`, `buffer_updated`), and with a `piece` so many in each turn of the loop: code under test
meets partial frames, pausing and half-close as it would on a network.
"""

from __future__ import annotations

from typing import TypeVar

from framewire._framed import DEFAULT_HIGH_WATER
from framewire.aio.connection import Connection
from framewire.aio.memory_transport import join_in_memory
from framewire.aio.protocol import StreamProtocol
from framewire.codec import Codec

__all__ = ["memory_pair"]

F = TypeVar("F")
G = TypeVar("G")


def memory_pair(
    codec: Codec[F], other_codec: Codec[G], *, high_water: int = DEFAULT_HIGH_WATER, piece: int | None = None
) -> tuple[Connection[F], Connection[G]]:
    """Two connections joined in memory: what one writes, the other reads. Needs a running loop.

    `piece` is the largest number of bytes that arrive at once (1: byte by byte).
    """
    left, right = StreamProtocol(high_water=high_water), StreamProtocol(high_water=high_water)
    join_in_memory(left, right, piece=piece)
    return Connection(left, codec), Connection(right, other_codec)
