"""One step between a buffer and whatever moves bytes: received into its room, or sent from its chunks.

What belongs here: what `read_buf` and `write_buf` of `framewire.blocking` and `framewire.aio` share. The moving itself
is a function that the caller gives: nothing here waits, and no byte is between two places when it returns or raises.
"""

from __future__ import annotations

from collections.abc import Callable

from framewire._impl import BytesMut
from framewire._pure.reading import BufLike
from framewire.buf.abstract import BufMutLike, chunks_of, readable, writable
from framewire.buf.adaptors import Limit
from framewire.buf.segments import IOV_MAX
from framewire.buf.write_buffer import WriteBuffer

__all__ = ["fill", "send", "stuck"]

ROOM = 8 * 1024
"""Bytes of room that a buffer of ours which has none left is given for a read."""


def fill(buf: BufMutLike, receive: Callable[[memoryview], int | None]) -> int:
    """Let `receive` write into the room of `buf`, once, and append as much as it says; returns that number.

    Raises `BufferError` where there is no room, for a read into nothing would look like the end of the stream,
    `BlockingIOError` where `receive` returns `None`, `TypeError`, and what `receive` raises; nothing is appended then.
    """
    _make_room(buf)
    with buf.chunk_mut() as room:
        if not room:
            raise BufferError("the buffer has no room to read into")
        nbytes = receive(room)
    if nbytes is None:
        raise BlockingIOError("there is nothing to read now")
    buf.advance_mut(nbytes)
    return nbytes


def send(buf: BufLike, transmit: Callable[[list[memoryview]], int | None]) -> int:
    """Let `transmit` take bytes from the front of `buf`, once, and consume as many as it says; returns that number.

    It is given chunks in their order, none of them empty, and not called if there are none. Raises `BlockingIOError`
    where it returns `None`, `TypeError`, and what it raises; nothing is consumed then.
    """
    readable(buf)
    if not buf.remaining():
        return 0
    nbytes = transmit(chunks_of(buf, IOV_MAX))
    if nbytes is None:
        raise BlockingIOError("nothing can be written now")
    buf.advance(nbytes)
    return nbytes


def stuck(buf: BufLike) -> OSError:
    """What to raise where a write took nothing and no error said why: trying again could go on for ever."""
    return OSError(f"the sink takes no bytes; {buf.remaining()} were left to write")


def _make_room(buf: BufMutLike) -> None:
    """Enlarge what can grow and is full: by more than `chunk_mut` would by itself, and no more than a limit allows."""
    writable(buf)
    most = ROOM
    inner: object = buf
    while isinstance(inner, Limit):
        most, inner = min(most, inner.limit), inner.inner
    if isinstance(inner, WriteBuffer):
        inner = inner.tail
    if isinstance(inner, BytesMut) and inner.capacity == len(inner):
        inner.reserve(most)
