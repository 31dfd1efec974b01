"""What a blocking connection stands on, changed while it lives: TLS begins, or its parts are given back.

What belongs here: `start_tls` and `into_parts`, which nobody else may read or write beside. Frames are read and written
in `connection.py`; the asyncio form, with a drawing, is in `aio/handover.py`.
"""

from __future__ import annotations

import socket
import ssl as ssl_module
from abc import abstractmethod
from functools import partial
from typing import Generic, NamedTuple, TypeVar

from framewire._framed import Framed
from framewire._impl import BytesMut
from framewire._pure.block import BytesLike
from framewire._tls import check_start_tls
from framewire.blocking.outbound import Outbound
from framewire.blocking.stream import TlsStream, deadline_after, stream_over
from framewire.blocking.turns import Turns
from framewire.codec import Codec
from framewire.errors import ConnectionClosedError

__all__ = ["Handover", "Parts"]

F = TypeVar("F")


class Parts(NamedTuple, Generic[F]):
    """What a connection was made of; returned by `into_parts`."""

    sock: socket.socket
    """Connected, in blocking mode; over TLS, the `SSLSocket`. All that was written is sent."""
    codec: Codec[F]
    """Between two frames."""
    received: BytesMut
    """What has come and was not decoded."""


class Handover(Framed[F]):
    """A connection whose socket can be wrapped or given back."""

    def __init__(self, sock: socket.socket, codec: Codec[F], received: BytesLike) -> None:
        super().__init__(codec)
        self._stream = stream_over(sock)
        self._rest = BytesMut(received)
        self._at_eof = False
        self._outbound = Outbound()
        self._finished = False  # this direction was ended by `write_eof`
        self._turns = Turns(self._stream, self._outbound.clear, self._outbox.clear)

    @abstractmethod
    def _check_open(self) -> None:
        """Raise `ConnectionClosedError` where nothing can be sent any more."""

    @abstractmethod
    def _send_all(self, deadline: float | None) -> None:
        """Send all that is pending, and receive nothing meanwhile where this thread holds the turn of readers too."""

    def start_tls(
        self,
        ssl: ssl_module.SSLContext,
        *,
        server_side: bool = False,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> None:
        """Send what was fed, then go on over TLS; returns when the handshake is done.

        The side that accepted the connection says `server_side=True`; the other checks the certificate against
        `server_hostname`. Call it at the frame after which both sides switch: a thread that waits in `read_frame` is
        waited for. `abort`, in another thread, ends a handshake; `close` waits for it.

        Bytes that came in the clear behind that frame are a `ProtocolError`: somebody may have put them there, to be
        taken for bytes that came through TLS. Raises also `ssl.SSLError`, `OSError`, and `TimeoutError` after
        `timeout` seconds. After any of these, the connection is closed. Raises `ConnectionClosedError`, and without any
        effect `RuntimeError` where it is TLS already, `TimeoutError` where another thread used it all the time, and
        `ValueError` or `TypeError` for arguments with which no handshake can begin.
        """
        check_start_tls(ssl, server_side, server_hostname)
        deadline = deadline_after(timeout)
        wrap = partial(
            ssl.wrap_socket,
            server_side=server_side,
            server_hostname=server_hostname,
            do_handshake_on_connect=False,
            suppress_ragged_eofs=False,
        )
        self._turns.take_both(deadline, lambda: self._start_tls(wrap, deadline))

    def _start_tls(self, wrap: partial[ssl_module.SSLSocket], deadline: float | None) -> None:
        """Caller must hold both turns."""
        self._check_open()
        if isinstance(self._stream, TlsStream):
            raise RuntimeError("the connection speaks TLS already")
        if self._at_eof:
            raise ConnectionClosedError("the peer has ended the stream")
        try:
            self._check_nothing_read_ahead(self._rest)
            self._send_all(deadline)
            self._stream = self._turns.stream = stream = TlsStream(wrap(self._stream.sock))
            self._turns.check_not_closed()  # or it was closed while there was no socket to be woken
            while wants := stream.shake_hands():
                self._turns.wait(wants, deadline, "the TLS handshake was not done")
        except BaseException as error:
            if isinstance(error, Exception):
                self._turns.check_not_closed()  # another thread has closed it, and that is why
            self._turns.poison(error)
            raise

    def into_parts(self, timeout: float | None = None) -> Parts[F]:
        """Send what was fed, and give back what this connection was made of.

        The connection is closed afterwards, and the stream is not: it is for another library, or for another
        `Connection`. Raises, and nothing has changed then, `CodecInUse` where the codec has taken a part of a frame,
        which would be lost, and `TimeoutError` where another thread used it for `timeout` seconds; `TimeoutError` also
        as `flush` does; `ConnectionClosedError`.
        """
        deadline = deadline_after(timeout)
        return self._turns.take_both(deadline, lambda: self._into_parts(deadline))

    def _into_parts(self, deadline: float | None) -> Parts[F]:
        """Caller must hold both turns."""
        self._turns.check_not_closed()
        self._check_nothing_decoded()
        if not self._finished:
            self._send_all(deadline)
        sock = self._stream.take_socket()
        self._turns.closed = True
        received, self._rest, self._at_eof = self._rest, BytesMut(), False
        return Parts(sock, self._codec, received)
