"""`Connection[F]`: frames in and out of a socket, for threads.

What belongs here: reading, writing, and both at once where neither side could go on otherwise. Bytes move in
`stream.py`; whose turn it is, and the end, are in `turns.py`; TLS that begins later, and the parts given back, in
`handover.py`; what a frame is, the codec knows.

    read_frame:   decode --frame--> return           write_frame:  encode -> outbox --flush--> kernel, whole
                    | None                                            ^ feed_frame stops here
                    v
                  end of stream? --yes--> decode_eof: a last frame | None (clean end) | IncompleteFrame
                    | no
                    v
                  send what was fed, wait for bytes (or TimeoutError), receive, again

    flush:        send --all--> done
                    | the kernel has no room
                    v
                  wait for room (or TimeoutError), meanwhile receive up to the high-water mark, again
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from types import TracebackType
from typing import Self, TypeVar, cast

from framewire._framed import DEFAULT_HIGH_WATER, FEED_LIMIT, READ_SIZE
from framewire._impl import BytesMut
from framewire._pure.block import BytesLike
from framewire.blocking.handover import Handover
from framewire.blocking.stream import deadline_after
from framewire.codec import Codec
from framewire.errors import ConnectionClosedError

__all__ = ["Connection"]

F = TypeVar("F")
G = TypeVar("G")


class Connection(Handover[F]):
    """A stream of frames in both directions, over any connected stream socket: TCP, Unix or TLS.

    Made by `connect` or `listen`, or over a socket of one's own, which belongs to the connection from then on and
    becomes non-blocking. Any number of threads may use it at once: frames are never torn or mixed, and each is returned
    to one reader. A call that can wait takes a `timeout` in seconds, and raises `TimeoutError` when they have passed.
    """

    def __init__(
        self,
        sock: socket.socket,
        codec: Codec[F],
        *,
        high_water: int = DEFAULT_HIGH_WATER,
        received: BytesLike = b"",
    ) -> None:
        """The TLS handshake, if any, is done before, or by `start_tls`.

        `high_water`: bytes received ahead while a write waits. `received`: what was read from the socket before, which
        is decoded first.
        """
        super().__init__(sock, codec, received)
        self._high_water = high_water

    # -- reading ------------------------------------------------------------------------------------------------------

    def read_frame(self, timeout: float | None = None) -> F | None:
        """The next frame, or `None` when the peer has ended the stream cleanly. Sends first what was fed.

        Raises `IncompleteFrame` when the stream ends inside a frame, `ProtocolError` for broken bytes (and again at
        each later call), `ConnectionClosedError` when the connection was lost or closed here, and `TimeoutError` when
        `timeout` seconds pass first, after which reading can go on and no byte is lost.
        """
        deadline = None if timeout is None else deadline_after(timeout)
        turns = self._turns
        try:  # as `Turns.take` and `_next`, without the calls: they would cost more than a frame that is here already
            if not turns.reading.acquire(False):
                turns.claim(turns.reading, deadline)
            try:
                frame = self._decoder.decode(self._rest) if self._ahead is None else self._next(self._rest)
                return self._wait_for_frame(deadline) if frame is None else frame
            finally:
                turns.reading.release()
        except BaseException as error:
            turns.check_interrupt(error)
            raise
        finally:
            if turns.closed:
                turns.close_if_unused()

    def read_frames(self, max_frames: int = 1024, timeout: float | None = None) -> list[F]:
        """Wait for a frame, then return it with those behind it that are already here; `[]` at a clean end.

        The list ends after a frame for which the codec's `is_switch_point(frame)`, where it has one, is true, so that
        the codec can be switched before the bytes behind that frame are decoded. Raises what `read_frame` raises; an
        error behind good frames is raised by the next call.
        """
        deadline = deadline_after(timeout)
        return self._turns.take(self._turns.reading, deadline, lambda: self._read_ready(max_frames, deadline))

    def __iter__(self) -> Iterator[F]:
        return self

    def __next__(self) -> F:
        frame = self.read_frame()
        if frame is None:
            raise StopIteration
        return frame

    def _read_ready(self, max_frames: int, deadline: float | None) -> list[F]:
        first = self._next(self._rest)
        if first is None:
            first = self._wait_for_frame(deadline)
        return [] if first is None else self._with_ready(first, self._rest, max_frames)

    def _wait_for_frame(self, deadline: float | None) -> F | None:
        while True:
            if self._at_eof:
                return self._decoder.decode_eof(self._rest)
            self._receive(deadline)
            frame = self._next(self._rest)
            if frame is not None:
                return frame

    def _receive(self, deadline: float | None) -> None:
        """Wait for bytes or for the end, and meanwhile send what was fed."""
        stream = self._stream
        self._turns.check_not_closed()
        unsent = self._send_unless_busy()
        while not (stream.promising and self._fill()):
            if not self._rest and not self._rest.expected:
                self._rest = BytesMut()  # whoever only waits owns no read buffer
            events = stream.reading_wants | (stream.writing_wants if unsent else 0)
            found = self._turns.wait(events, deadline, "no frame arrived")
            self._turns.check_not_closed()
            if unsent and found & stream.writing_wants:
                unsent = self._send_unless_busy()

    def _fill(self) -> bool:
        """Receive what is there; false if nothing is. Caller must hold `_reading`."""
        rest = self._rest
        try:
            nbytes = self._stream.receive_into(rest.lease(READ_SIZE))
        except OSError as error:
            self._turns.lose(error)
        if nbytes:
            rest.commit(nbytes)
        elif nbytes == 0:
            self._turns.check_not_closed()  # or the end is of our own making
            self._at_eof = True
        return nbytes is not None

    # -- writing ------------------------------------------------------------------------------------------------------

    def write_frame(self, frame: F, timeout: float | None = None) -> None:
        """Send `frame`, after all that was fed before; returns when the kernel has taken it.

        That is a system call for each frame: here no turn of a loop ends, so who has many to write feeds them.
        A large payload is sent from where it lies: do not change it meanwhile if it is mutable. Raises `EncodeError`
        (nothing was sent), `ConnectionClosedError`, and `TimeoutError` as `flush` does.
        """
        self._write([frame], deadline_after(timeout), flush=True)

    def feed_frame(self, frame: F) -> None:
        """Encode `frame` and keep it until `flush`, `write_frame`, or until `read_frame` has to wait.

        Waits for no peer, only for a thread that is writing. Beyond 64 KiB it sends what the kernel takes at once.
        Raises `EncodeError` and `ConnectionClosedError`.
        """
        self._write([frame], None, flush=False)

    def flush(self, timeout: float | None = None) -> None:
        """Send all fed frames; returns when the kernel has taken them.

        What the peer sends meanwhile is received, up to the high-water mark, so that two sides which both write first
        and then read do not wait for ever. Raises `TimeoutError` after `timeout` seconds: if a part was sent by then,
        the connection is poisoned, for the peer stands inside a frame; if nothing was, all stays as it was fed.
        """
        self._write([], deadline_after(timeout), flush=True)

    def _write(self, frames: list[F], deadline: float | None, *, flush: bool, to_close: bool = False) -> None:
        self._check_open()
        turns = self._turns
        turns.take(turns.writing, deadline, lambda: self._encode_and_send(frames, deadline, flush), to_close=to_close)

    def _encode_and_send(self, frames: list[F], deadline: float | None, flush: bool) -> None:
        self._check_open()
        for frame in frames:
            self._codec.encode(frame, self._outbox)
        if flush:
            self._send_all(deadline)
        elif len(self._outbox) >= FEED_LIMIT:
            self._send_now()

    def _send_all(self, deadline: float | None) -> None:
        """Send all that is pending. Caller must hold `_writing`."""
        while not self._send_now():
            try:
                self._wait_for_room(deadline)
            except TimeoutError as error:
                if self._outbound.torn:
                    self._turns.poison(error)
                raise

    def _send_now(self) -> bool:
        """Send what goes without waiting; whether all is sent. Caller must hold `_writing`."""
        try:
            return self._outbound.send(self._outbox, self._stream)
        except OSError as error:
            self._turns.lose(error)

    def _send_unless_busy(self) -> bool:
        """Send what goes without waiting, unless another thread is at it; whether something is left for us to send."""
        if not (self._outbound or self._outbox) or not self._turns.writing.acquire(False):
            return False
        try:
            return not self._send_now()
        finally:
            self._turns.writing.release()

    def _wait_for_room(self, deadline: float | None) -> None:
        """Wait until more can be sent, or until something has come in that may have been in the way of that."""
        stream, turns = self._stream, self._turns
        reads = not self._at_eof and len(self._rest) < self._high_water and not turns.reading.locked()
        if not (reads and stream.promising):
            turns.wait(stream.writing_wants | (stream.reading_wants if reads else 0), deadline, "no room to write")
            self._check_open()
        if reads and stream.promising and turns.reading.acquire(False):  # nobody else is reading
            try:
                self._fill()
            finally:
                turns.reading.release()

    # -- the codec ----------------------------------------------------------------------------------------------------

    def switch_codec(self, codec: Codec[G]) -> Connection[G]:
        """Decode and encode with `codec` from here on; bytes already received are kept for it.

        Returns this connection, typed for the new frames. Raises `CodecInUse` when the old codec stands inside a frame.
        """
        self._switch_codec(codec)
        return cast("Connection[G]", self)

    # -- the connection -----------------------------------------------------------------------------------------------

    @property
    def is_closed(self) -> bool:
        """Whether the connection is gone in both directions: closed here, lost or poisoned."""
        return self._turns.closed

    @property
    def sock(self) -> socket.socket:
        """The socket, for its addresses and options; it is non-blocking, and reading or writing here breaks frames."""
        return self._stream.sock

    def write_eof(self, timeout: float | None = None) -> None:
        """Send what was fed, as `flush`, then end this direction of the stream; reading goes on.

        Doing it twice, or after `close`, is fine. Raises `ConnectionClosedError` when the connection was lost, and
        over TLS `NotImplementedError`; nothing has happened then.
        """
        if self._finished or (self._turns.closed and self._turns.error is None):
            return
        self._check_open()
        if not self._stream.can_write_eof:
            raise NotImplementedError("TLS cannot end one direction alone")
        self.flush(timeout)
        self._finished = True
        try:
            self._stream.write_eof()
        except OSError as error:
            self._turns.lose(error)

    def close(self, timeout: float | None = None) -> None:
        """Send what was fed, then close; readers and writers in other threads end with `ConnectionClosedError`.

        A write of another thread is waited for while the peer takes bytes of it; when it takes none for a second, that
        write is given up. Closing twice is fine. Raises `TimeoutError` if not all could be sent, for that reason or
        within `timeout` seconds; closed it is.
        """
        try:
            if not self._turns.closed and not self._finished:
                self._write([], deadline_after(timeout), flush=True, to_close=True)
            if not self._turns.closed:
                self._stream.say_goodbye()
        except ConnectionClosedError:
            pass  # lost before all was sent, and closed that way
        finally:
            self.abort()

    def abort(self) -> None:
        """Close at once; what was not sent is lost."""
        if not self._turns.closed:
            self._turns.shut()
        self._turns.close_if_unused()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close. A block that was left by an exception sends only what the kernel takes at once; see `close`."""
        if exc_type is None:
            self.close()
        elif issubclass(exc_type, Exception):
            with contextlib.suppress(TimeoutError):
                self.close(timeout=0)
        else:
            self.abort()

    def _check_open(self) -> None:
        """Raise `ConnectionClosedError` where nothing can be sent any more."""
        if self._finished or self._turns.closed:
            raise ConnectionClosedError("the connection is closed") from self._turns.error
