"""What an encoder of bytes is given: anything that holds bytes, and nothing else.

What belongs here: the one answer of all codecs to a frame that is no bytes. Text is none: who writes it names an
encoding.
"""

from __future__ import annotations

from framewire._pure.block import BytesLike, flat
from framewire.buf.write_buffer import size_of
from framewire.errors import EncodeError

__all__ = ["as_bytes", "payload_size"]


def as_bytes(frame: BytesLike | str) -> bytes:
    """`frame` as builtin bytes: itself, or a copy. Raises `EncodeError` for what is not bytes-like."""
    if isinstance(frame, bytes):
        return frame
    try:
        return bytes(flat(frame))  # type: ignore[arg-type]  # what is wrong is refused there
    except TypeError as error:
        raise EncodeError(str(error)) from None


def payload_size(frame: BytesLike) -> int:
    """How many bytes `WriteBuffer.put_slice(frame)` appends. Raises `EncodeError` for what is not bytes-like."""
    if isinstance(frame, bytes):
        return len(frame)
    try:
        return size_of(frame)
    except TypeError as error:
        raise EncodeError(str(error)) from None
