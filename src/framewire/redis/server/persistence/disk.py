"""`Disk`: what persistence asks of the file system, one method for each step.

What belongs here: calls of the operating system on the files of one directory. Nothing here knows what is in them.
Tests put another one in its place: one that fails, or stops where a crash would.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, TypeAlias

from framewire.redis.server.persistence.lock import DirectoryLock

__all__ = ["Data", "Disk", "rest_after", "write_all"]

Data: TypeAlias = bytes | memoryview

_MOST_AT_ONCE = 512  # pieces in one `writev`; systems allow 1024


class Disk:
    """The files of one directory, by name. Every method may raise `OSError`; file descriptors are the caller's."""

    def __init__(self, directory: str) -> None:
        self.directory = Path(directory)

    def make_directory(self) -> None:
        """Create the directory, and make sure that it stays, where it is not there yet."""
        if not self.directory.is_dir():
            self.directory.mkdir(mode=0o755, exist_ok=True)  # another server may come first
            _sync_path(self.directory.parent)

    def outside(self) -> Disk:
        """The directory that this one is in."""
        return Disk(str(self.directory.parent))

    def lock(self) -> Callable[[], None]:
        """Let no other server use the directory, which must be there, before what is returned is called."""
        return DirectoryLock(self.directory).release

    def names(self) -> list[str]:
        """The files that are there; none where the directory is missing."""
        return sorted(os.listdir(self.directory)) if self.directory.is_dir() else []

    def exists(self, name: str) -> bool:
        return (self.directory / name).is_file()

    def size(self, name: str) -> int:
        return (self.directory / name).stat().st_size

    def read(self, name: str) -> bytes:
        """The whole of a small file."""
        return (self.directory / name).read_bytes()

    def open_to_read(self, name: str) -> BinaryIO:
        """The file, without a buffer of its own."""
        return open(self.directory / name, "rb", buffering=0)

    def create(self, name: str) -> int:
        """A file descriptor to write to; what the file held is gone."""
        return os.open(self.directory / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)

    def open_to_append(self, name: str) -> int:
        """A file descriptor that writes behind what is there; the file is created where it is missing."""
        return os.open(self.directory / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def write(self, fd: int, pieces: Sequence[Data]) -> int:
        """Write some of `pieces`, in order; how many bytes."""
        return os.writev(fd, pieces[:_MOST_AT_ONCE])

    def sync(self, fd: int) -> None:
        """Wait until what was written to `fd` is on the disk."""
        os.fsync(fd)

    def close(self, fd: int) -> None:
        os.close(fd)

    def truncate(self, name: str, size: int) -> None:
        """Cut a file off, and make sure that it stays so."""
        fd = os.open(self.directory / name, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.ftruncate(fd, size)
            os.fsync(fd)
        finally:
            os.close(fd)

    def rename(self, name: str, other: str) -> None:
        """Give a file another name, at once and as a whole; a file of that name is replaced."""
        os.replace(self.directory / name, self.directory / other)

    def move_in(self, name: str) -> None:
        """Move a file here from outside, and make sure that it stays; a file of that name is replaced."""
        os.replace(self.directory.parent / name, self.directory / name)
        self.sync_names()
        _sync_path(self.directory.parent)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        (self.directory / name).unlink(missing_ok=True)

    def sync_names(self) -> None:
        """Wait until files created, renamed and removed are so on the disk."""
        _sync_path(self.directory)


def _sync_path(directory: Path) -> None:
    fd = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_all(disk: Disk, fd: int, pieces: Sequence[Data]) -> None:
    """Write all of `pieces`. Raises `OSError`; some may be written then."""
    left = [memoryview(piece) for piece in pieces if len(piece)]
    while left:
        left = rest_after(left, disk.write(fd, left))


def rest_after(pieces: list[memoryview], nbytes: int) -> list[memoryview]:
    """What is left of `pieces` once their first `nbytes` bytes are written."""
    for index, piece in enumerate(pieces):
        if nbytes < len(piece):
            return [piece[nbytes:], *pieces[index + 1 :]]
        nbytes -= len(piece)
    return []
