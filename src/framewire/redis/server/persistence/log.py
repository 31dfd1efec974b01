"""`AppendLog`: the incremental file that grows. Units of requests in, bytes on the disk out.

What belongs here: when bytes are written and when the disk is waited for. It does not know what the requests mean.

    append --> pending --commit--> kernel --fsync--> disk
                 ^         |          |
                 |         |          `- always: in `commit`; everysec: once a second, in a thread; no: never
                 |         `- it failed: what was not written stays and is tried again
                 `- while the file is changed for another (`detach`), everything waits here

A file that could not be synced is `doubtful`: Linux forgets what it could not write, and the next fsync succeeds. Only
writing everything anew helps, which is for the owner to do (`Rewrite`); until then `error` stands.
"""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic
from typing import TypeAlias

from framewire._impl import encode_commands
from framewire.buf.write_buffer import WriteBuffer
from framewire.redis.server.persistence.disk import Disk, rest_after

__all__ = ["AppendLog", "Unit"]

logger = logging.getLogger("framewire.redis")

Unit: TypeAlias = Sequence[tuple[int, list[bytes]]]
"""Requests that belong together, each with the number of its database; a reader gets all of them or none."""

SYNC_SECONDS = 1.0
LONGEST_POSTPONEMENT = 1.0
"""While the disk is busy with an fsync, a write would have to wait for it; it is put off, but no longer than this.

Redis waits for 2 s; here, whoever kills the process shall lose no more than the last one.
"""

_MULTI = [b"MULTI"]
_EXEC = [b"EXEC"]


