"""Bytes as they come: for what has no frames of its own, such as the inside of a tunnel after an upgrade."""

from __future__ import annotations

from framewire._impl import Bytes, BytesMut
from framewire.buf.write_buffer import WriteBuffer
from framewire.codec import Codec
from framewire.errors import EncodeError

__all__ = ["RawCodec"]


class RawCodec(Codec[Bytes]):
    """`Codec[Bytes]`: whatever has arrived is a frame; a large one is not copied either way (tokio's `BytesCodec`)."""

    __slots__ = ()

    @property
    def idle(self) -> bool:
        """Always true: every byte ends a frame."""
        return True

    def decode(self, src: BytesMut) -> Bytes | None:
        """All that is in `src`, or `None` if it is empty; O(1)."""
        return src.split().freeze() if src else None

    def decode_eof(self, src: BytesMut) -> Bytes | None:
        """The same: the end of the stream changes nothing."""
        return self.decode(src)

    def encode(self, frame: Bytes | bytes, dst: WriteBuffer) -> None:
        """Append the bytes as they are. Raises `EncodeError` for what is not bytes-like."""
        try:
            dst.put_slice(frame)
        except TypeError as error:
            raise EncodeError(str(error)) from None
