"""HTTP fed in every way: whole, byte by byte, cut at random. Body chunks are joined: their borders are arrival's."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any

from framewire import BytesMut, FramewireError, HttpCodec, IncompleteFrame, ProtocolError, WriteBuffer
from framewire.frames.http import BodyChunk, EndOfMessage, HttpFrame, HttpLimits, RequestHead
from tests.every_way import cuts

__all__ = ["asking", "encoded", "every_way", "frames_of", "serving"]


TARGETS = {b"CONNECT": b"h:1"}


def serving(*, lenient: bool = False, **limits: Any) -> Callable[[], HttpCodec]:
    """Makes codecs of a server."""
    return lambda: HttpCodec("server", HttpLimits(**limits), lenient=lenient)


def asking(
    *methods: bytes, headers: tuple[tuple[bytes, bytes], ...] = (), lenient: bool = False
) -> Callable[[], HttpCodec]:
    """Makes codecs of a client that has sent requests of these methods."""

    def make() -> HttpCodec:
        codec = HttpCodec("client", lenient=lenient)
        for method in methods:
            encoded(codec, RequestHead(method, TARGETS.get(method, b"/"), ((b"host", b"h"), *headers)), EndOfMessage())
        return codec

    return make


def encoded(codec: HttpCodec, *frames: HttpFrame) -> bytes:
    """The wire form of the frames."""
    out = WriteBuffer()
    for frame in frames:
        codec.encode(frame, out)
    return b"".join(bytes(segment) for segment in out.take())


def frames_of(codec: HttpCodec, pieces: Iterable[bytes], eof: bool = True) -> list[Any]:
    """Frames in order, the chunks of a body joined, and the error that ended it as (type, text) if there was one."""
    src = BytesMut()
    found: list[Any] = []
    try:
        for piece in pieces:
            src.extend(piece)
            _drain(codec.decode, src, found)
        if eof:
            _drain(codec.decode_eof, src, found)
    except (ProtocolError, IncompleteFrame) as error:
        found.append((type(error).__name__, str(error).partition(", with")[0]))
        if isinstance(error, ProtocolError):
            _check_sticky(codec, src, error)
    return found


def every_way(make: Callable[[], HttpCodec], data: bytes, eof: bool = True) -> list[Any]:
    """What `data` decodes to, which must not depend on how it was cut."""
    whole = frames_of(make(), [data], eof)
    rng = random.Random(1)
    ways = [list(cuts(data, most, rng)) for most in (3, 40, 400)]
    if len(data) < 3000:
        ways.append([data[i : i + 1] for i in range(len(data))])
    for pieces in ways:
        assert frames_of(make(), pieces, eof) == whole, [len(piece) for piece in pieces]
    return whole


def _drain(step: Callable[[BytesMut], Any], src: BytesMut, found: list[Any]) -> None:
    while (frame := step(src)) is not None:
        if isinstance(frame, BodyChunk):
            assert len(frame.data), "a chunk is never empty"
            if found and isinstance(found[-1], bytes):
                found[-1] += bytes(frame.data)
                continue
            frame = bytes(frame.data)  # type: ignore[arg-type]
        found.append(frame)


def _check_sticky(codec: HttpCodec, src: BytesMut, error: FramewireError) -> None:
    try:
        codec.decode(src)
    except ProtocolError as again:
        assert (type(again), str(again)) == (type(error), str(error))
    else:
        raise AssertionError(f"the codec went on after {error!r}")
    assert not codec.idle and not codec.keep_alive
