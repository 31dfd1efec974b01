"""What codecs of simple framings make of some bytes, errors included, however those are cut and taken.

What belongs here: the ways, and what is compared. The tests of each codec have a file of their own.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from framewire import BytesMut, EncodeError, FrameTooLong, IncompleteFrame, ProtocolError, WriteBuffer
from framewire.aio import memory_pair
from tests.every_way import cuts

__all__ = ["decode", "every_way", "over_a_connection", "refuses", "too_long"]


def decode(codec: Any, pieces: Iterable[bytes], batch: int = 0) -> list[Any]:
    """Every item and every error, in order, to the end of the stream; an error that is not recoverable ends it.

    One item at a time, or up to `batch` at once until the stream ends.
    """
    src, found = BytesMut(), []

    def one(step: Callable[[BytesMut], Any]) -> list[Any]:
        item = step(src)
        return [] if item is None else [item]

    def drain(step: Callable[[], list[Any]]) -> bool:
        while True:
            try:
                items = step()
            except (ProtocolError, IncompleteFrame) as error:
                found.append((type(error), str(error)))
                if not getattr(error, "recoverable", "is not" in str(error)):
                    return False
            else:
                found.extend(items)
                if not items:
                    return True

    for piece in pieces:
        src.extend(piece)
        if not drain(lambda: codec.decode_batch(src, batch) if batch else one(codec.decode)):
            return found
    drain(lambda: one(codec.decode_eof))
    return found


def every_way(make: Callable[[], Any], data: bytes) -> list[Any]:
    """What `data` decodes to: the same whole, byte by byte and at random cuts, one by one and in batches."""
    whole = decode(make(), [data])
    for pieces in ways(data):
        for batch in (0, 1, 3, 100):
            assert decode(make(), pieces, batch) == whole, (pieces, batch)
    return whole


def ways(data: bytes) -> Iterator[list[bytes]]:
    rng = random.Random(7)
    yield [data]
    yield [data[i : i + 1] for i in range(len(data))]
    for _ in range(3):
        yield list(cuts(data, 4, rng))


def too_long(size: int | None, limit: int) -> tuple[type[Exception], str]:
    what = "an item is" if size is None else f"an item of {size} bytes is"
    return FrameTooLong, f"{what} longer than {limit} bytes"


async def over_a_connection(codec: Any, frames: list[Any]) -> list[Any]:
    """What arrives when `codec` writes `frames` and reads them back."""
    left, right = memory_pair(codec, codec)
    for frame in frames:
        left.feed_frame(frame)
    left.close()
    found = [frame async for frame in right]
    right.close()
    return found


def refuses(codec: Any, frame: Any) -> None:
    """See that `frame` is refused with nothing appended."""
    dst = WriteBuffer()
    with pytest.raises(EncodeError):
        codec.encode(frame, dst)
    assert not dst
