"""asyncio's callbacks turned into the few things a connection asks for: bytes, room, end, error.

What belongs here: the `BufferedProtocol` and its waiting. Frames are not known here; `connection.py` decodes.
Reading pauses above the read high-water mark, but never while a reader waits: it may wait for the rest of one frame
that is larger than the mark.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NoReturn, cast

from framewire._framed import DEFAULT_HIGH_WATER, READ_SIZE
from framewire.aio.inbound import Inbound
from framewire.aio.vectored import Outbound
from framewire.aio.waking import Waiter
from framewire.errors import ConnectionClosedError

__all__ = ["StreamProtocol"]


class StreamProtocol(asyncio.BufferedProtocol):
    """One connection's callbacks.

    `on_open` is called once, when the transport is there. `on_payload` is called when decoding cannot wait for the
    reader's turn: an expected payload is complete, which must be taken out of `inbound.rest` before the next read, or
    it would have to move to make room; or a whole read's worth has come for somebody who waits, so that a large payload
    may have begun. (uvloop reads on up to 32 times before it lets a task run: what is expected by then is not copied.)
    `on_turn_end` is called when the reader has had its turn with what has come.
    """

    __slots__ = (
        "_closed", "_closing", "_finishing", "_high_water", "_on_open", "_paused_reading", "_reader", "_writers",
        "at_eof", "draining", "error", "held", "in_turn", "inbound", "loop", "on_payload", "on_turn_end", "outbound",
        "received", "transport", "waits",
    )  # fmt: skip

    def __init__(
        self,
        on_open: Callable[[StreamProtocol], None] | None = None,
        *,
        high_water: int = DEFAULT_HIGH_WATER,
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self._on_open = on_open
        self._high_water = high_water
        self._paused_reading = False
        self._reader: Waiter | None = None
        self._writers: list[asyncio.Future[None]] = []
        self._closed = self.loop.create_future()
        self.on_payload: Callable[[], None] = _nothing
        self.on_turn_end: Callable[[], None] = _nothing
        self.in_turn = False  # `on_turn_end` will be called, and soon
        self.at_eof = False
        self.held = False  # the connection is being handed over: nobody may read or write meanwhile
        self.draining = False  # read no further than the frame under way
        self.received = 0  # bytes, in all
        self.waits = 0  # which wait for a frame it is; one that is broken off and begun again is still the same
        self._closing = False
        self.error: Exception | None = None

    # -- asyncio calls these ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport = cast("asyncio.Transport", transport)  # uvloop's is one, but does not inherit
        transport.set_write_buffer_limits(high=self._high_water)
        self.inbound = Inbound()
        self.outbound = Outbound(transport, self._high_water)
        if self._on_open is not None:
            self._on_open(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self.inbound.lease(sizehint)

    def buffer_updated(self, nbytes: int) -> None:
        inbound = self.inbound
        self.received += nbytes
        payload_under_way = inbound.lent.expected
        try:
            inbound.commit(nbytes)
            inbound.settle()
        except BaseException:  # no memory, say: asyncio closes this connection, and the next one starts clean
            inbound.discard()
            raise
        if not inbound.rest.expected if payload_under_way else nbytes >= READ_SIZE and self.awaits_frame:
            self.on_payload()
        if inbound.rest.expected:
            return  # more of a large payload is to come, in place: nothing to decode yet
        reader, self._reader = self._reader, None
        if reader is not None and not reader.done():
            self.in_turn = True
            reader.wake()  # it goes on at once: a small request is answered without another round of the loop
            self.in_turn = False
            self.on_turn_end()
            return
        self.waits += 1  # a frame may have become whole, and be taken without waiting
        if len(inbound.rest) >= self._high_water:
            self._paused_reading = True
            self.transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        """For transports that fill no buffer of ours (asyncio's pipes): one copy more."""
        received = memoryview(data)
        while received:
            room = self.get_buffer(len(received))
            nbytes = min(len(room), len(received))
            room[:nbytes] = received[:nbytes]
            self.buffer_updated(nbytes)
            received = received[nbytes:]

    def eof_received(self) -> bool:
        self.at_eof = True
        self._wake_reader()
        return not self.held and self.transport.get_extra_info("sslcontext") is None  # TLS cannot be half-closed

    def pause_writing(self) -> None:
        self.outbound.pause()

    def resume_writing(self) -> None:
        self.outbound.resume()
        if not self.outbound.full:
            self._wake_writers()

    def output_lost(self, exc: Exception | None) -> None:
        """This direction alone is gone (`PipeTransport` calls it): reading goes on."""
        self.error = exc or self.error
        self.outbound.lose()
        self._wake_writers()

    def connection_lost(self, exc: Exception | None) -> None:
        self.error = exc or self.error
        self.on_payload = self.on_turn_end = _nothing  # they refer back to us: a dead connection is freed at once
        self.outbound.clear()
        self._wake_reader()
        self._wake_writers()
        if not self._closed.done():
            self._closed.set_result(None)

    # -- the connection calls these -----------------------------------------------------------------------------------

    @property
    def is_closed(self) -> bool:
        """Whether the transport is gone."""
        return self._closed.done()

    @property
    def is_closing(self) -> bool:
        """Whether this side has closed or lost the transport, or will close it once all is sent."""
        return self._closing or self.transport.is_closing()

    def check_open(self) -> None:
        """Raise `ConnectionClosedError` where nothing can be sent any more."""
        if self.held:
            self._refuse()
        if self.outbound.finishing or self._closing or self.transport.is_closing():
            raise ConnectionClosedError("the connection is closed") from self.error

    def close(self) -> None:
        """Close the transport once all is sent; whoever waits to read need not wait for that."""
        self._closing = True
        self.outbound.close()
        self._wake_reader()

    def drain(self) -> None:
        """Read no further than the frame under way; whoever waits for another one is told."""
        self.draining = True
        self._wake_reader()

    def give_up(self, error: Exception) -> None:
        """Close at once, and let whoever uses the connection know why."""
        self.error = error
        self.transport.abort()

    @property
    def awaits_frame(self) -> bool:
        """Whether somebody waits for bytes."""
        return self._reader is not None and not self._reader.done()

    def wait_readable(self) -> Waiter:
        """What to await for bytes, the end, or an error. One caller at a time; cancelling it loses nothing."""
        if self.awaits_frame:
            raise RuntimeError("another task is already waiting to read from this connection")
        if self.held:
            self._refuse()
        self._resume_reading()
        self.inbound.release_if_empty()
        self._reader = reader = Waiter(self.loop)
        return reader

    async def wait_writable(self) -> None:
        """Wait until the output is below its high-water mark; raise `ConnectionClosedError` if it never will be."""
        await self._wait_while(lambda: self.outbound.full)  # which also ends with the output

    async def _wait_while(self, busy: Callable[[], bool]) -> None:
        """Wait for the output to get on, and see again whether it is `busy`; raise where that will not end."""
        while busy() and not self.is_closed:
            writer = self.loop.create_future()
            self._writers.append(writer)
            try:
                await writer
            finally:
                self._writers.remove(writer)
        if self.is_closed or self.outbound.lost:
            raise ConnectionClosedError("the connection closed before all was sent") from self.error

    async def wait_closed(self) -> None:
        """Wait until the transport is gone."""
        await asyncio.shield(self._closed)

    # -- handing it over ----------------------------------------------------------------------------------------------

    def hold(self) -> None:
        """Let nothing more come in, and nobody else read or write, until `release` or `change_transport`.

        Raises `RuntimeError` where another task reads, or holds it already.
        """
        if self.held:
            self._refuse()
        if self.awaits_frame:
            raise RuntimeError("another task is waiting to read from this connection")
        self.held = True
        self._finishing = self.outbound.finishing
        if not (self._paused_reading or self.at_eof):
            self._paused_reading = True  # whoever waits to read next resumes
            self.transport.pause_reading()

    def release(self) -> None:
        """All goes on as before, if the connection is still there."""
        self.held = False
        if not self.is_closed:
            self.outbound.finishing = self._finishing or self.outbound.lost
            self.outbound.limit()

    async def wait_sent(self) -> None:
        """Wait until the kernel has taken all that was written; raise `ConnectionClosedError` if it never will.

        Nobody may write any more, until `release` or `change_transport`.
        """
        self.outbound.finishing = True
        await self._wait_while(self.outbound.settle())

    def lend_transport(self) -> asyncio.Transport:
        """The transport as the loop wants it, to put TLS upon it: it resumes reading by itself."""
        self._paused_reading = False
        self.transport.set_write_buffer_limits()
        return self.transport

    def change_transport(self, transport: asyncio.Transport) -> None:
        """Go on over another transport, upon the one that was lent."""
        lent, self.transport = self.transport, transport
        transport.set_write_buffer_limits(high=self._high_water)
        self.outbound.use(transport)
        self.held = self.outbound.finishing = False
        if self._paused_reading:  # more has come than should wait, and only the one below was known then
            lent.resume_reading()
            transport.pause_reading()

    def let_go(self) -> asyncio.Transport:
        """Give the transport away, paused; to whoever still holds this protocol, the connection is closed."""
        transport = self.transport
        transport.set_protocol(asyncio.Protocol())
        transport.set_write_buffer_limits()
        self.transport = self.outbound.transport = _Gone()  # what the new owner does with it is not ours to watch
        self.outbound.lose()
        self.held = self.at_eof = False
        self.connection_lost(None)
        return transport

    def abandon(self, error: BaseException) -> None:
        """Close at once. No callback tells of it where the loop was about to change the transport."""
        self.held = False
        self.error = error if isinstance(error, Exception) else self.error
        self.transport.abort()
        self.connection_lost(None)

    def _refuse(self) -> NoReturn:
        raise RuntimeError("start_tls or into_parts of another task has not come to its end")

    def _resume_reading(self) -> None:
        if self._paused_reading:
            self._paused_reading = False
            self.transport.resume_reading()

    def _wake_reader(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.set()

    def _wake_writers(self) -> None:
        for writer in self._writers:
            if not writer.done():
                writer.set_result(None)


def _nothing() -> None:
    pass


class _Gone(asyncio.Transport):
    """What stands where the transport was, once it was given away."""

    def is_closing(self) -> bool:
        return True

    def close(self) -> None:
        pass

    def abort(self) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0
