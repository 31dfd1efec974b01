"""Reading an append-only file: its requests are run again.

What belongs here: finding the end of what is whole, and the place of what is damaged.

    whole commands ... | a torn one, or a transaction without its EXEC |  cut off, if it is the end of the last file
    whole commands ... | something that is no command ...              |  refused, with the offset: damaged
    whole commands ... | one that is not known here ...                |  refused, with the offset and its name

Keys do not expire meanwhile (`State.tick`). Times that a file gives relative to now count from when it is loaded; as
Redis does it, and there is nothing else that they could count from.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from itertools import islice
from time import monotonic
from typing import BinaryIO, Protocol, TypeAlias

from framewire._impl import BytesMut, RespDecoder
from framewire.errors import FramewireError, ProtocolError
from framewire.frames.resp import Error, RespLimits
from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.state import State
from framewire.redis.server.persistence.disk import Disk

__all__ = ["DamagedFile", "Loader", "OpenSession", "UnreadableFile"]

logger = logging.getLogger("framewire.redis")

CHUNK = 1024 * 1024
BATCH = 1024
PROGRESS_SECONDS = 2.0

_LIMITS = RespLimits(max_bulk=2**62 - 1, max_frame=2**62 - 1)
_RDB = "it is an RDB file, which is not read here; let Redis rewrite it with `aof-use-rdb-preamble no`"
_UNKNOWN = (b"ERR unknown command", b"ERR unknown subcommand")
_MISTAKES = (*_UNKNOWN, b"ERR wrong number of arguments")
_SHOWN = 64  # bytes of a name


class UnreadableFile(FramewireError):
    """An append-only file cannot be read, though it may be whole: `name` says which, `offset` how far it can."""

    _verdict = "cannot be read"

    def __init__(self, name: str, offset: int, problem: str) -> None:
        super().__init__(f"append-only file {name} {self._verdict} behind its first {offset} bytes: {problem}")
        self.name = name
        self.offset = offset
        self.problem = problem

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.name, self.offset, self.problem)


class DamagedFile(UnreadableFile):
    """It is not whole: its first `offset` bytes are good."""

    _verdict = "is damaged"


class Replaying(Protocol):
    """What runs the requests (`running.session.Session`)."""

    client: Client

    def execute(self, requests: list[list[bytes]], replies: list[object], start: int = 0) -> int:
        """Run `requests[start:]`, append the replies, return the index of the first that was not run."""

    def close(self) -> None:
        """Forget the client."""


OpenSession: TypeAlias = Callable[[], Replaying]


class Loader:
    """Runs the requests of files in a `State` that nobody else uses meanwhile."""

    def __init__(self, state: State[Client], open_session: OpenSession, disk: Disk) -> None:
        self._state = state
        self._open_session = open_session
        self._disk = disk
        self.commands = 0
        self.errors = 0  # replies that were errors; Redis, too, goes on then
        self.first_error = b""

    def load(self, name: str) -> int:
        """Run a file. Returns how many of its bytes are good: all, unless its end is torn.

        Raises `DamagedFile` where a part of it is no command, `UnreadableFile` where one is not known here or it is an
        RDB file, and `OSError`.
        """
        state = self._state
        session = self._open_session()
        session.client.authenticated = True
        session.client.refresh()
        state.loading = True
        state.tick()
        try:
            with self._disk.open_to_read(name) as file:
                return _Replay(name, file, self._disk.size(name), session, self._note).run()
        finally:
            session.close()
            state.loading = False
            state.tick()

    def _note(self, replies: list[object]) -> tuple[int, bytes] | None:
        """Count what was run; the place and the error of a request that can never have been one, if there is any."""
        self.commands += len(replies)
        for index, reply in enumerate(replies):
            if isinstance(reply, Error):
                self.errors += 1
                self.first_error = self.first_error or reply.data
                if reply.data.startswith(_MISTAKES):
                    return index, reply.data
        return None


class _Replay:
    """One file on its way to the session.

    `_good` is the offset behind the last batch that left neither a part of a command nor an open transaction. The exact
    place of what is wrong is looked for from there, and only when something is wrong.
    """

    def __init__(
        self,
        name: str,
        file: BinaryIO,
        size: int,
        session: Replaying,
        note: Callable[[list[object]], tuple[int, bytes] | None],
    ) -> None:
        self._name = name
        self._file = file
        self._size = size
        self._session = session
        self._note = note
        self._good = 0
        self._beyond = 0  # commands run behind `_good`
        self._progress = monotonic()

    def run(self) -> int:
        """See `Loader.load`."""
        if self._file.read(5) == b"REDIS":
            raise UnreadableFile(self._name, 0, _RDB)
        self._file.seek(0)
        source, offset = BytesMut(), 0
        decoder = RespDecoder("requests", _LIMITS)
        while chunk := self._file.read(CHUNK):
            offset += len(chunk)
            source.extend(chunk)
            try:
                while requests := decoder.decode_batch(source, BATCH):
                    self._run(requests)
                    if decoder.idle and self._session.client.queue is None:
                        self._good, self._beyond = offset - len(source), 0
            except ProtocolError as error:
                raise DamagedFile(self._name, self._find_end()[0], str(error)) from None
            self._report(offset)
        end, in_transaction = self._find_end()
        if in_transaction:
            logger.warning("append-only file %s ends within a transaction", self._name)
        return end

    def _run(self, requests: list[list[bytes]]) -> None:
        requests = [request for request in requests if not _is_annotation(request)]
        replies: list[object] = []
        done = 0
        client = self._session.client
        while done < len(requests) and not client.closing:
            done = self._session.execute(requests, replies, done)
            if client.blocked is not None:
                client.end_wait(None)
        mistake = self._note(replies)
        if mistake is not None:
            index, error = mistake
            raise self._refusal(*self._command_at(self._beyond + index), error)
        self._beyond += len(requests)

    def _command_at(self, index: int) -> tuple[int, list[bytes]]:
        """A command, counted from `_good` on, and its offset."""
        commands = (
            (start, request) for start, _, request in self._commands_from(self._good) if not _is_annotation(request)
        )
        return next(islice(commands, index, None))

    def _refusal(self, start: int, request: list[bytes], error: bytes) -> UnreadableFile:
        """A whole array of words is somebody's command; a line of them is none that a server writes."""
        self._file.seek(start)
        if not (error.startswith(_UNKNOWN) and self._file.read(1) == b"*"):
            return DamagedFile(self._name, start, error.decode("utf-8", "replace"))
        words = request[: 2 if error.startswith(b"ERR unknown subcommand") else 1]
        name = " ".join(word[:_SHOWN].decode("utf-8", "backslashreplace") for word in words)
        return UnreadableFile(self._name, start, f"this server does not know the command {name!r}")

    def _report(self, offset: int) -> None:
        if monotonic() - self._progress >= PROGRESS_SECONDS:
            self._progress = monotonic()
            percent = 100 * offset // max(self._size, 1)
            logger.info("loading %s: %d of %d MiB, %d %%", self._name, offset >> 20, self._size >> 20, percent)

    def _find_end(self) -> tuple[int, bool]:
        """Behind the last whole command that is not part of an open transaction; and whether there is one."""
        end, multi = self._good, None
        for start, following, request in self._commands_from(self._good):
            word = request[0].upper()
            if word == b"MULTI":
                multi = start
            elif word in (b"EXEC", b"DISCARD"):
                multi = None
            end = following
        return (end, False) if multi is None else (multi, True)

    def _commands_from(self, start: int) -> Iterator[tuple[int, int, list[bytes]]]:
        """The whole commands from there on, each with the offsets of its start and its end, one by one."""
        self._file.seek(start)
        source, offset = BytesMut(), start
        decoder = RespDecoder("requests", _LIMITS)
        while chunk := self._file.read(CHUNK):
            offset += len(chunk)
            source.extend(chunk)
            try:
                while requests := decoder.decode_batch(source, 1):
                    end = offset - len(source)
                    yield start, end, requests[0]
                    start = end
            except ProtocolError:
                return


def _is_annotation(request: list[bytes]) -> bool:
    """Redis can note the time: `#TS:1700000000`."""
    return request[0].startswith(b"#")