class AppendLog:
    """The end of the append-only file. `policy` is `always`, `everysec` or `no`; errors are kept, never raised."""

    def __init__(self, disk: Disk, policy: str, clock: Callable[[], float] = monotonic) -> None:
        self._disk = disk
        self._clock = clock
        self.policy = policy
        self.on_pending: Callable[[], None] = _nothing  # called when there is something to commit where nothing was
        self.error: OSError | None = None
        self.doubtful = False
        self.sync_failures = 0
        self.size = 0  # bytes written to the file, and of what was in it
        self.delayed = 0  # how often a write did not wait any longer for an fsync
        self._fd = -1
        self._selected = -1  # the database that a reader of the file would be in
        self._pending: list[list[bytes]] = []
        self._unwritten: list[memoryview] = []
        self._written = 0  # bytes of these that are written already
        self._unsynced = False
        self._synced_at = clock()
        self._postponed_since: float | None = None
        self._worker = ThreadPoolExecutor(1, "framewire-fsync")
        self._syncing: Future[None] | None = None

    # -- in -----------------------------------------------------------------------------------------------------------

    def append(self, unit: Unit) -> None:
        """Take a unit; `commit` has to follow before anybody learns what it did. O(requests).

        Raises `MemoryError`; nothing is taken then.
        """
        if not self._pending:
            self.on_pending()
        selected, requests = self._selected, []
        for database, request in unit:
            if database != selected:
                selected = database
                requests.append([b"SELECT", b"%d" % database])
            requests.append(request)
        self._pending += [_MULTI, *requests, _EXEC] if len(unit) > 1 else requests  # as a whole, or memory ends
        self._selected = selected

    @property
    def waiting(self) -> int:
        """Bytes and requests that are not written yet; 0 when all is."""
        return len(self._pending) + sum(map(len, self._unwritten))

    # -- out ----------------------------------------------------------------------------------------------------------

    def commit(self, force: bool = False) -> bool:
        """Write what is pending, and sync it where the policy asks for that; whether it is safe now, by the policy.

        `force` writes even while an fsync is under way. Blocks for the disk with `always`, else as little as Redis.
        """
        if self._fd < 0:
            return not self.waiting
        self._look_at_sync()
        if not force and self._is_postponed():
            return True
        try:
            self._write()
            self._sync_by_policy()
        except OSError as error:
            self._fail(error)
            return False
        except MemoryError:
            self._fail(OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)))
            return False
        if self.error is not None and not self.doubtful:
            logger.warning("append-only file: writing works again")
            self.error = None
        return self.error is None

    def _write(self) -> None:
        if self._pending:
            self._encode()
        self._drop_written()
        while self._unwritten:
            self._written = nbytes = self._disk.write(self._fd, self._unwritten)
            self.size += nbytes
            self._unsynced = True
            self._drop_written()
            if not nbytes:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _drop_written(self) -> None:
        """Where memory ends here, this is made up for before anything else is written."""
        if self._written:
            self._unwritten, self._written = rest_after(self._unwritten, self._written), 0

    def _encode(self) -> None:
        """All that is pending, or nothing: half a request in the file would be the end of all that follows."""
        out = WriteBuffer()
        encode_commands(self._pending, out.tail, out.segments)
        self._unwritten += [memoryview(piece) for piece in out.take()]
        self._pending.clear()

    def _fail(self, error: OSError) -> None:
        if self.error is None:
            logger.error("append-only file: %s; writes are refused until that is over", error)
        self.error = error

    # -- syncing ------------------------------------------------------------------------------------------------------

    def _sync_by_policy(self) -> None:
        if not self._unsynced or self.policy == "no":
            return
        if self.policy == "always":
            self._sync_now()
        elif self._syncing is None and self._clock() - self._synced_at >= SYNC_SECONDS:
            try:
                self._syncing = self._worker.submit(self._disk.sync, self._fd)
            except RuntimeError as error:
                raise OSError(errno.EAGAIN, str(error)) from None  # no thread can be started
            self._unsynced = False
            self._synced_at = self._clock()

    def _sync_now(self) -> None:
        self._unsynced = False
        try:
            self._disk.sync(self._fd)
        except OSError:
            self._note_doubt()
            raise
        self._synced_at = self._clock()

    def _look_at_sync(self) -> None:
        """Take the result of the fsync in the thread, once it is there."""
        syncing = self._syncing
        if syncing is not None and syncing.done():
            self._syncing = None
            error = syncing.exception()
            if isinstance(error, OSError):
                self.doubt(error)

    def doubt(self, error: OSError) -> None:
        """An fsync failed: what of the file is on disk, nobody knows."""
        self._note_doubt()
        self._fail(error)

    def _note_doubt(self) -> None:
        self.doubtful = True
        self.sync_failures += 1

    def trust(self) -> None:
        """What the file lacks, if anything, is elsewhere now."""
        if self.doubtful:
            logger.warning("append-only file: everything is on disk again")
            self.doubtful = False
            self.error = None

    @property
    def syncing(self) -> bool:
        """Whether an fsync is under way in the thread."""
        return self._syncing is not None and not self._syncing.done()

    def _is_postponed(self) -> bool:
        if self._syncing is None:
            self._postponed_since = None
            return False
        now = self._clock()
        if self._postponed_since is None:
            self._postponed_since = now
        if now - self._postponed_since < LONGEST_POSTPONEMENT:
            return True
        self._postponed_since = None
        self.delayed += 1
        return False

    # -- the file -----------------------------------------------------------------------------------------------------

    def attach(self, fd: int, size: int) -> None:
        """Write to `fd`, which the log owns from now on, and which holds `size` bytes. What waited goes there."""
        self._fd = fd
        self.size = size
        self._unsynced = False

    def detach(self) -> int:
        """Write to no file for now: what is appended waits. Returns the file's descriptor, which is the caller's then.

        Caller must have committed everything (`commit(force=True)`), and waits for a running fsync. The next file
        begins with a SELECT.
        """
        if self._syncing is not None:
            self._syncing.exception()
            self._look_at_sync()
        fd, self._fd = self._fd, -1
        self._selected = -1
        return fd

    def close(self) -> None:
        """Write and sync what is left, and end. The thread ends too."""
        if self._fd >= 0:
            self.commit(force=True)
            fd = self.detach()
            try:
                self._disk.sync(fd)
            except OSError as error:
                self._fail(error)
            self._disk.close(fd)
        self._worker.shutdown()


def _nothing() -> None:
    pass
