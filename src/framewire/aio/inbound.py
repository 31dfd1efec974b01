"""The unread bytes of one connection, and the loan of room for more.

What belongs here: who owns the memory that the kernel writes into, and when it changes hands. Nothing is decoded here.

    all connections of a thread share one block      a connection keeps only what it could not decode yet
    +--------------------------------------+         +-----------------+
    | scratch: lent while a read is under  |  keep   | rest            |
    | way, empty again before the next one | ------> | small: a copy   |
    +--------------------------------------+         | large: shared   |
                                                     +-----------------+

asyncio and uvloop fill what `get_buffer()` lent and call `buffer_updated()` before they turn to another connection, so
one block is enough for all of them, and an idle connection owns no read buffer. Once a connection has a rest, or its
codec expects a large payload, the following reads go to its own buffer.
"""

from __future__ import annotations

import threading

from framewire._framed import READ_SIZE
from framewire._impl import BytesMut
from framewire._pure.block import BytesLike
from framewire.buf.write_buffer import SHARE_THRESHOLD

__all__ = ["Inbound"]

_thread = threading.local()


def _scratch() -> BytesMut:
    """The scratch buffer of this thread; an event loop never leaves its thread."""
    try:
        scratch: BytesMut = _thread.scratch
    except AttributeError:
        scratch = _thread.scratch = BytesMut()
    return scratch


class Inbound:
    """The receiving side of one connection: `lease`, then `commit`, decode from what it returns, then `settle`.

    Between `commit` and `settle`, `lent` is what to decode from. What fails between them must `discard`.
    """

    __slots__ = ("_owns", "_scratch", "lent", "rest")

    def __init__(self) -> None:
        self.rest = BytesMut()
        self._scratch = _scratch()
        self.lent = self._scratch
        self._owns = False  # `rest` may hold on to a block, even when it is empty

    def put_before(self, received: BytesLike) -> None:
        """Bytes that were received elsewhere, before any that have come here. O(n)."""
        if received:
            rest = BytesMut(received)
            rest.extend(self.rest.view())
            self.rest, self._owns = rest, True

    def take(self) -> BytesMut:
        """Give away what was not decoded."""
        taken, self.rest = self.rest, BytesMut()
        self.lent, self._owns = self._scratch, False
        return taken

    def lease(self, sizehint: int = -1) -> memoryview:
        """Room for the next read: the connection's own buffer if it holds or expects something, else the scratch.

        It is what asyncio calls `get_buffer`, whose hint says nothing that we could use.
        """
        rest = self.rest
        if rest or rest.expected:
            self.lent, self._owns = rest, True
            return rest.lease(READ_SIZE)
        self.lent = self._scratch
        return self._scratch.lease(READ_SIZE)

    def lease_own(self) -> memoryview:
        """Room in the connection's own buffer, for who reads while another connection decodes from the scratch."""
        self.lent, self._owns = self.rest, True
        return self.rest.lease(READ_SIZE)

    def commit(self, nbytes: int) -> BytesMut:
        """`nbytes` were received into the lease. Returns the buffer to decode from, valid until `settle`."""
        lent = self.lent
        lent.commit(nbytes)
        return lent

    def settle(self) -> None:
        """Keep what was not decoded. O(1), but for a copy of less than `SHARE_THRESHOLD` bytes."""
        lent = self.lent
        if lent is self.rest:
            self.release_if_empty()
        elif lent or lent.expected:
            self.rest = self.lent = _keep(lent)
            self._owns = True

    def discard(self) -> None:
        """Forget every byte, after a failure: none may wait in the scratch for the next connection to decode."""
        self._scratch.clear()
        self.rest = self.lent = BytesMut()

    def release_if_empty(self) -> None:
        """Give the connection's own block back once nothing is in it and nothing is expected."""
        rest = self.rest
        if self._owns and not rest and not rest.expected:
            self.rest = BytesMut()
            self.lent = self._scratch  # uvloop may have asked for room again, in vain
            self._owns = False


def _keep(scratch: BytesMut) -> BytesMut:
    """Take the unread bytes out of the scratch: copy small, share large; an expected payload stays expected."""
    expected = scratch.expected
    rest = scratch.split()
    if len(rest) < SHARE_THRESHOLD:
        rest = BytesMut(rest.view())
    if expected:
        rest.expect(expected)
    return rest
