"""`read_buf`, `write_buf`, `write_all_buf`: bytes between a socket or file and a buffer, for who frames by hand.

What belongs here: which call of which kind of socket or file moves the bytes. How a buffer takes part in it is in
`buf/transfer.py`. The names and their meaning are tokio's, but for one: no room is an error, for 0 means the end alone.
"""

from __future__ import annotations

import io
import os
import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import IO, Any, TypeAlias

from framewire._pure.reading import BufLike
from framewire.buf.abstract import BufMutLike
from framewire.buf.transfer import fill, send, stuck

__all__ = ["read_buf", "write_all_buf", "write_buf"]

File: TypeAlias = "socket.socket | io.RawIOBase | io.BufferedIOBase | IO[bytes]"


def read_buf(source: File, buf: BufMutLike) -> int:
    """Append what one read of `source` brings to `buf`; returns how many bytes, 0 at the end of the stream.

    The kernel writes into the spare, uninitialised capacity of `buf`, which is as much as is read at most: `reserve`
    for more, `Limit` for less. A `BytesMut` that is full is given 8 KiB. `source` is a socket, TLS or not, or a binary
    file (`readinto`). Raises `BufferError` where `buf` has no room and cannot grow, `BlockingIOError` where a
    non-blocking source has nothing now, `TimeoutError`, `OSError` and `TypeError`; nothing was read then.
    """
    return fill(buf, _receiving(source))


def write_buf(sink: File, buf: BufLike) -> int:
    """Write bytes from the front of `buf` to `sink`, by one call; returns how many, which `buf` has consumed.

    Fewer than there are, as the kernel likes; 0 if `buf` is empty. Many chunks (`Rope`, `Chain`) leave a plain socket
    or an unbuffered file in one `sendmsg` or `writev`, others chunk by chunk. Nothing is copied. Raises
    `BlockingIOError` where a non-blocking sink has no room now, `TimeoutError`, `OSError` and `TypeError`; nothing was
    written then.
    """
    return send(buf, _sending(sink))


def write_all_buf(sink: File, buf: BufLike) -> None:
    """Write all of `buf` to `sink`, in as many calls as it needs.

    Raises as `write_buf` does, and `OSError` where the sink takes nothing; `buf` then begins with the first byte that
    was not written, so that calling again goes on.
    """
    transmit = _sending(sink)
    while buf.remaining():
        if not send(buf, transmit):
            raise stuck(buf)


def _receiving(source: Any) -> Callable[[memoryview], int | None]:
    """The call that reads once. (A buffered file's `readinto` would read until all the room is filled.)"""
    for name in ("recv_into", "readinto1", "readinto"):
        if hasattr(source, name):
            receive: Callable[[memoryview], int | None] = getattr(source, name)
            return receive
    raise TypeError(f"a socket or binary file is needed to read from, not {type(source).__name__}")


def _sending(sink: Any) -> Callable[[list[memoryview]], int | None]:
    """The call that writes once: of many chunks only where nothing lies between `sink` and the kernel.

    What only looks like a socket may hand on what it does not know to the socket below its encryption, so that
    `sendmsg` is for Python's own sockets.
    """
    if type(sink) is io.FileIO and hasattr(os, "writev"):
        return partial(os.writev, sink.fileno())
    if isinstance(sink, socket.socket) and not isinstance(sink, ssl.SSLSocket) and hasattr(sink, "sendmsg"):
        return sink.sendmsg
    for name in ("send", "write"):
        if hasattr(sink, name):
            return partial(_first, getattr(sink, name))
    raise TypeError(f"a socket or binary file is needed to write to, not {type(sink).__name__}")


def _first(write: Callable[[memoryview], int | None], chunks: list[memoryview]) -> int | None:
    return write(chunks[0])
