"""Mass insertion: the requests in the standard input are sent as fast as the server takes them.

What belongs here: bytes from the input to the socket without a look at them, replies counted as they come. The end is
known by an ECHO of random bytes behind the last request, so what is sent need not be understood; it may be RESP or
inline commands. Source: Redis' documentation of mass insertion.
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import closing
from typing import BinaryIO

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from framewire._impl import BytesMut
from framewire.buf.segments import Segment, drop
from framewire.cli.client.asking import RequestFailed
from framewire.cli.client.output import Output
from framewire.cli.client.session import Session
from framewire.codecs.resp import RespClientCodec
from framewire.frames.resp import Error, Push
from framewire.redis.client.blocking.wire import Wire
from framewire.redis.client.errors import ConnectionError, TimeoutError

__all__ = ["Replies", "run_pipe"]

CHUNK = 256 * 1024
"""Bytes that are read from the input at once."""

MOST_ERRORS = 100
"""Errors that are shown; all are counted."""

_BATCH = 4096


class Replies:
    """Replies counted as they come, until the one that answers `mark`. No I/O."""

    def __init__(self, mark: bytes) -> None:
        self.count = 0
        self.errors: list[bytes] = []  # the first of them
        self.failed = 0
        self.ended = False
        self._mark = mark
        self._codec = RespClientCodec()
        self._src = BytesMut()

    def feed(self, data: bytes | memoryview) -> None:
        """Bytes that came. Raises `ProtocolError`."""
        self._src.put_slice(data)
        while items := self._codec.decode_batch(self._src, _BATCH):
            for item in items:
                self._take(item)

    def _take(self, item: object) -> None:
        if item == self._mark:
            self.ended = True
        elif isinstance(item, Error):
            self.count += 1
            self.failed += 1
            if len(self.errors) < MOST_ERRORS:
                self.errors.append(item.data)
        elif not isinstance(item, Push):
            self.count += 1


def run_pipe(session: Session, output: Output, source: BinaryIO, timeout: float) -> None:
    """Send what `source` holds and count the replies; a bar on the standard error where that is a terminal.

    `timeout`: seconds without a reply, after all was sent, until it is given up; 0 is never. Raises `RequestFailed`
    where there were errors, `ConnectionError` and `TimeoutError`.
    """
    mark = secrets.token_hex(16).encode()
    replies = Replies(mark)
    wire = session.detach()
    with closing(wire), _progress() as progress:
        task = progress.add_task("sent", total=_size(source), replies=0, errors=0)
        pump = Pump(wire, replies)
        sent = 0
        while chunk := os.read(source.fileno(), CHUNK):
            pump.send(chunk)
            sent += len(chunk)
            progress.update(task, completed=sent, replies=replies.count, errors=replies.failed)
        pump.send(b"\r\n*2\r\n$4\r\nECHO\r\n$%d\r\n%b\r\n" % (len(mark), mark))
        pump.wait_for_end(timeout)
    for error in replies.errors:
        print(error.decode(errors="replace"), file=sys.stderr)
    output.write(b"errors: %d, replies: %d\n" % (replies.failed, replies.count))
    if replies.failed:
        raise RequestFailed(f"{replies.failed} of {replies.count} requests failed")


class Pump:
    """The socket: what is sent, and what comes meanwhile, so that neither side waits for the other for ever."""

    def __init__(self, wire: Wire, replies: Replies) -> None:
        self._wire = wire
        self._replies = replies
        self._room = memoryview(bytearray(CHUNK))

    def send(self, data: bytes) -> None:
        """Send all of it. Raises `ConnectionError`, also where the server ends the connection."""
        unsent: deque[Segment] = deque([memoryview(data)])
        wire = self._wire
        while unsent:
            self._send_some(unsent)
            can_read, _ = wire.wait(True)
            if can_read:
                self._receive(wire.receive_now)

    def _send_some(self, unsent: deque[Segment]) -> None:
        try:
            self._wire.send(unsent)
        except OSError as error:
            raise self._ended(error) from error
        if self._wire.sent:
            drop(unsent, self._wire.sent.pop())

    def wait_for_end(self, timeout: float) -> None:
        """Receive until the last reply is here. Raises `TimeoutError`."""
        heard = time.monotonic()
        while not self._replies.ended:
            if self._receive(self._wire.receive):
                heard = time.monotonic()
            elif timeout and time.monotonic() - heard > timeout:
                raise TimeoutError(f"no reply for {timeout:g} s; {self._replies.count} came before")

    def _receive(self, receive: Callable[[memoryview], object]) -> bool:
        """Receive, and count it; whether there was any."""
        try:
            receive(self._room)
        except OSError as error:  # a reset: it has not read all that it was sent
            raise self._ended(error) from error
        if not self._wire.received:
            return False
        nbytes = self._wire.received.pop()
        if not nbytes:
            raise self._ended(None)
        self._replies.feed(self._room[:nbytes])
        return True

    def _ended(self, error: OSError | None) -> ConnectionError:
        why = f" ({error})" if error is not None else ""
        return ConnectionError(f"the server ended the connection{why}; {self._replies.count} replies came before")


def _size(source: BinaryIO) -> int | None:
    """How many bytes there are in all, where the input is a file."""
    try:
        found = os.fstat(source.fileno())
    except (OSError, ValueError):
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(),
        TextColumn("{task.fields[replies]} replies, {task.fields[errors]} errors"),
    )  # fmt: skip
    console = Console(stderr=True)
    return Progress(*columns, console=console, disable=not console.is_terminal)
