"""What a codec is: three small protocols that connections rely on and every codec obeys.

What belongs here: the contract, and nothing that knows a concrete wire format. It follows tokio-util's `codec`
module, translated: "not yet" is `None`, the buffer belongs to the caller, an error is for a broken stream only.

The duties of a decoder, by what `src` holds:

* less than a frame: return `None`. It may consume the part that it has understood, and must then remember it; it never
  looks at a byte twice. For one large payload it may call `src.expect(n)`, so that the payload is received in place.
* exactly a frame, or more: consume that frame, return it, leave the rest.
* something else: raise `ProtocolError`, now and at each later call. A too long item that can be skipped raises
  `FrameTooLong(recoverable=True)` once and goes on at the next delimiter.
"""

from __future__ import annotations

from typing import Protocol, TypeVar

from framewire._impl import BytesMut
from framewire.buf import WriteBuffer
from framewire.errors import IncompleteFrame

__all__ = ["Codec", "Decoder", "Encoder", "check_clean_end", "decode_eof"]

F_co = TypeVar("F_co", covariant=True)
F_contra = TypeVar("F_contra", contravariant=True)
F = TypeVar("F")


class Decoder(Protocol[F_co]):
    """Bytes in, frames out; never waits, never reads."""

    @property
    def idle(self) -> bool:
        """True at a frame boundary: nothing of a frame has been consumed."""

    def decode(self, src: BytesMut) -> F_co | None:
        """Take one frame off the front of `src`, or return `None` for "need more bytes"."""

    def decode_eof(self, src: BytesMut) -> F_co | None:
        """The stream has ended: the next frame, or `None` at a clean end; raise `IncompleteFrame` for leftovers."""


class Encoder(Protocol[F_contra]):
    """Frames in, bytes out."""

    def encode(self, frame: F_contra, dst: WriteBuffer) -> None:
        """Append the wire form of `frame` to `dst`; on `EncodeError` nothing was appended."""


class Codec(Decoder[F], Encoder[F], Protocol[F]):
    """Both directions of one protocol."""


def decode_eof(decoder: Decoder[F], src: BytesMut) -> F | None:
    """The usual `decode_eof`: frames while there are any, `None` when idle and empty, else `IncompleteFrame`."""
    frame = decoder.decode(src)
    if frame is not None:
        return frame
    check_clean_end(decoder.idle, src)
    return None


def check_clean_end(idle: bool, src: BytesMut) -> None:
    """Raise `IncompleteFrame` unless the stream has ended between two frames: idle, and with nothing left in `src`."""
    if not idle or src:
        raise IncompleteFrame(f"the stream ended inside a frame, with {len(src)} bytes undecoded", buffered=len(src))
