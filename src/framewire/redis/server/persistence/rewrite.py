"""`Rewrite`: the whole log is written anew, in small steps, while everything goes on.

What belongs here: the order of the steps. Each of them may be the last one that happens: at every moment the manifest
on disk names files that hold everything.

    begin     all that was logged so far is in the files of the manifest; the snapshot is taken; the log waits
    PREPARE   (thread) the old increment is synced; a new one is created; the manifest gets it behind the others
              -> the log goes on, in the new increment
    DUMP      a slice of the snapshot at a time becomes requests; (thread) they are written to a temporary file
    FINISH    (thread) that is synced and becomes the new base; manifest: the base and the new increment, the rest is
              history; history is removed

When the log is only being switched on, the increment is a temporary file too until FINISH, because the manifest, if
there is one, is about other times.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum
from itertools import islice
from time import perf_counter

from framewire._impl import encode_commands
from framewire.buf.write_buffer import WriteBuffer
from framewire.redis.server.persistence.disk import Data, Disk, write_all
from framewire.redis.server.persistence.manifest import Manifest, save_manifest
from framewire.redis.server.persistence.snapshot import Snapshot

__all__ = ["Rewrite"]

logger = logging.getLogger("framewire.redis")

SLICE_SECONDS = 0.001
"""How long a slice may take; between two of them, others have the loop for at least as long."""

REQUESTS = 16
"""Requests that are made before the time is looked at."""

PIECE = 256 * 1024
"""Bytes that are given to the thread at once."""

SYNC_EVERY = 32 * 1024 * 1024
"""The new base is synced every so many bytes, so that nobody waits for all of it at the end (Redis: 4 MiB)."""

POLL_SECONDS = 0.002


class Phase(Enum):
    PREPARE = "prepare"
    DUMP = "dump"
    FINISH = "finish"
    DONE = "done"


class Kind(Enum):
    """What goes on beside a rewrite."""

    GROWING = "the log goes on"
    SWITCHING_ON = "the log is useless without what is being written"
    ALONE = "nothing is logged"


class Rewrite:
    """One rewrite. `advance` is called until it is `done`; then `manifest` holds, or `error` says why it does not."""

    def __init__(
        self,
        disk: Disk,
        prefix: str,
        manifest: Manifest,
        snapshot: Snapshot,
        kind: Kind,
        old: int = -1,
        skip: int = 0,
    ) -> None:
        """`old` is the descriptor of the increment so far, which is synced first; -1 where there is none.

        `skip` counts the attempts that failed: a manifest on disk may name their files, so they are not used again.
        """
        self._disk = disk
        self._prefix = prefix
        self._kind = kind
        self._increment = manifest.next_increment(prefix, skip)
        self._base = manifest.next_base(prefix, skip)
        self._temporary_base = f"temp-rewriteaof-bg-{os.getpid()}.aof"
        self._temporary_increment = f"temp-{prefix}.incr"
        self._requests: Iterator[list[bytes]] = snapshot.requests()
        self._out = WriteBuffer()
        self._fd = -1
        self._unsynced = 0
        self._worker = ThreadPoolExecutor(1, "framewire-rewrite")
        self.manifest = manifest
        self.on_increment: Callable[[int], None] = _no_increment  # called with the new increment's descriptor
        self.size = 0  # bytes of the new base so far
        self.phase = Phase.PREPARE
        self.error: OSError | None = None
        self.sync_error: OSError | None = None  # of the old increment
        self._new_fd = -1
        self._job: Future[None] | None = self._worker.submit(self._prepare, old)  # last: the thread runs at once

    @property
    def done(self) -> bool:
        return self.phase is Phase.DONE

    def advance(self) -> float:
        """Do a little, at most about a millisecond; returns how many seconds others should have before the next call.

        Caller must not call it any more once it is `done`.
        """
        if self._job is not None and self._job.done():
            error, self._job = self._job.exception(), None
            if error is not None:
                self._fail(error)
            else:
                self._next_phase()
        if self.phase is Phase.DUMP and not (self._job is not None and len(self._out) >= PIECE):
            try:
                return self._dump_slice()
            except MemoryError as error:
                self._fail_after_job(error)
        return 0.0 if self.done else POLL_SECONDS

    def wait_for_increment(self) -> None:
        """Do not go on before the log has its new file. Blocks for the disk."""
        if self.phase is Phase.PREPARE and self._job is not None:
            self._job.exception()
            self.advance()

    def abort(self) -> None:
        """Give up. Blocks until the thread has ended. What was written is of no use; the manifest on disk holds."""
        if not self.done:
            self._fail_after_job(OSError("given up"))

    def _fail_after_job(self, error: BaseException) -> None:
        """What the thread does is waited for, since the file is closed then."""
        if self._job is not None:
            self._job.exception()
        self._fail(error)

    def _next_phase(self) -> None:
        """The thread has done what it was given."""
        if self.phase is Phase.PREPARE:
            self.phase = Phase.DUMP
            if self._kind is not Kind.ALONE:
                self.on_increment(self._new_fd)
        elif self.phase is Phase.FINISH:
            self.phase = Phase.DONE
            self._worker.shutdown()

    def _fail(self, error: BaseException) -> None:
        self.error = error if isinstance(error, OSError) else OSError(f"{type(error).__name__}: {error}")
        self.phase = Phase.DONE
        self._worker.submit(self._clean_up)
        self._worker.shutdown()

    # -- slices -------------------------------------------------------------------------------------------------------

    def _dump_slice(self) -> float:
        started = perf_counter()
        out = self._out
        while batch := list(islice(self._requests, REQUESTS)):
            encode_commands(batch, out.tail, out.segments)
            if perf_counter() - started >= SLICE_SECONDS or len(out) >= PIECE:
                break
        else:
            return self._end_dump()
        if self._job is None and len(out) >= PIECE:
            self._job = self._worker.submit(self._write, out.take())
        return perf_counter() - started

    def _end_dump(self) -> float:
        if self._job is None:
            self.phase = Phase.FINISH
            self._job = self._worker.submit(self._finish, self._out.take())
        return POLL_SECONDS

    # -- in the thread ------------------------------------------------------------------------------------------------

    def _prepare(self, old: int) -> None:
        disk = self._disk
        if old >= 0:
            self._sync_old(old)
        disk.make_directory()
        self._fd = disk.create(self._temporary_base)
        if self._kind is Kind.ALONE:
            return
        fd = disk.create(self._increment.name if self._kind is Kind.GROWING else self._temporary_increment)
        try:
            disk.sync_names()
            if self._kind is Kind.GROWING:
                manifest = self.manifest.with_increment(self._increment)
                save_manifest(disk, self._prefix, manifest)
                self.manifest = manifest
        except BaseException:
            disk.close(fd)
            raise
        self._new_fd = fd

    def _sync_old(self, old: int) -> None:
        """Where that fails, what the old increment lacks is in what is being written here, once that is done."""
        try:
            self._disk.sync(old)
        except OSError as error:
            self.sync_error = error

    def _write(self, pieces: list[Data]) -> None:
        write_all(self._disk, self._fd, pieces)
        nbytes = sum(map(len, pieces))
        self.size += nbytes
        self._unsynced += nbytes
        if self._unsynced >= SYNC_EVERY:
            self._unsynced = 0
            self._disk.sync(self._fd)

    def _finish(self, pieces: list[Data]) -> None:
        disk = self._disk
        self._write(pieces)
        disk.sync(self._fd)
        self._close_base()
        disk.rename(self._temporary_base, self._base.name)
        if self._kind is Kind.SWITCHING_ON:
            disk.rename(self._temporary_increment, self._increment.name)
        disk.sync_names()
        manifest = self.manifest.rewritten(self._base, None if self._kind is Kind.ALONE else self._increment)
        save_manifest(disk, self._prefix, manifest)
        self.manifest = remove_history(disk, self._prefix, manifest)

    def _clean_up(self) -> None:
        """After a failure: what nobody will read."""
        try:
            self._close_base()
            self._disk.remove(self._temporary_base)
        except OSError:
            pass  # the next rewrite writes over it

    def _close_base(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            self._disk.close(fd)


def remove_history(disk: Disk, prefix: str, manifest: Manifest) -> Manifest:
    """Remove the files that are history; the manifest that holds then. What cannot be removed stays."""
    if not manifest.history:
        return manifest
    try:
        for file in manifest.history:
            disk.remove(file.name)
        save_manifest(disk, prefix, manifest.without_history())
    except OSError as error:
        logger.warning("append-only file: what is not needed any more cannot be removed: %s", error)
    return manifest.without_history()


def _no_increment(fd: int) -> None:
    pass
