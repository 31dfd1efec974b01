"""`Turns`: several threads, one stream: who may use it when, and what becomes of it when a thread is interrupted.

What belongs here: locks, deadlines, waiting, and the end of a connection: closed, lost or poisoned. Bytes move in
`stream.py`, frames in `connection.py`.

A thread that is interrupted (Ctrl-C) while it waits has lost nothing and may go on. Anywhere else nobody knows how far
the interrupted step came, so the connection is poisoned: closed, rather than out of step.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import NoReturn, TypeVar

from framewire.blocking.stream import Stream
from framewire.errors import ConnectionClosedError

__all__ = ["Turns"]

T = TypeVar("T")

STUCK_SECONDS = 1.0
"""So long `close` waits for a writer of whose bytes the peer takes none."""


class Turns:
    """Who uses a stream, and whether it can still be used. `last_things` are called once nobody uses it any more."""

    __slots__ = ("_last_things", "closed", "error", "reading", "stream", "waiting", "writing")

    def __init__(self, stream: Stream, *last_things: Callable[[], None]) -> None:
        self.stream = stream
        self._last_things = last_things
        self.closed = False
        self.error: BaseException | None = None  # why the connection was lost or poisoned
        self.reading = threading.Lock()  # held by who decodes, receives, or waits to receive
        self.writing = threading.Lock()  # held by who encodes, sends, or waits to send
        self.waiting: set[int] = set()  # threads that only wait, where an interrupt does no harm

    # -- taking turns -------------------------------------------------------------------------------------------------

    def take(self, lock: threading.Lock, deadline: float | None, step: Callable[[], T], *, to_close: bool = False) -> T:
        """Do `step` while holding a lock, and what must be done however it ends."""
        try:
            if not lock.acquire(False):
                (self.claim_from_writer if to_close else self.claim)(lock, deadline)
            try:
                return step()
            finally:
                lock.release()
        except BaseException as error:
            self.check_interrupt(error)
            raise
        finally:
            if self.closed:
                self.close_if_unused()

    def take_both(self, deadline: float | None, step: Callable[[], T]) -> T:
        """Do `step` while nobody else reads or writes."""

        def with_both() -> T:
            if not self.writing.acquire(False):
                self.claim(self.writing, deadline)
            try:
                return step()
            finally:
                self.writing.release()

        return self.take(self.reading, deadline, with_both)

    def claim(self, lock: threading.Lock, deadline: float | None) -> None:
        """Take a lock that another thread holds."""
        self.waiting.add(threading.get_ident())
        claimed = lock.acquire(timeout=-1 if deadline is None else max(0.0, deadline - time.monotonic()))
        self.waiting.discard(threading.get_ident())
        if not claimed:
            raise TimeoutError("another thread used the connection all the time")

    def claim_from_writer(self, lock: threading.Lock, deadline: float | None) -> None:
        """Take the lock from a thread that writes, if it comes to an end: while the peer takes some of its bytes.

        The socket is looked at without a lock, so another thread may close it meanwhile; there is no such file then.
        """
        self.waiting.add(threading.get_ident())
        while not lock.acquire(timeout=0.01):
            patience = time.monotonic() + STUCK_SECONDS
            until = patience if deadline is None else min(deadline, patience)
            try:
                has_room = self.stream.wait(self.stream.writing_wants, until)
            except ValueError:
                has_room = False
            self.check_not_closed()
            if not has_room:
                raise TimeoutError("another thread writes, and the peer takes nothing")
        self.waiting.discard(threading.get_ident())

    def wait(self, events: int, deadline: float | None, failure: str) -> int:
        """Wait for the socket, where an interrupt does no harm. Returns what it is ready for."""
        self.waiting.add(threading.get_ident())
        found = self.stream.wait(events, deadline)
        self.waiting.discard(threading.get_ident())
        if not found:
            raise TimeoutError(f"{failure} in time")
        return found

    def check_interrupt(self, error: BaseException) -> None:
        """Poison the connection where an interrupt came at a bad time: an unknown number of bytes went somewhere."""
        thread = threading.get_ident()
        if thread in self.waiting:
            self.waiting.discard(thread)
        elif not isinstance(error, Exception):
            self.poison(error)

    # -- the end ------------------------------------------------------------------------------------------------------

    def check_not_closed(self) -> None:
        """Raise `ConnectionClosedError` where the connection is gone, and why."""
        if self.closed:
            raise ConnectionClosedError("the connection is closed") from self.error

    def lose(self, error: OSError) -> NoReturn:
        """The socket has failed."""
        self.poison(error)
        raise ConnectionClosedError("the connection was lost") from error

    def poison(self, error: BaseException) -> None:
        """Close it, and remember why; unless it is closed already."""
        if not self.closed:
            self.error = error
            self.shut()

    def shut(self) -> None:
        """Closed from now on, for all threads; those that wait are woken."""
        self.closed = True
        self.stream.wake()

    def close_if_unused(self) -> None:
        """Give the socket back unless a thread is still in a call: that thread does it when it leaves.

        It may have come here, and found us, while we found it: so whoever was in the way looks again.
        """
        while not (self.reading.locked() or self.writing.locked()):
            if self.reading.acquire(False):
                unused = self.writing.acquire(False)
                if unused:
                    self.stream.close()
                    for last_thing in self._last_things:
                        last_thing()
                    self.writing.release()
                self.reading.release()
                if unused:
                    return
