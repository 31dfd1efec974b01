"""RESP2 and RESP3 as codecs: frames both ways, a client's side, a server's side, and the one-shot forms.

What belongs here: the codec contract of `framewire.codec` on top of the RESP decoder and encoders. The grammar is in
the twins that `framewire._impl` chooses from, the frames and limits are in `framewire.frames.resp`.

    codec               what it decodes         what it encodes
    RespCodec           frames                  frames
    RespClientCodec     values (replies)        commands
    RespServerCodec     requests                values (replies)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from framewire._impl import (
    Bytes,
    BytesMut,
    Cursor,
    FrameScanner,
    RespDecoder,
    encode_commands,
    encode_frame,
    encode_values,
    pack_command,
)
from framewire.buf.write_buffer import WriteBuffer
from framewire.codec import Codec, check_clean_end, decode_eof
from framewire.errors import IncompleteFrame
from framewire.frames.resp import RespFrame, RespLimits, RespValue

__all__ = [
    "FrameScanner",
    "RespClientCodec",
    "RespCodec",
    "RespServerCodec",
    "check",
    "pack_command",
    "parse",
]

DEFAULT_LIMITS = RespLimits()
MISSING = object()


class _Decoding:
    """What the three codecs share: a decoder, and how a stream ends."""

    __slots__ = ("_decoder",)

    def __init__(self, output: str, limits: RespLimits) -> None:
        self._decoder = RespDecoder(output, limits)

    @property
    def idle(self) -> bool:
        """True between items: no byte of an unfinished one has been seen, and nothing was refused. O(1)."""
        return self._decoder.idle

    @property
    def limits(self) -> RespLimits:
        """What the peer may ask; may be set at any time."""
        return self._decoder.limits

    @limits.setter
    def limits(self, limits: RespLimits) -> None:
        self._decoder.limits = limits


class RespCodec(_Decoding, Codec[RespFrame]):
    """`Codec[RespFrame]`: frames in, frames out, each keeping its type and structure exactly."""

    __slots__ = ("protocol",)

    def __init__(self, limits: RespLimits = DEFAULT_LIMITS, protocol: int = 3) -> None:
        """`protocol` (2 or 3, settable) is what `encode` writes; both are always understood."""
        super().__init__("frames", limits)
        self.protocol = protocol

    def decode(self, src: BytesMut) -> RespFrame | None:
        """Take the next frame off `src`, or return `None` for "need more bytes". Raises `ProtocolError`."""
        return cast("RespFrame | None", self._decoder.decode(src))

    def decode_batch(self, src: BytesMut, max_items: int) -> list[RespFrame]:
        """Take up to `max_items` frames off `src`. Raises `ProtocolError` when an offender comes first."""
        return self._decoder.decode_batch(src, max_items)

    def decode_eof(self, src: BytesMut) -> RespFrame | None:
        """After the end of the stream: the next frame, `None` at a clean end; raises `IncompleteFrame` inside one."""
        return cast("RespFrame | None", decode_eof(self, src))

    def encode(self, frame: RespFrame, dst: WriteBuffer) -> None:
        """Append `frame`; payloads of 16 KiB or more are not copied. Raises `EncodeError`, with nothing appended."""
        encode_frame(frame, self.protocol, dst.tail, dst.segments)


class RespClientCodec(_Decoding):
    """A client's side: replies come in as values (see `RespValue`), commands go out."""

    __slots__ = ()

    def __init__(self, limits: RespLimits = DEFAULT_LIMITS) -> None:
        super().__init__("values", limits)

    def decode(self, src: BytesMut, default: RespValue = None) -> RespValue:
        """Take the next value off `src`, or return `default` for "need more bytes".

        A reply may be `None`: give another `default` to tell them apart. Raises `ProtocolError`.
        """
        return self._decoder.decode(src, default)

    def decode_batch(self, src: BytesMut, max_items: int) -> list[RespValue]:
        """Take up to `max_items` values off `src`. Raises `ProtocolError` when an offender comes first."""
        return self._decoder.decode_batch(src, max_items)

    def decode_eof(self, src: BytesMut, default: RespValue = None) -> RespValue:
        """After the end of the stream: the next value, or `default` at a clean end; else raises `IncompleteFrame`."""
        value = self._decoder.decode(src, MISSING)
        if value is not MISSING:
            return value
        check_clean_end(self.idle, src)
        return default

    def encode(self, command: Sequence[object], dst: WriteBuffer) -> None:
        """Append one command: a list or tuple of `bytes`-like, `str`, `int` or `float`. Raises `EncodeError`."""
        encode_commands([command], dst.tail, dst.segments)

    def encode_batch(self, commands: Sequence[Sequence[object]], dst: WriteBuffer) -> None:
        """Append many commands, or, when one of them raises `EncodeError`, none."""
        encode_commands(commands, dst.tail, dst.segments)


