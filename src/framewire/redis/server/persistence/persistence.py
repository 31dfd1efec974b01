"""`Persistence`: the append-only file of one server, as a whole.

What belongs here: how it is loaded, grows, is written anew, is switched on and off; and what clients are told of it.
When it is written anew by itself is in `schedule.py`.
Whoever owns it calls `load` before anybody is served, `commit` before replies leave, `tick` some ten times a second,
and `advance` while a rewrite is under way.
"""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.state import State
from framewire.redis.server.parsing.errors import CommandError
from framewire.redis.server.persistence.disk import Disk
from framewire.redis.server.persistence.load import DamagedFile, OpenSession
from framewire.redis.server.persistence.log import AppendLog, Unit
from framewire.redis.server.persistence.manifest import Manifest
from framewire.redis.server.persistence.opening import open_files, read_manifest, warn_of_old_file
from framewire.redis.server.persistence.recorder import Recorder
from framewire.redis.server.persistence.rewrite import Kind, Rewrite
from framewire.redis.server.persistence.schedule import Schedule
from framewire.redis.server.persistence.snapshot import Snapshot

__all__ = ["Persistence"]

logger = logging.getLogger("framewire.redis")

RETRY_SECONDS = 1.0
"""How often a disk that failed is tried again."""

_MISCONF = b"MISCONF Errors writing to the AOF file: "
_CANNOT_REWRITE = b"ERR Can't execute an AOF background rewriting. Please check the server logs for more information."
_CANNOT_SWITCH_ON = (
    b"ERR CONFIG SET failed (possibly related to argument 'appendonly') - Unable to turn on AOF. Check server logs."
)


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
        self._unlock: Callable[[], None] | None = None  # while the directory is ours
        self._manifest = Manifest()
        self._log: AppendLog | None = None
        self._recorder: Recorder | None = None
        self._rewrite: Rewrite | None = None
        self._switching_on = False  # until the first rewrite is done, what is logged is of no use without it
        self._old_fd = -1  # of the increment that is left, while the next one is prepared
        self._old_size = self._past_size = 0  # bytes of that one, and of all files before the one that grows
        self._sync_failures = 0  # when the log got its file
        self._retry_at = 0.0
        self._schedule = Schedule(config, clock, state.clock // 1000)
        self.on_pending: Callable[[], None] = _nothing  # called when `commit` is needed
        self.on_rewrite: Callable[[], None] = _nothing  # called when `advance` is needed
        state.persistence = self

    # -- at the start and at the end ----------------------------------------------------------------------------------

    def load(self) -> None:
        """With `appendonly yes`: read what is on disk, and begin to log. Takes as long as running all of it again.

        Raises `UnreadableFile`, and `OSError`, also where another server uses the directory. The state is then not to
        be used.
        """
        if not self._config.appendonly:
            return
        self._take_directory()
        try:
            self._manifest = open_files(self._state, self._open_session, self._disk)
            self._begin_to_log()
        except BaseException:
            self.close()
            raise

    def _begin_to_log(self) -> None:
        """Behind what is in the files of the manifest."""
        self._start_logging()
        assert self._log is not None
        *past, last = [(file.name, self._disk.size(file.name)) for file in self._manifest.files]
        self._log.attach(self._disk.open_to_append(last[0]), last[1])
        self._past_size = sum(size for _, size in past)
        self._schedule.base_size = self.size

    def close(self) -> None:
        """Write and sync what is left; give up a rewrite that is under way. Closing twice is fine."""
        self._give_up_rewrite()
        if self._log is not None:
            self._log.close()
            self._stop_logging()
        self._leave_directory()

    def _take_directory(self) -> None:
        """Before anything is read or written there: let nobody else. Raises `OSError`."""
        if self._unlock is None:
            self._disk.make_directory()
            self._unlock = self._disk.lock()

    def _leave_directory(self) -> None:
        """Others may use it, once nothing of ours is written there any more."""
        if self._unlock is not None and self._log is None and self._rewrite is None:
            self._unlock()
            self._unlock = None

    def _start_logging(self) -> None:
        self._log = AppendLog(self._disk, self._config.appendfsync, self._clock)
        self._log.on_pending = self._pending
        self._recorder = Recorder(self._state, self._log.append)
        self._recorder.on_lost = self._lost
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
        return self._schedule.saved_at

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

    def _lost(self) -> None:
        """Memory ended before a change was logged: as after a failed fsync, only writing everything anew helps."""
        if self._log is not None:
            self._log.doubt(OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)))
            self._look_at_error(self._log)

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
            self._schedule.requested = True
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
            self._read_manifest()
        except (OSError, DamagedFile) as error:
            logger.error("append-only file: cannot be switched on: %s", error)
            self._config.appendonly = False
            raise CommandError(_CANNOT_SWITCH_ON) from None
        self._switching_on = True
        self._start_logging()
        self._start_rewrite()

    def _read_manifest(self) -> None:
        """What files there are, where we have not written any. Raises `OSError`, and `DamagedFile`."""
        self._take_directory()
        try:
            self._manifest = read_manifest(self._disk, self._prefix) or Manifest()
            warn_of_old_file(self._disk, self._prefix)
        except BaseException:
            self._leave_directory()
            raise

    def _start_rewrite_if_due(self) -> None:
        schedule = self._schedule
        if schedule.requested and not (self._log is not None and self._log.syncing):
            self._start_rewrite()
        elif schedule.waits_after_failure:
            pass
        elif self._log is None:
            if self._config.appendonly:  # it could not be switched on before
                with suppress(CommandError):
                    self._switch_on()
        elif self._log.error is None and schedule.has_grown(self.size):
            before = schedule.base_size
            logger.info("append-only file: %d bytes, %d after the last rewrite: rewriting", self.size, before)
            self._start_rewrite()

    def _start_rewrite(self) -> None:
        """Everything logged so far is written; the snapshot is of this very moment; what comes waits for a new file."""
        self._schedule.begin()
        if not (self._may_write_alone() if self._log is None else self._switching_on or self._has_written(self._log)):
            self._schedule.fail()
            return
        try:
            self._begin_rewrite()
        except (MemoryError, RuntimeError) as error:  # the latter where no thread can be started
            self._rewrite_failed(error, None)
            self._forget_rewrite()

    def _has_written(self, log: AppendLog) -> bool:
        log.commit(force=True)
        self._look_at_error(log)
        if log.waiting:
            logger.error("append-only file: not rewritten, because the present file cannot be written to")
        return not log.waiting

    def _begin_rewrite(self) -> None:
        snapshot = Snapshot(self._state.databases)
        if self._log is not None and not self._switching_on:
            self._old_size = self._log.size
            self._old_fd = self._log.detach()
        self._record_for(snapshot)
        kind = Kind.ALONE if self._log is None else Kind.SWITCHING_ON if self._switching_on else Kind.GROWING
        failures = self._schedule.failures
        self._rewrite = Rewrite(self._disk, self._prefix, self._manifest, snapshot, kind, self._old_fd, failures)
        self._rewrite.on_increment = self._got_increment
        logger.info("append-only file: rewriting %d keys", snapshot.keys)
        self._look_after_policy()
        self.on_rewrite()

    def _may_write_alone(self) -> bool:
        """Nothing is logged, so the directory may be another's, and the files of another time."""
        try:
            self._read_manifest()
        except (OSError, DamagedFile) as error:
            logger.error("append-only file: not rewritten: %s", error)
            return False
        return True

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
        self._note_sync_error(self._rewrite.sync_error)
        self.commit()

    def _note_sync_error(self, error: OSError | None) -> None:
        if error is not None and self._log is not None:
            self._log.doubt(error)
        self._sync_failures = self._log.sync_failures if self._log is not None else 0

    def _give_up_rewrite(self) -> None:
        rewrite = self._rewrite
        if rewrite is not None:
            rewrite.abort()
            self._end_rewrite(rewrite)

    def _end_rewrite(self, rewrite: Rewrite) -> None:
        self._rewrite = None
        self._manifest = rewrite.manifest
        if rewrite.error is not None:
            self._rewrite_failed(rewrite.error, rewrite.sync_error)
        else:
            self._rewrite_succeeded(rewrite)
        self._forget_rewrite()

    def _forget_rewrite(self) -> None:
        if self._recorder is not None:
            self._recorder.snapshot = None
            if self._log is None:
                self._recorder.stop()
                self._recorder = None
        self._leave_directory()

    def _rewrite_failed(self, error: BaseException, sync_error: OSError | None) -> None:
        logger.warning("append-only file: not rewritten: %s", str(error) or type(error).__name__)
        self._schedule.fail()
        log = self._log
        if log is None:
            return
        if self._switching_on:
            log.close()
            self._stop_logging()
        elif self._old_fd >= 0:  # the new file could not be prepared: the old one goes on
            log.attach(self._old_fd, self._old_size)
            self._old_fd = -1
            self._note_sync_error(sync_error)
            self.commit()

    def _rewrite_succeeded(self, rewrite: Rewrite) -> None:
        self._switching_on = False
        self._past_size = rewrite.size
        seconds = self._schedule.succeed(self.size, self._state.clock // 1000)
        logger.info("append-only file: rewritten, %d bytes, in %.1f s", rewrite.size, seconds)
        if self._log is not None and self._log.sync_failures == self._sync_failures:
            self._log.trust()
            self._look_at_error(self._log)

    # -- what INFO says -----------------------------------------------------------------------------------------------

    def report(self) -> dict[str, object]:
        """The fields of INFO that are about the append-only file, under Redis' names."""
        log = self._log
        fields: dict[str, object] = {
            "aof_enabled": int(self._config.appendonly),
            **self._schedule.report(self.rewriting),
            "aof_last_write_status": "ok" if self._state.write_error is None else "err",
        }
        if log is not None:
            fields["aof_current_size"] = self.size
            fields["aof_base_size"] = self._schedule.base_size
            fields["aof_pending_rewrite"] = 0
            fields["aof_buffer_length"] = log.waiting
            fields["aof_pending_bio_fsync"] = int(log.syncing)
            fields["aof_delayed_fsync"] = log.delayed
        return fields


def _nothing() -> None:
    pass


def _to_nobody(unit: Unit) -> None:
    pass
