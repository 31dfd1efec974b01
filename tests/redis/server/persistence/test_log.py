"""The file that grows: when it is written and synced, and what a disk that fails leaves behind."""

from __future__ import annotations

import errno
import threading

import pytest

from framewire.redis.server.persistence import log
from framewire.redis.server.persistence.log import AppendLog
from tests.redis.server.persistence.disks import Inline, MemoryDisk
from tests.waiting import PATIENCE

SET = [b"SET", b"a", b"1"]
SET_BYTES = b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n"
SELECT_BYTES = b"*2\r\n$6\r\nSELECT\r\n$1\r\n%d\r\n"


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Log(AppendLog):
    """A log in a file called `f` on a disk in memory."""

    def __init__(self, policy: str, disk: MemoryDisk | None = None) -> None:
        self.disk = disk or MemoryDisk()
        self.time = Time()
        super().__init__(self.disk, policy, self.time)
        self.attach(self.disk.create("f"), 0)
        self.disk.steps.clear()

    @property
    def written(self) -> bytes:
        return self.disk.read("f")


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "ThreadPoolExecutor", Inline)


def test_what_is_written() -> None:
    growing = Log("no")
    growing.append([(0, SET)])
    growing.append([(0, SET)])
    growing.append([(3, SET)])
    growing.append([(3, SET), (0, SET)])
    assert growing.written == b""
    assert growing.commit()
    zero, three = SELECT_BYTES % 0, SELECT_BYTES % 3
    unit = b"*1\r\n$5\r\nMULTI\r\n" + SET_BYTES + zero + SET_BYTES + b"*1\r\n$4\r\nEXEC\r\n"
    assert growing.written == zero + SET_BYTES + SET_BYTES + three + SET_BYTES + unit
    assert (growing.size, growing.waiting, growing.disk.steps) == (len(growing.written), 0, ["write"])


def test_large_values_and_pieces_of_any_number() -> None:
    growing = Log("no")
    for number in range(1500):
        growing.append([(0, [b"SET", b"%d" % number, bytes(20_000) if number % 2 else b"x"])])
    assert growing.commit()
    assert growing.size == len(growing.written) > 15_000_000
    assert growing.written.count(b"SET") == 1500


def test_it_says_once_when_there_is_something() -> None:
    growing, said = Log("no"), []
    growing.on_pending = lambda: said.append(1)
    for _ in range(2):
        growing.append([(0, SET)])
        growing.append([(0, SET)])
        growing.commit()
    assert len(said) == 2


@pytest.mark.usefixtures("inline")
@pytest.mark.parametrize(
    ("policy", "steps"),
    [
        ("always", ["write", "sync", "write", "sync", "write", "sync"]),
        ("everysec", ["write", "write", "sync", "write"]),
        ("no", ["write", "write", "write"]),
    ],
)
def test_when_it_is_synced(policy: str, steps: list[str]) -> None:
    growing = Log(policy)
    for seconds in (0.0, 1.0, 0.5):
        growing.time.now += seconds
        growing.append([(0, SET)])
        assert growing.commit()
    assert growing.disk.steps == steps


@pytest.mark.usefixtures("inline")
def test_what_was_written_last_is_synced_although_nothing_more_comes() -> None:
    growing = Log("everysec")
    growing.append([(0, SET)])
    growing.commit()
    growing.time.now += 1
    growing.commit()
    growing.time.now += 1
    growing.commit()
    assert growing.disk.steps == ["write", "sync"]


def test_while_the_thread_waits_for_the_disk_writes_are_put_off_but_not_for_ever() -> None:
    class Slow(MemoryDisk):
        may_go_on = threading.Event()

        def sync(self, fd: int) -> None:
            self.may_go_on.wait(PATIENCE)
            super().sync(fd)

    growing = Log("everysec", Slow())
    growing.append([(0, SET)])
    growing.time.now += 1
    assert growing.commit()
    assert growing.syncing
    size = growing.size
    growing.append([(0, SET)])
    assert growing.commit()
    assert (growing.size, growing.delayed) == (size, 0)
    growing.time.now += 2
    assert growing.commit()
    assert (growing.size, growing.delayed) == (size + len(SET_BYTES), 1)
    Slow.may_go_on.set()
    growing.close()
    assert growing.disk.steps == ["write", "write", "sync", "sync"]


def test_a_full_disk_loses_nothing() -> None:
    growing = Log("no")
    growing.disk.room = 40
    for _ in range(3):
        growing.append([(0, SET)])
    assert not growing.commit()
    assert growing.error is not None
    assert growing.error.errno == errno.ENOSPC
    assert len(growing.written) == 40
    assert not growing.commit()
    growing.disk.room = 1 << 40
    assert growing.commit()
    assert growing.error is None
    assert growing.written == SELECT_BYTES % 0 + 3 * SET_BYTES


@pytest.mark.parametrize("fail", ["sync in commit", "sync in the thread"])
@pytest.mark.usefixtures("inline")
def test_a_failed_sync_is_not_forgotten_by_one_that_works(fail: str) -> None:
    growing = Log("always" if fail == "sync in commit" else "everysec")
    growing.append([(0, SET)])
    growing.time.now += 1
    growing.disk.errors["sync"] = errno.EIO
    growing.commit()
    growing.disk.errors.clear()
    growing.append([(0, SET)])
    growing.time.now += 1
    assert not growing.commit()
    assert growing.doubtful
    assert growing.error is not None
    assert growing.sync_failures == 1
    growing.trust()
    assert growing.commit()


def test_without_a_file_everything_waits() -> None:
    growing = Log("everysec")
    growing.append([(0, SET)])
    growing.commit(force=True)
    old = growing.detach()
    growing.append([(0, SET)])
    assert not growing.commit()
    assert growing.waiting
    new = growing.disk.create("g")
    growing.attach(new, 0)
    assert growing.commit()
    assert growing.written == growing.disk.read("g") == SELECT_BYTES % 0 + SET_BYTES
    growing.disk.close(old)
    growing.close()
    assert growing.disk.still_open == 0


def test_the_end_writes_and_syncs_what_is_left() -> None:
    growing = Log("no")
    growing.append([(0, SET)])
    growing.close()
    assert growing.disk.files["f"].safe == len(SELECT_BYTES % 0 + SET_BYTES)
    assert growing.disk.still_open == 0
