"""One server at a time uses an append-only directory: the lock on it.

What belongs here: that lock, whoever the other one is: another process, or another server of this one. It is a `flock`
on a file that holds nothing and stays where it is; on NFS, Linux asks the file server for it. The system ends it with
the process, so what a killed server leaves behind is in nobody's way. Copies of the descriptor would prolong it:

    `exec`       closes them
    `os.fork`    the child closes its own
    other forks  the lock itself is ended at the end, for all copies, not only the descriptor closed
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

__all__ = ["LOCK_NAME", "DirectoryLock"]

LOCK_NAME = "framewire.lock"

_held: set[DirectoryLock] = set()


class DirectoryLock:
    """The lock on `directory`, which must be there; it is held from now on until `release`.

    Raises `OSError` with the directory's name: `EBUSY` where another server has it.
    """

    def __init__(self, directory: Path) -> None:
        self._fd = os.open(directory / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            self._lock()
        except OSError as error:
            os.close(self._fd)
            if error.errno in (errno.EAGAIN, errno.EACCES):
                raise OSError(errno.EBUSY, "another server keeps its data there", str(directory)) from None
            raise OSError(error.errno, f"it cannot be locked: {error.strerror}", str(directory)) from None
        _held.add(self)

    def _lock(self) -> None:
        import fcntl  # not on Windows, where nothing is kept on disk

        fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def release(self) -> None:
        """Give it up. Doing so twice is fine."""
        if self in _held:
            import fcntl

            fcntl.flock(self._fd, fcntl.LOCK_UN)
            self._close()

    def _close(self) -> None:
        _held.discard(self)
        os.close(self._fd)


def _forget_in_child() -> None:
    for lock in list(_held):
        lock._close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
