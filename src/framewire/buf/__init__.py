"""Buffers that anybody can write, and what is built on them; the names are re-exported here and nothing else.

`Buf` and `BufMut` are in `abstract`; `Chain`, `Take` and `Limit` in `adaptors`; `Reader` and `Writer` in `streams`;
`Rope` and `WriteBuffer` in modules of their names. Everything stands on the three primitives of reading (`remaining`,
`chunk`, `advance`) or of writing (`remaining_mut`, `chunk_mut`, `advance_mut`), whichever implementation of `BytesMut`
and `Cursor` is in use. Names and meaning follow Rust's `bytes::buf`; too few bytes raise `BufferUnderflow`, too little
room raises `BufferError`, and then nothing was consumed or written.
"""

from framewire._pure.block import BytesLike
from framewire._pure.reading import BufLike
from framewire.buf.abstract import Buf, BufMut
from framewire.buf.adaptors import Chain, Limit, Take
from framewire.buf.rope import Rope
from framewire.buf.streams import Reader, Writer
from framewire.buf.write_buffer import SHARE_THRESHOLD, Mark, WriteBuffer

__all__ = [
    "SHARE_THRESHOLD",
    "Buf",
    "BufLike",
    "BufMut",
    "BytesLike",
    "Chain",
    "Limit",
    "Mark",
    "Reader",
    "Rope",
    "Take",
    "WriteBuffer",
    "Writer",
]
