"""For tests of codecs: the same bytes cut in every way, and a look at what a large payload costs in memory.

What belongs here: what an author of a codec needs to trust it; no test framework, no I/O, nothing that the package
itself uses.
"""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from framewire._impl import BytesMut
from framewire.codec import check_codec, check_factory
from framewire.codecs.progress import Watched
from framewire.errors import IncompleteFrame, ProtocolError

__all__ = ["Outcome", "every_way", "memory_factor", "outcome"]

READ = 64 * 1024


class Outcome(NamedTuple):
    """What became of some bytes: the frames, and the class of the error that ended them, or `None`.

    Where an error was recoverable, its class stands among the frames, in place of the one that was wrong.
    """

    frames: list[Any]
    error: type[Exception] | None


def outcome(codec: Any, pieces: Iterable[bytes], *, leased: bool = False, fresh: bool = False) -> Outcome:
    """Feed `pieces` to the codec, one after the other, and then the end of the stream.

    `leased`: by `BytesMut.lease`, as a connection receives, so that `BytesMut.expect` has its effect; else by `extend`.
    `fresh`: what is left over moves to another buffer before each piece, as it may in a connection. A codec may raise
    `ProtocolError` and `IncompleteFrame`; anything else is a defect and passes through. So is a `ProtocolError` that
    the next call does not raise again: that raises `AssertionError`. One that gives frames without end and consumes
    nothing is given up with `CodecStuck`.
    """
    check_codec(codec)
    watched, src, frames = Watched(codec), BytesMut(), list[Any]()
    try:
        for piece in pieces:
            if fresh and not src.expected:
                src = BytesMut(src.view())
            for _ in _leased(src, piece) if leased else _extended(src, piece):
                _take_all(watched.decode, src, frames)
        _take_all(watched.decode_eof, src, frames)
    except IncompleteFrame:
        return Outcome(frames, IncompleteFrame)
    except ProtocolError as error:
        _check_sticky(codec, src, type(error))
        return Outcome(frames, type(error))
    return Outcome(frames, None)


def every_way(
    make: Callable[[], Any],
    data: bytes,
    *,
    normal: Callable[[list[Any]], list[Any]] = list,
    seed: int = 0,
) -> Outcome:
    """The outcome of `data`, which must not depend on how it is cut: `AssertionError` where it does.

    `make()` gives a new codec. It is fed whole, byte by byte (up to 2000 bytes), cut in two anywhere (up to 500), and
    in pieces of random sizes, each in three ways (see `outcome`). `normal` may join frames whose borders are those of
    arrival. Cost: O(bytes) for each of the ways.
    """
    check_factory(make)
    expected = outcome(make(), [data])
    expected = Outcome(normal(expected.frames), expected.error)
    for pieces in _ways(data, random.Random(seed)):
        for how in ({}, {"leased": True}, {"fresh": True}):
            frames, error = outcome(make(), pieces, **how)
            cut = [len(piece) for piece in pieces][:50]
            assert (normal(frames), error) == expected, f"cut as {cut}, {how}: {frames!r:.500}, {error}"
    return expected


def memory_factor(make: Callable[[], Any], data: bytes) -> float:
    """How much memory receiving `data` takes at most, in proportion to its length; in reads of 64 KiB.

    About 1 where a large payload is received in place (see `BytesMut.expect`; compiled buffers), 2 or more where it is
    copied. Measured by `tracemalloc`, which must not be running; sensible for a megabyte or more.
    """
    check_factory(make)
    codec, src, frames = Watched(make()), BytesMut(), list[Any]()
    tracemalloc.start()
    try:
        for start in range(0, len(data), READ):
            for _ in _leased(src, memoryview(data)[start : start + READ]):
                _take_all(codec.decode, src, frames)
        return tracemalloc.get_traced_memory()[1] / len(data)
    finally:
        tracemalloc.stop()


def _ways(data: bytes, rng: random.Random) -> Iterator[list[bytes]]:
    yield [data]
    if len(data) <= 2000:
        yield [data[i : i + 1] for i in range(len(data))]
    if len(data) <= 500:
        yield from ([data[:cut], data[cut:]] for cut in range(1, len(data)))
    for most in (5, 100, 5000, 200_000):
        if len(data) <= 2000 * most:
            yield list(_cut(data, most, rng))


def _cut(data: bytes, most: int, rng: random.Random) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        size = rng.randint(1, most)
        yield data[start : start + size]
        start += size


def _extended(src: BytesMut, piece: bytes) -> Iterator[None]:
    src.extend(piece)
    yield


def _leased(src: BytesMut, piece: bytes | memoryview) -> Iterator[None]:
    """Receive `piece`, in as many reads as it takes; codecs see what is expected only when it is complete."""
    left = memoryview(piece)
    while left:
        room = src.lease(READ)
        size = min(len(room), len(left))
        room[:size] = left[:size]
        src.commit(size)
        left = left[size:]
        if not src.expected:
            yield


def _take_all(step: Callable[[BytesMut], Any], src: BytesMut, frames: list[Any]) -> None:
    while True:
        try:
            frame = step(src)
        except ProtocolError as error:
            if not error.recoverable:
                raise
            frame = type(error)
        if frame is None:
            return
        frames.append(frame)


def _check_sticky(codec: Any, src: BytesMut, kind: type[Exception]) -> None:
    try:
        found: Any = codec.decode(src)
    except kind:
        return
    raise AssertionError(f"after {kind.__name__}, which was not recoverable, decode() went on: {found!r}")
