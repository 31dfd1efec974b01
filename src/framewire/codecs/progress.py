"""A look at whether a codec goes forward, so that one that does not is an error and no endless loop.

What belongs here: what a codec of somebody else may do before it is called stuck. A frame is made of bytes, so a codec
that gives frame after frame and consumes nothing would give them for ever: to a loop that reads them without ever
waiting, or to a list that grows until there is no memory. Ours are tested, and not looked at: that would cost as much
as decoding a short frame does.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar, cast

from framewire._impl import BytesMut
from framewire.codec import Codec, Decoder
from framewire.errors import CodecStuck, ProtocolError

__all__ = ["SLACK", "Watched", "watched"]

F = TypeVar("F")

SLACK = 1024
"""Frames, beyond one for each byte that was there when something was consumed, that may come without another byte."""


class Watched(Generic[F]):
    """A codec's decoding, counted; everything else is the codec's own."""

    __slots__ = ("_allowed", "_codec", "_decode", "_decode_eof")

    def __init__(self, codec: Codec[F]) -> None:
        self._codec = codec
        self._decode = codec.decode
        self._decode_eof = codec.decode_eof
        self._allowed = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._codec, name)

    def decode(self, src: BytesMut) -> F | None:
        """What the codec returns or raises. Raises `CodecStuck` where it does not go forward."""
        before = len(src)
        try:
            frame = self._decode(src)
        except ProtocolError as error:
            if error.recoverable:
                self._count(before, len(src))
            raise
        if len(src) == before:
            if frame is not None:
                self._count(before, before)
        elif self._allowed < before:
            self._allowed = before
        return frame

    def decode_eof(self, src: BytesMut) -> F | None:
        """The same after the end of the stream."""
        before = len(src)
        try:
            frame = self._decode_eof(src)
        except ProtocolError as error:
            if error.recoverable:
                self._count(before, len(src))
            raise
        if frame is not None:
            self._count(before, len(src))
        return frame

    def _count(self, before: int, after: int) -> None:
        if after != before:
            self._allowed = max(self._allowed, before)
        elif self._allowed > -SLACK:
            self._allowed -= 1
        else:
            raise CodecStuck(f"{self._codec!r:.200} gives one frame after the other and consumes no byte")


def watched(codec: Codec[F]) -> Decoder[F]:
    """What to decode with: `codec` itself if its decoding is ours, else as `Watched`."""
    ours = _module(codec, "decode").startswith("framewire.codecs.")
    if ours and _module(codec, "decode_eof").startswith("framewire.codec"):  # the usual one is in `codec.py`
        return codec
    return cast("Decoder[F]", Watched(codec))


def _module(codec: Codec[Any], method: str) -> str:
    return getattr(getattr(type(codec), method, None), "__module__", None) or ""
