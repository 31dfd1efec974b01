"""What a connection stands on, changed while it lives: TLS begins, or its parts are given back.

What belongs here: `start_tls` and `into_parts`, which both first bring the connection to a standstill. Frames are read
and written in `connection.py`.

    hold: nothing more comes in, nobody else reads or writes
      |
    what was fed is sent, and the kernel has taken all --cancelled--> into_parts: all goes on; start_tls: aborted
      |
      +-- start_tls --> handshake --> the transport is another one     any failure: aborted
      +-- into_parts --> the transport, the codec and what it has not decoded; this connection is closed

Held first, and only then sent: the peer may answer "go ahead" at once, and the bytes of its handshake are none of ours.
"""

from __future__ import annotations

import asyncio
import socket
import ssl as ssl_module
from abc import abstractmethod
from typing import Generic, NamedTuple, TypeVar

from framewire._framed import Framed
from framewire._impl import BytesMut
from framewire._pure.block import BytesLike
from framewire._tls import check_start_tls
from framewire.aio.protocol import StreamProtocol
from framewire.codec import Codec
from framewire.errors import ConnectionClosedError

__all__ = ["Handover", "Parts"]

F = TypeVar("F")

HANDSHAKE_SECONDS = 60.0
"""What the loops give a handshake at most, unless they are told otherwise; a longer `timeout` tells them."""


class Parts(NamedTuple, Generic[F]):
    """What a connection was made of; returned by `into_parts`."""

    transport: asyncio.Transport
    """asyncio's, with reading paused: `set_protocol`, then `resume_reading`. It is open, and has sent all."""
    codec: Codec[F]
    """Between two frames."""
    received: BytesMut
    """What has come and was not decoded."""
    at_eof: bool
    """Whether the peer has ended the stream behind `received`; a transport does not tell that twice."""

    def into_socket(self) -> socket.socket:
        """The socket itself, non-blocking; `transport` is gone then.

        Raises `NotImplementedError` over TLS, which only the transport can speak, and where there is no socket, and
        `OSError` where the connection was lost; nothing has changed then.
        """
        if self.transport.get_extra_info("sslcontext") is not None:
            raise NotImplementedError("TLS lives in the transport: the socket alone is of no use")
        sock = self.transport.get_extra_info("socket")
        if sock is None:
            raise NotImplementedError("there is no socket below this transport")
        taken: socket.socket = sock.dup()
        taken.setblocking(False)
        self.transport.abort()  # closes its own descriptor; the stream stays open as long as ours does
        return taken


class Handover(Framed[F]):
    """A connection whose transport can be changed or given back."""

    def __init__(self, protocol: StreamProtocol, codec: Codec[F], received: BytesLike) -> None:
        super().__init__(codec)
        self._protocol = protocol
        self._inbound = protocol.inbound
        self._inbound.put_before(received)

    @abstractmethod
    def _send_outbox(self) -> None:
        """Hand to the transport what was encoded."""

    async def start_tls(
        self,
        ssl: ssl_module.SSLContext,
        *,
        server_side: bool = False,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> None:
        """Send what was fed, then go on over TLS; returns when the handshake is done.

        The side that accepted the connection says `server_side=True`; the other checks the certificate against
        `server_hostname`. Call it at the frame after which both sides switch, with no other task reading. The server
        feeds its "go ahead" (`feed_frame`) and calls this at once, which sends it.

        Bytes that came in the clear behind that frame are a `ProtocolError`: somebody may have put them there, to be
        taken for bytes that came through TLS. Raises also `ssl.SSLError`, `OSError`, and `TimeoutError` after `timeout`
        seconds. After any of these, and when it is cancelled, the connection is aborted. Raises
        `ConnectionClosedError`, and without any effect `RuntimeError` where another task reads or it is TLS already,
        `ValueError` and `TypeError` for arguments with which no handshake can begin, `NotImplementedError` for pipes
        and pairs in memory.
        """
        protocol = self._protocol
        check_start_tls(ssl, server_side, server_hostname)
        protocol.check_open()
        if protocol.transport.get_extra_info("sslcontext") is not None:
            raise RuntimeError("the connection speaks TLS already")
        if protocol.transport.get_extra_info("socket") is None:
            raise NotImplementedError("there is no socket below this transport")
        if protocol.at_eof:
            raise ConnectionClosedError("the peer has ended the stream")
        protocol.hold()
        try:
            self._check_nothing_read_ahead(self._inbound.rest)
            self._send_outbox()
            async with asyncio.timeout(timeout):
                await protocol.wait_sent()
                await _shake_hands(protocol, ssl, server_side, server_hostname, timeout)
        except BaseException as error:
            protocol.abandon(error)
            raise

    async def into_parts(self) -> Parts[F]:
        """Send what was fed, wait until the kernel has all, and give back what this connection was made of.

        The connection is closed afterwards, and the stream is not: it is for another library, or for another
        `Connection`. Cancelling it loses nothing, and the connection goes on. Raises `CodecInUse` where the codec has
        taken a part of a frame, which would be lost, `RuntimeError` where another task reads, `ConnectionClosedError`,
        and `NotImplementedError` for pipes; nothing has changed then.
        """
        protocol = self._protocol
        if protocol.is_closing:
            raise ConnectionClosedError("the connection is closed") from protocol.error
        self._check_nothing_decoded()
        protocol.hold()
        try:
            self._send_outbox()
            await protocol.wait_sent()
            at_eof = protocol.at_eof
            transport = protocol.let_go()
        except BaseException:
            protocol.release()
            raise
        return Parts(transport, self._codec, self._inbound.take(), at_eof)


async def _shake_hands(
    protocol: StreamProtocol,
    ssl: ssl_module.SSLContext,
    server_side: bool,
    server_hostname: str | None,
    timeout: float | None,  # noqa: ASYNC109
) -> None:
    """Put TLS between the transport and `protocol`. Whatever it raises, the transport is of no use any more."""
    transport = await asyncio.get_running_loop().start_tls(
        protocol.lend_transport(),
        protocol,
        ssl,
        server_side=server_side,
        server_hostname=server_hostname,
        ssl_handshake_timeout=None if timeout is None else max(timeout, HANDSHAKE_SECONDS),
    )
    if transport is None or transport.is_closing():  # closed here meanwhile, which the loops do not call a failure
        raise ConnectionClosedError("the connection was closed during the TLS handshake") from protocol.error
    protocol.change_transport(transport)