class RespServerCodec(_Decoding):
    """A server's side: requests come in as lists of `bytes`, inline ones too, and replies go out as values."""

    __slots__ = ("protocol",)

    def __init__(self, limits: RespLimits = DEFAULT_LIMITS, protocol: int = 2) -> None:
        """`protocol` (2 or 3, settable) is what `encode` writes; a connection starts with 2 and `HELLO` changes it."""
        super().__init__("requests", limits)
        self.protocol = protocol

    @property
    def authenticated(self) -> bool:
        """While False, a request may have 10 arguments of 16 KiB each, as in Redis. May be set at any time."""
        return self._decoder.authenticated

    @authenticated.setter
    def authenticated(self, yes: bool) -> None:
        self._decoder.authenticated = yes

    def decode(self, src: BytesMut) -> list[bytes] | None:
        """Take the next request off `src`, never an empty one, or return `None` for "need more bytes".

        Raises `ProtocolError` with the words of Redis, without their prefix `Protocol error: `.
        """
        return cast("list[bytes] | None", self._decoder.decode(src))

    def decode_batch(self, src: BytesMut, max_items: int) -> list[list[bytes]]:
        """Take up to `max_items` requests off `src`. Raises `ProtocolError` when an offender comes first."""
        return self._decoder.decode_batch(src, max_items)

    def decode_eof(self, src: BytesMut) -> list[bytes] | None:
        """After the end of the stream: the next request, `None` at a clean end; raises `IncompleteFrame` inside one."""
        return decode_eof(self, src)

    def encode(self, value: RespValue, dst: WriteBuffer) -> None:
        """Append one reply in the current `protocol`. Raises `EncodeError`, with nothing appended."""
        encode_values([value], self.protocol, dst.tail, dst.segments)

    def encode_batch(self, values: Sequence[RespValue], dst: WriteBuffer, protocol: int | None = None) -> None:
        """Append many replies in `protocol` (by default the current one), or, on `EncodeError`, none."""
        encode_values(values, self.protocol if protocol is None else protocol, dst.tail, dst.segments)


# ---- one-shot forms ----------------------------------------------------------------------------------------------


def check(buffer: Any, limits: RespLimits = DEFAULT_LIMITS) -> int | None:
    """Length of the first frame in `buffer`, its attributes included, or `None` if it is not all there.

    `buffer` is bytes-like, `Bytes`, `BytesMut` or `Cursor`; a `Cursor` is moved to the frame's end, anything else is
    left alone. Builds nothing and raises `ProtocolError`. It starts anew at each call: for bytes that keep coming use
    `FrameScanner`, which remembers its place.
    """
    length = FrameScanner(limits).scan(buffer)
    if length is not None and isinstance(buffer, Cursor):
        buffer.advance(length)
    return length


def parse(buffer: Any, limits: RespLimits = DEFAULT_LIMITS) -> RespFrame:
    """The first frame of `buffer` (as for `check`); a `Cursor` or `BytesMut` is advanced past it.

    Raises `IncompleteFrame` if it is not all there, or `ProtocolError`; nothing is consumed then. Copies the frame.
    """
    length = FrameScanner(limits).scan(buffer)
    if length is None:
        raise IncompleteFrame(f"{len(buffer)} bytes are less than a frame", buffered=len(buffer))
    if isinstance(buffer, Cursor | BytesMut):
        return _decode_one(BytesMut(buffer.copy_to_bytes(length).view()), limits)
    view = buffer.view() if isinstance(buffer, Bytes) else memoryview(buffer).cast("B")
    return _decode_one(BytesMut(view[:length]), limits)


def _decode_one(src: BytesMut, limits: RespLimits) -> RespFrame:
    return cast("RespFrame", RespDecoder("frames", limits).decode(src))
