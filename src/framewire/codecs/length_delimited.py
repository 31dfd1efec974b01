"""Frames behind a length field: a head of fixed size says how long the rest is.

What belongs here: reading and writing that head, and its checks, in an order that a peer cannot use against us: the
length is adjusted first, then held against the limit, and only then is anything reserved.

      head                                   payload
    +--------+--------------+--------------+-----------------------------+
    | offset | length field | (adjustment) |                             |
    +--------+--------------+--------------+-----------------------------+
    |<------------ num_skip bytes are dropped ---->|<--- the frame ----->|
"""

from __future__ import annotations

from typing import Literal

from framewire._impl import BytesMut, PrefixedFrames
from framewire.buf.write_buffer import SHARE_THRESHOLD, WriteBuffer
from framewire.codec import Codec, Refusal, decode_eof
from framewire.codecs.delimiter import first_of
from framewire.codecs.payload import payload_size
from framewire.errors import EncodeError, FrameTooLong, ProtocolError

__all__ = ["LengthDelimitedCodec"]

LAND_THRESHOLD = 64 * 1024
"""Payloads of at least this many bytes are received in place (see `BytesMut.expect`)."""


class LengthDelimitedCodec(Codec[bytes]):
    """`Codec[bytes]`: each frame follows its length, by default four bytes in network order. After tokio-util's.

    The length field has `length_field_length` (1 to 8) bytes and `length_field_offset` bytes before it. The first
    `num_skip` bytes are dropped, by default all up to the end of the field; the number in the field plus
    `length_adjustment` says how many bytes then make up the frame. (So a field that counts the head too wants a
    negative adjustment; to keep a head of n bytes in the frame, add n and skip nothing.) A frame has at most
    `max_frame_length` bytes. `encode` writes the field, with the adjustment undone, and the payload; it knows nothing
    of other head bytes.
    """

    __slots__ = ("_adjustment", "_byteorder", "_field", "_left", "_max", "_offset", "_refusal", "_skip", "_taker")

    def __init__(
        self,
        *,
        length_field_offset: int = 0,
        length_field_length: int = 4,
        length_adjustment: int = 0,
        num_skip: int | None = None,
        max_frame_length: int = 8 * 1024 * 1024,
        byteorder: Literal["big", "little"] = "big",
    ) -> None:
        skip = length_field_offset + length_field_length if num_skip is None else num_skip
        self._taker = PrefixedFrames(
            length_field_offset, length_field_length, byteorder, length_adjustment, skip, max_frame_length
        )
        self._offset = length_field_offset
        self._field = length_field_length
        self._adjustment = length_adjustment
        self._skip = skip
        self._max = max_frame_length
        self._byteorder = byteorder
        self._left: int | None = None  # the length of a frame whose head was consumed; None: a head comes next
        self._refusal = Refusal()

    @property
    def idle(self) -> bool:
        """True between frames: no head has been consumed without its frame, and nothing was refused."""
        return self._left is None and not self._refusal

    def decode(self, src: BytesMut) -> bytes | None:
        """Take the next frame off `src`, or return `None` for "need more". A large one is received in place.

        Raises `FrameTooLong` for a length above the limit, and `ProtocolError` for one that the adjustment makes
        negative, or that with nothing to skip would consume nothing. Nothing was reserved then, and the codec refuses
        everything from there on.
        """
        if self._left is None and not self._refusal:
            frame = self._taker.take(src)
            if frame is not None:
                return frame
        with self._refusal:
            return self._take_part(src)

    def decode_batch(self, src: BytesMut, max_items: int) -> list[bytes]:
        """Take up to `max_items` frames off `src`. Raises `ProtocolError` when an offender comes first."""
        frames = self._taker.take_batch(src, max_items) if self.idle else []
        return frames or first_of(self.decode(src) if max_items else None)

    def decode_eof(self, src: BytesMut) -> bytes | None:
        """The next frame, or `None` at a clean end; raises `IncompleteFrame` inside one."""
        return decode_eof(self, src)

    def encode(self, frame: bytes, dst: WriteBuffer) -> None:
        """Append the length and the payload; a large one is not copied. Raises `EncodeError` if it does not fit."""
        size = payload_size(frame)
        if size > self._max:
            raise EncodeError(f"the frame has {size} bytes, limit {self._max}")
        number = size - self._adjustment
        if not 0 <= number < 1 << 8 * self._field:
            raise EncodeError(f"a length of {number} does not fit into a field of {self._field} bytes")
        head = number.to_bytes(self._field, self._byteorder)
        if isinstance(frame, bytes) and size < SHARE_THRESHOLD:
            dst.tail.extend(head + frame)  # what `put_slice` does, twice
        else:
            dst.put_slice(head)
            dst.put_slice(frame)

    def _take_part(self, src: BytesMut) -> bytes | None:
        """Consume a head, or the rest of a frame whose head was consumed; `None` while it is not whole."""
        length = self._left
        if length is None:
            length = self._left = self._take_head(src)
            if length is None:
                return None
        if len(src) < length:
            if length >= LAND_THRESHOLD:
                src.expect(length)
            return None
        self._left = None
        return src.split_to(length).freeze().to_bytes()

    def _take_head(self, src: BytesMut) -> int | None:
        """Consume a head; the length of its frame, checked, or `None` while the head is not whole."""
        end = self._offset + self._field
        if len(src) < max(end, self._skip):
            return None
        number = int.from_bytes(src.view()[self._offset : end], self._byteorder)
        length = self._checked(number + self._adjustment, number)
        src.advance(self._skip)
        return length

    def _checked(self, length: int, number: int) -> int:
        if length < 0:
            raise ProtocolError(f"a length of {number} is less than its head, by {-length} bytes")
        if length + self._skip == 0:
            raise ProtocolError("a frame of 0 bytes, of which nothing is skipped, would come for ever")
        if length > self._max:
            message = f"a frame of {length} bytes is longer than {self._max} bytes"
            raise FrameTooLong(message, limit=self._max, size=length)
        return length
