"""`Connection[F]`: frames in and out of an asyncio transport.

What belongs here: the loop of `read_frame`, the batching of `write_frame`, and the life of a connection. Bytes move in
`protocol.py`; what needs no waiting is in `_framed.py`; TLS that begins later, and the parts given back, in
`handover.py`; what a frame is, the codec knows.

    read_frame:   decode --frame--> return          write_frame, feed_frame:  encode -> outbox --(leaves)--> transport
                    | None
                    v
                  end of stream? --yes--> decode_eof: a last frame | None (clean end) | IncompleteFrame
                    | no
                  draining, and between two frames? --yes--> None
                    | no
                    v
                  wait for bytes (the outbox leaves first), again

The outbox leaves in one write, at the first of: 64 KiB (fewer where that would pass the high-water mark); this
connection is about to wait for a frame; `flush`, `close`, `write_eof`, `switch_codec`, `start_tls`; and, for what
`write_frame` was given, the end of this turn of the loop. So a loop that answers frame by frame makes one system call
for each read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from framewire._framed import FEED_LIMIT
from framewire._pure.block import BytesLike
from framewire.aio.handover import Handover
from framewire.aio.protocol import StreamProtocol
from framewire.codec import Codec
from framewire.errors import ConnectionClosedError

__all__ = ["Connection"]

F = TypeVar("F")
G = TypeVar("G")


class Connection(Handover[F]):
    """A stream of frames in both directions, over any asyncio transport.

    Made by `connect`, `listen`, `serve`, `open_subprocess`, `connect_pipes` or `memory_pair`; over a transport that
    asyncio or another library makes, in two steps, since `StreamProtocol` is an ordinary asyncio protocol:

        transport, protocol = await loop.create_connection(StreamProtocol, host, port)
        connection = Connection(protocol, codec)

    `received` is what came before, elsewhere, and is decoded first. One task reads and any number write. Cancelling any
    method loses no byte: a frame that was not returned is returned by the next `read_frame`, a frame that was given to
    `write_frame` is sent whole.
    """

    def __init__(self, protocol: StreamProtocol, codec: Codec[F], *, received: BytesLike = b"") -> None:
        super().__init__(protocol, codec, received)
        self._room = protocol.outbound.room(FEED_LIMIT)  # bytes that the outbox may hold, as of when it last left
        self._leaving = False  # it leaves at the end of this turn
        protocol.on_payload = self._complete
        protocol.on_turn_end = self._end_turn

    # -- reading ------------------------------------------------------------------------------------------------------

    async def read_frame(self, timeout: float | None = None) -> F | None:  # noqa: ASYNC109
        """The next frame, or `None` when the peer has ended the stream cleanly.

        Raises `IncompleteFrame` when the stream ends inside a frame, `ProtocolError` for broken bytes (and again at
        each later call), `ConnectionClosedError` when the connection was lost or closed here, and `TimeoutError` when
        `timeout` seconds pass first, after which reading can go on.
        """
        if self._ahead is None:
            frame = self._decoder.decode(self._inbound.rest)  # as `_next`, whose call would cost as much as this
        else:
            frame = self._next(self._inbound.rest)
        if frame is not None:
            return frame
        if timeout is None:
            return await self._wait_for_frame()
        async with asyncio.timeout(timeout):
            return await self._wait_for_frame()

    async def read_frames(self, max_frames: int = 1024, timeout: float | None = None) -> list[F]:  # noqa: ASYNC109
        """Wait for a frame, then return it with those behind it that are already here; `[]` at a clean end.

        The list ends after a frame for which the codec's `is_switch_point(frame)`, where it has one, is true, so that
        the codec can be switched before the bytes behind that frame are decoded. Raises what `read_frame` raises; an
        error behind good frames is raised by the next call.
        """
        first = await self.read_frame(timeout)
        return [] if first is None else self._with_ready(first, self._inbound.rest, max_frames)

    def __aiter__(self) -> AsyncIterator[F]:
        return self

    async def __anext__(self) -> F:
        if self._ahead is None:
            frame = self._decoder.decode(self._inbound.rest)  # as `read_frame`, without one more coroutine each time
        else:
            frame = self._next(self._inbound.rest)
        if frame is None:
            frame = await self._wait_for_frame()
            if frame is None:
                raise StopAsyncIteration
        return frame

    def _complete(self) -> None:
        """A large payload is here, or may have begun: let the codec have it, in place of the reader that waits.

        What the codec raises is for that reader: the transport, which called us, would end the connection for it.
        """
        self._decode_ahead(self._inbound.rest)

    async def _wait_for_frame(self) -> F | None:
        protocol = self._protocol
        while True:
            if protocol.at_eof:
                return self._decoder.decode_eof(self._inbound.rest)
            if protocol.is_closing:
                raise ConnectionClosedError("the connection is closed") from protocol.error
            if protocol.draining and not self._inside_frame:
                return None
            self._send_outbox()
            await protocol.wait_readable()
            frame = self._next(self._inbound.rest)
            if frame is not None:
                protocol.waits += 1
                self._inbound.release_if_empty()  # it may be long until the next call
                return frame

    @property
    def _inside_frame(self) -> bool:
        return self._is_inside_frame(self._inbound.rest)

    # -- writing ------------------------------------------------------------------------------------------------------

    async def write_frame(self, frame: F) -> None:
        """Send `frame`, after all that was fed before; waits only while the output is above its high-water mark.

        It leaves together with what else is written in this turn of the loop, and before this connection waits for a
        frame; `flush` for what must leave sooner. The whole frame is taken before the first wait, so cancelling never
        tears it. A large payload is sent from where it lies: do not change it if it is mutable. Raises `EncodeError`
        (nothing of it is sent) and `ConnectionClosedError`, also for what was found while earlier frames were sent.
        """
        protocol, outbox = self._protocol, self._outbox
        protocol.check_open()
        self._codec.encode(frame, outbox)
        if not self._leaving or len(outbox.tail) >= self._room or outbox.segments:
            self._leave_soon()
        if protocol.outbound.full:
            await protocol.wait_writable()

    def feed_frame(self, frame: F) -> None:
        """Encode `frame` and keep it until `flush`, until what `write_frame` was given leaves, or a read has to wait.

        Never waits. Beyond 64 KiB the bytes are handed to the transport, so feeding without end and without `flush`
        fills the transport's buffer. Raises as `write_frame` does.
        """
        self._protocol.check_open()
        self._codec.encode(frame, self._outbox)
        if len(self._outbox) >= FEED_LIMIT:
            self._send_outbox()

    async def flush(self) -> None:
        """Hand all written and fed frames to the transport, in one write, and wait while it is above its mark."""
        self._protocol.check_open()
        self._send_outbox()
        if self._protocol.outbound.full:
            await self._protocol.wait_writable()

    def _leave_soon(self) -> None:
        """Let the outbox leave: now if it is large, else when this turn of the loop ends, at the latest."""
        if len(self._outbox) >= self._room:
            self._send_outbox()
        elif not self._leaving:
            self._leaving = True
            if not self._protocol.in_turn:
                self._protocol.loop.call_soon(self._end_turn)

    def _end_turn(self) -> None:
        self._leaving = False
        self._send_outbox()

    def _send_outbox(self) -> None:
        """Hand the outbox over, or forget it where nothing can be sent any more: the next call says so."""
        outbox = self._outbox
        if not (outbox.tail or outbox.segments):
            return
        outbound = self._protocol.outbound
        if outbound.finishing or outbound.transport.is_closing():
            outbox.clear()
        else:
            outbound.send(outbox)
            self._room = outbound.room(FEED_LIMIT)

    # -- the codec ----------------------------------------------------------------------------------------------------

    def switch_codec(self, codec: Codec[G]) -> Connection[G]:
        """Decode and encode with `codec` from here on; bytes already received are kept for it.

        Returns this connection, typed for the new frames. Raises `CodecInUse` when the old codec stands inside a frame.
        """
        self._switch_codec(codec)
        self._send_outbox()
        return cast("Connection[G]", self)

    # -- the connection -----------------------------------------------------------------------------------------------

    @property
    def is_closed(self) -> bool:
        """Whether the connection is gone in both directions."""
        return self._protocol.is_closed

    @property
    def is_draining(self) -> bool:
        """Whether no new frame will be waited for: the server that accepted this connection shuts down.

        `read_frame` still returns what has arrived, wholly or in part, and then `None`, as at a clean end.
        """
        return self._protocol.draining

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """What the transport knows: `peername`, `sockname`, `socket`, `sslcontext`, ... (asyncio's names)."""
        return self._protocol.transport.get_extra_info(name, default)

    def write_eof(self) -> None:
        """Send what was fed, then end this direction of the stream; reading goes on.

        Doing it twice, or after `close`, is fine. Raises `ConnectionClosedError` when the connection was lost, and
        over TLS `NotImplementedError`, as asyncio does; nothing has happened then.
        """
        if not self._protocol.outbound.finishing:
            self._protocol.check_open()
            if not self._protocol.transport.can_write_eof():
                raise NotImplementedError("this transport cannot end one direction alone")
            self._send_outbox()
            self._protocol.outbound.write_eof()

    def close(self) -> None:
        """Send what was written and fed, then close; does not wait. Closing twice is fine."""
        if not self._protocol.is_closing:
            self._send_outbox()
            self._protocol.close()

    def abort(self) -> None:
        """Close at once; what was not sent is lost."""
        self._outbox.clear()
        self._protocol.transport.abort()

    async def wait_closed(self) -> None:
        """Wait until the connection is gone."""
        await self._protocol.wait_closed()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close, and wait until the peer has taken what was written; abort if the block or this wait is cancelled."""
        if exc_type is not None and issubclass(exc_type, asyncio.CancelledError):
            self.abort()
        self.close()
        try:
            await self.wait_closed()
        except asyncio.CancelledError:
            self.abort()
            raise
