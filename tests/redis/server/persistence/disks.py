"""What the tests of persistence share: a disk in memory that forgets what was not synced, and the contents of a state.

What belongs here: `MemoryDisk`, which fails or loses power at any step, `Inline`, a thread pool without threads, and
`contents`, by which two states are compared.
"""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, BinaryIO, cast

from framewire.redis.server.clients.state import State
from framewire.redis.server.persistence.disk import Data, Disk
from framewire.redis.server.persistence.dump import dump
from framewire.redis.server.values.streams import StreamValue


class PowerLost(BaseException):
    """Nothing more reaches the disk."""


class _File:
    """A file's bytes, and how many of them would be there after a loss of power."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.safe = 0


class MemoryDisk(Disk):
    """A disk whose every step counts. `power` steps work, then `PowerLost` is raised for ever."""

    def __init__(self, power: int = 1 << 60) -> None:
        super().__init__("/nowhere")
        self.power = power
        self.steps: list[str] = []
        self.errors: dict[str, int] = {}  # by the name of a step: the errno that it fails with
        self.files: dict[str, _File] = {}
        self.safe_names: dict[str, _File] = {}
        self.open: dict[int, _File] = {}
        self.room = 1 << 60  # bytes that can still be written
        self.locked = False
        self._outside: MemoryDisk | None = None

    def after_power_loss(self, kept: bool) -> MemoryDisk:
        """What is found afterwards: all that was written (`kept`), or only what was synced."""
        disk = MemoryDisk()
        if self._outside is not None:
            disk._outside = self._outside.after_power_loss(kept)
            disk._outside.steps = disk.steps
        for name, file in (self.files if kept else self.safe_names).items():
            disk.files[name] = disk.safe_names[name] = again = _File()
            again.data = bytearray(file.data if kept else file.data[: file.safe])
            again.safe = len(again.data)
        return disk

    def _step(self, what: str) -> None:
        if len(self.steps) >= self.power:
            raise PowerLost
        self.steps.append(what)
        kind = what.split()[0]
        if kind in self.errors:
            raise OSError(self.errors[kind], os.strerror(self.errors[kind]))

    def make_directory(self) -> None:
        pass

    def outside(self) -> MemoryDisk:
        """Power is lost there at the same time."""
        if self._outside is None:
            self._outside = MemoryDisk(self.power)
            self._outside.steps = self.steps
        return self._outside

    def move_in(self, name: str) -> None:
        self._step(f"move_in {name}")
        outside = self.outside()
        self.files[name] = outside.files.pop(name)
        self._step("sync_names")
        self.safe_names, outside.safe_names = dict(self.files), dict(outside.files)

    def lock(self) -> Callable[[], None]:
        if self.locked:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), "/nowhere")
        self.locked = True
        return self._unlock

    def _unlock(self) -> None:
        self.locked = False

    def names(self) -> list[str]:
        return sorted(self.files)

    def exists(self, name: str) -> bool:
        return name in self.files

    def size(self, name: str) -> int:
        return len(self.files[name].data)

    def read(self, name: str) -> bytes:
        return bytes(self.files[name].data)

    def open_to_read(self, name: str) -> BinaryIO:
        return io.BytesIO(self.read(name))

    def create(self, name: str) -> int:
        self._step(f"create {name}")
        self.files[name] = _File()
        return self.open_to_append(name)

    def open_to_append(self, name: str) -> int:
        fd = len(self.open) + 100
        self.open[fd] = self.files[name]
        return fd

    def write(self, fd: int, pieces: Sequence[Data]) -> int:
        self._step("write")
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        data = b"".join(pieces)[: self.room]
        self.open[fd].data += data
        self.room -= len(data)
        return len(data)

    def sync(self, fd: int) -> None:
        self._step("sync")
        self.open[fd].safe = len(self.open[fd].data)

    def close(self, fd: int) -> None:
        assert fd in self.open, "closed twice, or never opened"
        self.open[fd] = cast(Any, None)

    def truncate(self, name: str, size: int) -> None:
        self._step(f"truncate {name}")
        file = self.files[name]
        del file.data[size:]
        file.safe = size

    def rename(self, name: str, other: str) -> None:
        self._step(f"rename {name}")
        self.files[other] = self.files.pop(name)

    def remove(self, name: str) -> None:
        self._step(f"remove {name}")
        self.files.pop(name, None)

    def sync_names(self) -> None:
        self._step("sync_names")
        self.safe_names = dict(self.files)

    @property
    def still_open(self) -> int:
        return sum(file is not None for file in self.open.values())


class Inline:
    """Does at once what it is given."""

    def __init__(self, *_: object) -> None:
        pass

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except BaseException as error:
            future.set_exception(error)
        return future

    def shutdown(self) -> None:
        pass


def contents(state: State) -> dict[int, dict[bytes, object]]:
    """All that a state holds, in a form that can be compared: values whose order means nothing are sorted."""
    return {
        db.index: {key: (_content(key, value), db.deadlines.get(key)) for key, value in db.values.items()}
        for db in state.databases
        if db.values
    }


def _content(key: bytes, value: Any) -> object:
    kind = getattr(value, "kind", b"string")
    if kind == b"stream":
        return kind, _stream(value)
    requests = [request[2:] for request in dump(key, value)]
    if kind == b"set":
        return kind, sorted(member for request in requests for member in request)
    if kind in (b"hash", b"zset"):
        return kind, sorted(
            pair for request in requests for pair in zip(request[::2], request[1::2], strict=True)
        )
    return kind, requests


def _stream(stream: StreamValue) -> object:
    """How often an entry was delivered after it was deleted cannot be logged, in Redis neither."""
    groups = {
        name: (group.last_id, group.entries_read, sorted(group.consumers), {
            id_: (pending.consumer.name, *((pending.delivered, pending.count) if id_ in stream else ()))
            for id_, pending in group.pending.items()
        })
        for name, group in stream.groups.items()
    }  # fmt: skip
    return stream.entries(), stream.last_id, stream.entries_added, stream.max_deleted_id, groups
