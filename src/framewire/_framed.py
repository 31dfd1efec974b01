"""`Framed`: what a connection does without waiting, be it of `aio` or of `blocking`.

What belongs here: the codec in force, frames taken out of what has come, frames put into what will go. There is no I/O
in it: those who wait and receive and send are `aio/connection.py` and `blocking/connection.py`.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from framewire._impl import BytesMut
from framewire.buf.write_buffer import WriteBuffer
from framewire.codec import Codec, Decoder, check_codec
from framewire.codecs.batch import decode_ready
from framewire.codecs.progress import watched
from framewire.errors import CodecInUse, ProtocolError

__all__ = ["DEFAULT_HIGH_WATER", "FEED_LIMIT", "READ_SIZE", "Framed"]

F = TypeVar("F")

READ_SIZE = 64 * 1024
"""Room for one read at least. A payload that is received in place has more, up to 1 MiB at once."""

FEED_LIMIT = 64 * 1024
"""Encoded bytes that `feed_frame` collects before it sends them by itself."""

DEFAULT_HIGH_WATER = 256 * 1024
"""Bytes that may wait undecoded, or unsent, before somebody has to wait."""


class Framed(Generic[F]):
    """A codec between two buffers: the bytes that have come, which each call is given, and `_outbox`."""

    def __init__(self, codec: Codec[F]) -> None:
        self._use(codec)
        self._outbox = WriteBuffer()
        self._ahead: F | _Raised | None = None  # decoded before it was asked for: returned or raised next

    @property
    def codec(self) -> Codec[F]:
        """The codec in force."""
        return self._codec

    def _next(self, rest: BytesMut) -> F | None:
        """A frame, if one is whole. (Who reads frame by frame writes the first case out: a call would cost as much.)"""
        ahead = self._ahead
        if ahead is None:
            return self._decoder.decode(rest)
        self._ahead = None
        if isinstance(ahead, _Raised):
            raise ahead.error
        return ahead

    def _decode_ahead(self, rest: BytesMut) -> None:
        """Let the codec have what has come, before somebody asks; whatever it raises is for who asks next."""
        if self._ahead is None:
            try:
                self._ahead = self._decoder.decode(rest)
            except Exception as error:
                self._ahead = _Raised(error)

    def _with_ready(self, first: F, rest: BytesMut, max_frames: int) -> list[F]:
        """`first`, and the frames behind it that are whole; an offender's error is for who asks next."""
        frames = [first]
        if self._ahead is None:
            error = decode_ready(self._decoder, rest, frames, max_frames)
            self._ahead = None if error is None else _Raised(error)
        return frames

    def _is_inside_frame(self, rest: BytesMut) -> bool:
        """Whether a part of a frame is here, and no whole one."""
        return bool(rest) or rest.expected > 0 or not self._codec.idle

    def _check_nothing_read_ahead(self, rest: BytesMut) -> None:
        """Raise `ProtocolError` where bytes have come that TLS should have carried.

        Whoever sits between the two sides can put them there. Decoded later, they would pass for bytes that came
        through TLS (CVE-2011-0411 and its many successors).
        """
        if self._ahead is not None or self._is_inside_frame(rest):
            raise ProtocolError(f"{len(rest)} bytes or more came in the clear, behind the switch to TLS")

    def _check_nothing_decoded(self) -> None:
        """Raise `CodecInUse` where bytes have left `rest` for the codec, so that `rest` is not all that is unread."""
        if self._ahead is not None or not self._codec.idle:
            raise CodecInUse("the codec holds a part of what was received: read to the end of a frame first")

    def _switch_codec(self, codec: Codec[Any]) -> None:
        """Decode and encode with another codec. Raises `CodecInUse` where the old one stands inside a frame."""
        if not self._codec.idle:
            raise CodecInUse("the codec stands inside a frame: switch at a frame boundary")
        self._use(codec)

    def _use(self, codec: Codec[F]) -> None:
        check_codec(codec)
        self._codec = codec
        self._decoder: Decoder[F] = watched(codec)  # what decodes: the codec itself, if it is one of ours


class _Raised:
    """What a codec raised when it was called before anybody asked; not the error itself, which could be a frame."""

    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error
