"""`Persistence`: the append-only file of one server, as a whole.

What belongs here: when it is loaded, grows, is written anew, is switched on and off; and what clients are told of it.
Whoever owns it calls `load` before anybody is served, `commit` before replies leave, `tick` some ten times a second,
and `advance` while a rewrite is under way.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.state import State
from framewire.redis.server.parsing.errors import CommandError
from framewire.redis.server.persistence.disk import Disk
from framewire.redis.server.persistence.load import DamagedFile, OpenSession
from framewire.redis.server.persistence.log import AppendLog, Unit
from framewire.redis.server.persistence.manifest import Manifest
from framewire.redis.server.persistence.opening import open_files, read_manifest
from framewire.redis.server.persistence.recorder import Recorder
from framewire.redis.server.persistence.rewrite import Kind, Rewrite
from framewire.redis.server.persistence.snapshot import Snapshot

__all__ = ["Persistence"]

logger = logging.getLogger("framewire.redis")

RETRY_SECONDS = 1.0
"""How often a disk that failed is tried again."""

FAILED_REWRITE_SECONDS = 60.0
"""How long the next automatic rewrite waits after one that failed; after the next failure twice as long, and so on."""


_MISCONF = b"MISCONF Errors writing to the AOF file: "
_CANNOT_REWRITE = b"ERR Can't execute an AOF background rewriting. Please check the server logs for more information."
_CANNOT_SWITCH_ON = (
    b"ERR CONFIG SET failed (possibly related to argument 'appendonly') - Unable to turn on AOF. Check server logs."
)


@dataclass(slots=True)
class Figures:
    """What clients are told about rewrites. `saved_at` is when all that there was was last written, in seconds."""

    saved_at: int
    scheduled: bool = False
    rewrites: int = 0
    last_rewrite_ok: bool = True
    last_rewrite_seconds: int = -1


class Persistence:
    """Keeps what a `State` holds; what was kept is run again by a client that `open_session` makes.

    Raises nothing but where it says so: the disk's errors become refusals of writes.
    """

    def __init__(
        self,
        state: State[Client],
        open_session: OpenSession,
        disk: Disk | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        config = state.config
        self._state = state
        self._open_session = open_session
        self._config = config
        self._clock = clock
        self._disk = disk if disk is not None else Disk(os.path.join(config.dir, config.appenddirname))
        self._prefix = config.appendfilename
        self._manifest = Manifest()
        self._log: AppendLog | None = None
        self._recorder: Recorder | None = None
        self._rewrite: Rewrite | None = None
        self._switching_on = False  # until the first rewrite is done, what is logged is of no use without it
        self._old_fd = -1  # of the increment that is left, while the next one is prepared
        self._old_size = self._past_size = 0  # bytes of that one, and of all files before the one that grows
        self._size_after_rewrite = 0
        self._sync_failures = 0  # when the log got its file
        self._started = 0.0
        self._retry_at = self._automatic_at = 0.0
        self._failures = 0  # rewrites since the last one that succeeded
        self._spoiled = 0  # rewrites that failed
        self.figures = Figures(saved_at=state.clock // 1000)
        self.on_pending: Callable[[], None] = _nothing  # called when `commit` is needed
        self.on_rewrite: Callable[[], None] = _nothing  # called when `advance` is needed
        state.persistence = self


    # -- at the start and at the end ----------------------------------------------------------------------------------

    def load(self) -> None:
        """With `appendonly yes`: read what is on disk, and begin to log. Takes as long as running all of it again.

        Raises `DamagedFile`, and `OSError`; the state is then not to be used.
        """
        if not self._config.appendonly:
            return
        self._manifest = open_files(self._state, self._open_session, self._disk)
        self._start_logging()
        assert self._log is not None
        *past, last = [(file.name, self._disk.size(file.name)) for file in self._manifest.files]
        self._log.attach(self._disk.open_to_append(last[0]), last[1])
        self._past_size = sum(size for _, size in past)
        self._size_after_rewrite = self.size

    def close(self) -> None:
        """Write and sync what is left; give up a rewrite that is under way. Closing twice is fine."""
        self._give_up_rewrite()
        if self._log is not None:
            self._log.close()
            self._stop_logging()

    def _start_logging(self) -> None:
        self._log = AppendLog(self._disk, self._config.appendfsync, self._clock)
        self._log.on_pending = self._pending
        self._recorder = Recorder(self._state, self._log.append)
        self._recorder.start()

    def _stop_logging(self) -> None:
        assert self._recorder is not None
        self._recorder.stop()
        self._log = self._recorder = None
        self._switching_on = False
        self._state.write_error = None

    # -- while it grows -----------------------------------------------------------------------------------------------

    @property
    def enabled(self) -> bool:
        """Whether changes are logged."""
        return self._log is not None

    @property
    def saved_at(self) -> int:
        """When all that there was was last written, in seconds since the epoch."""
        return self.figures.saved_at

    @property
    def size(self) -> int:
        """Bytes of all the files that hold the data."""
        return self._past_size + (self._log.size if self._log is not None else 0)

    @property
    def holds_replies(self) -> bool:
        """Whether replies have to wait for `commit` while something is pending: by the policy `always`.

        Once the disk has failed, nobody is told any more that a write was done, so reads need not wait.
        """
        log = self._log
        return log is not None and log.policy == "always" and log.error is None

    def commit(self) -> bool:
        """Write what is logged, and sync it where the policy asks for that; whether replies may leave.

        Where they may not, what they say was done is not safe, and they must not be sent.
        """
        log = self._log
        if log is None:
            return True
        safe = log.commit()
        self._look_at_error(log)
        return safe or log.policy != "always"

    def tick(self) -> None:
        """Ten times a second: what the clock asks for."""
        if self._log is not None:
            self._commit_or_retry(self._log)
        if self._rewrite is None:
            self._start_rewrite_if_due()

    def _commit_or_retry(self, log: AppendLog) -> None:
        if log.error is None:
            self.commit()
        elif self._clock() >= self._retry_at:
            self._retry_at = self._clock() + RETRY_SECONDS
            self.commit()
            if log.doubtful and self._rewrite is None:
                self._start_rewrite()

    def _look_at_error(self, log: AppendLog) -> None:
        """Let writes be refused while the disk fails, in Redis' words."""
        error, failed = log.error, self._state.write_error is not None
        self._state.write_error = None if error is None else _MISCONF + (error.strerror or str(error)).encode()
        if failed is not (error is not None) and self._recorder is not None:
            self._recorder.take_shortcuts(error is None)

    def _pending(self) -> None:
        self.on_pending()

    def obey(self) -> None:
        """CONFIG SET was used. Raises `CommandError` where the file cannot be switched on; it stays off then."""
        if self._config.appendonly and self._log is None:
            self._switch_on()
        elif not self._config.appendonly and self._log is not None:
            logger.info("append-only file: switched off")
            self.close()
        if self._log is not None:
            self._log.policy = self._config.appendfsync
            self._look_after_policy()

    def _look_after_policy(self) -> None:
        """With `always`, the log has a file at every moment."""
        if self._rewrite is not None and self._config.appendfsync == "always":
            self._rewrite.wait_for_increment()

    # -- rewriting ----------------------------------------------------------------------------------------------------

    @property
    def rewriting(self) -> bool:
        return self._rewrite is not None

    def rewrite(self) -> bytes:
        """Begin to write everything anew (BGREWRITEAOF); what to tell the client. Raises `CommandError`."""
        if self._rewrite is not None:
            raise CommandError(b"ERR Background append only file rewriting already in progress")
        if self._log is not None and self._log.syncing:  # the next `tick` begins
            self.figures.scheduled = True
        else:
            self._start_rewrite()
            if self._rewrite is None:
                raise CommandError(_CANNOT_REWRITE)
        return b"Background append only file rewriting started"

    def advance(self) -> float | None:
        """Go on with the rewrite; how many seconds until the next call, `None` when none is needed."""
        rewrite = self._rewrite
        if rewrite is None:
            return None
        delay = rewrite.advance()
        if not rewrite.done:
            return delay
        self._end_rewrite(rewrite)
        return None

    def _switch_on(self) -> None:
        """What is there is written out first; from then on, everything is logged behind it."""
        self._give_up_rewrite()
        try:
            self._disk.make_directory()
            self._manifest = read_manifest(self._disk, self._prefix) or Manifest()
        except (OSError, DamagedFile) as error:
            logger.error("append-only file: cannot be switched on: %s", error)
            self._config.appendonly = False
            raise CommandError(_CANNOT_SWITCH_ON) from None
        self._switching_on = True
        self._start_logging()
        self._start_rewrite()

    def _start_rewrite_if_due(self) -> None:
        if self.figures.scheduled and not (self._log is not None and self._log.syncing):
            self._start_rewrite()
        elif self._clock() >= self._automatic_at:
            if self._config.appendonly and self._log is None:  # it could not be switched on before
                self._switch_on()
            elif self._has_grown():
                before = self._size_after_rewrite
                logger.info("append-only file: %d bytes, %d after the last rewrite: rewriting", self.size, before)
                self._start_rewrite()

    def _has_grown(self) -> bool:
        percentage, least = self._config.auto_aof_rewrite_percentage, self._config.auto_aof_rewrite_min_size
        if self._log is None or self._log.error is not None or not percentage or self.size < least:
            return False
        base = max(self._size_after_rewrite, 1)
        return (self.size - base) * 100 // base >= percentage

    def _start_rewrite(self) -> None:
        """Everything logged so far is written; the snapshot is of this very moment; what comes waits for a new file."""
        self.figures.scheduled = False
        self._started = self._clock()
        if self._log is not None and not self._switching_on:
            self._log.commit(force=True)
            self._look_at_error(self._log)
            if self._log.waiting:
                logger.error("append-only file: not rewritten, because the present file cannot be written to")
                self._note_failure()
                return
            self._old_size = self._log.size
            self._old_fd = self._log.detach()
        snapshot = Snapshot(self._state.databases)
        self._record_for(snapshot)
        kind = Kind.ALONE if self._log is None else Kind.SWITCHING_ON if self._switching_on else Kind.GROWING
        self._rewrite = Rewrite(self._disk, self._prefix, self._manifest, snapshot, kind, self._old_fd, self._spoiled)
        self._rewrite.on_increment = self._got_increment
        logger.info("append-only file: rewriting %d keys", snapshot.keys)
        self._look_after_policy()
        self.on_rewrite()

    def _record_for(self, snapshot: Snapshot) -> None:
        """Let what changes be preserved, also where nothing is logged."""
        if self._recorder is None:
            self._recorder = Recorder(self._state, _to_nobody)
            self._recorder.start()
        self._recorder.snapshot = snapshot

    def _got_increment(self, fd: int) -> None:
        """The next file is there: what is logged goes on in it."""
        assert self._log is not None and self._rewrite is not None
        if self._old_fd >= 0:
            self._disk.close(self._old_fd)
            self._past_size += self._old_size
            self._old_fd = -1
        self._manifest = self._rewrite.manifest
        self._log.attach(fd, 0)
        self._note_sync_error(self._rewrite)
        self.commit()

    def _note_sync_error(self, rewrite: Rewrite) -> None:
        if rewrite.sync_error is not None and self._log is not None:
            self._log.doubt(rewrite.sync_error)
        self._sync_failures = self._log.sync_failures if self._log is not None else 0

    def _give_up_rewrite(self) -> None:
        rewrite = self._rewrite
        if rewrite is not None:
            rewrite.abort()
            self._end_rewrite(rewrite)

    def _end_rewrite(self, rewrite: Rewrite) -> None:
        self._rewrite = None
        assert self._recorder is not None
        self._recorder.snapshot = None
        self._manifest = rewrite.manifest
        if rewrite.error is not None:
            self._rewrite_failed(rewrite, rewrite.error)
        else:
            self._rewrite_succeeded(rewrite)
        if self._log is None and self._recorder is not None:
            self._recorder.stop()
            self._recorder = None

    def _rewrite_failed(self, rewrite: Rewrite, error: OSError) -> None:
        logger.warning("append-only file: not rewritten: %s", error)
        self._note_failure()
        log = self._log
        if log is None:
            return
        if self._switching_on:
            log.close()
            self._stop_logging()
        elif self._old_fd >= 0:  # the new file could not be prepared: the old one goes on
            log.attach(self._old_fd, self._old_size)
            self._old_fd = -1
            self._note_sync_error(rewrite)
            self.commit()

    def _note_failure(self) -> None:
        self._spoiled += 1
        self._automatic_at = self._clock() + FAILED_REWRITE_SECONDS * 2 ** min(self._failures, 6)
        self._failures += 1
        self.figures.last_rewrite_ok = False

    def _rewrite_succeeded(self, rewrite: Rewrite) -> None:
        self._failures = self._spoiled = 0
        self._switching_on = False
        self._past_size = rewrite.size
        self._size_after_rewrite = self.size
        figures = self.figures
        figures.rewrites += 1
        figures.last_rewrite_ok = True
        figures.last_rewrite_seconds = round(self._clock() - self._started)
        figures.saved_at = self._state.clock // 1000
        logger.info("append-only file: rewritten, %d bytes, in %.1f s", rewrite.size, self._clock() - self._started)
        if self._log is not None and self._log.sync_failures == self._sync_failures:
            self._log.trust()
            self._look_at_error(self._log)

    # -- what INFO says -----------------------------------------------------------------------------------------------

    def report(self) -> dict[str, object]:
        """The fields of INFO that are about the append-only file, under Redis' names."""
        figures, log = self.figures, self._log
        fields: dict[str, object] = {
            "aof_enabled": int(self._config.appendonly),
            "aof_rewrite_in_progress": int(self.rewriting),
            "aof_rewrite_scheduled": int(figures.scheduled),
            "aof_last_rewrite_time_sec": figures.last_rewrite_seconds,
            "aof_current_rewrite_time_sec": round(self._clock() - self._started) if self.rewriting else -1,
            "aof_last_bgrewrite_status": "ok" if figures.last_rewrite_ok else "err",
            "aof_rewrites": figures.rewrites,
            "aof_rewrites_consecutive_failures": self._failures,
            "aof_last_write_status": "ok" if self._state.write_error is None else "err",
        }
        if log is not None:
            fields["aof_current_size"] = self.size
            fields["aof_base_size"] = self._size_after_rewrite
            fields["aof_pending_rewrite"] = 0
            fields["aof_buffer_length"] = log.waiting
            fields["aof_pending_bio_fsync"] = int(log.syncing)
            fields["aof_delayed_fsync"] = log.delayed
        return fields


def _nothing() -> None:
    pass


def _to_nobody(unit: Unit) -> None:
    pass
