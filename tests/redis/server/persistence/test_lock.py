"""One server at a time: other processes, other servers of this one, dead ones, and children."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from framewire.redis.server.persistence.lock import LOCK_NAME, DirectoryLock

HOLD = """
import sys, time
from pathlib import Path
from framewire.redis.server.persistence.lock import DirectoryLock
lock = DirectoryLock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def is_locked(directory: Path) -> bool:
    try:
        DirectoryLock(directory).release()
    except OSError as error:
        assert (error.errno, error.filename) == (errno.EBUSY, str(directory))
        assert "another server" in str(error)
        return True
    return False


def test_a_second_one_in_the_same_process_waits_for_the_end_of_the_first(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path)
    assert is_locked(tmp_path)
    lock.release()
    other = DirectoryLock(tmp_path)
    lock.release()  # twice is fine, and harms nobody who came since
    assert is_locked(tmp_path)
    other.release()
    assert not is_locked(tmp_path)


def test_reading_the_directory_as_a_backup_does_does_not_end_it(tmp_path: Path) -> None:
    """As it would a lock of the kind that POSIX has, which ends when any descriptor of the file is closed."""
    directory = tmp_path / "kept"
    directory.mkdir()
    lock = DirectoryLock(directory)
    shutil.copytree(directory, tmp_path / "backup")
    assert subprocess.run([sys.executable, "-c", HOLD, directory], stderr=subprocess.DEVNULL, check=False).returncode
    lock.release()


def test_what_a_killed_process_leaves_behind_is_in_nobodys_way(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == b"held\n"
        assert is_locked(tmp_path)
        process.kill()
        process.wait()
    assert (tmp_path / LOCK_NAME).exists()
    assert not is_locked(tmp_path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("given_up", [True, False], ids=["the parent gave it up", "the parent was killed"])
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_does_not_hold_it(tmp_path: Path, given_up: bool) -> None:
    """The parent forks a child that lives on, and says so; then it ends."""
    script = HOLD.replace('print("held", flush=True)', f"""
import os
child = os.fork()
if not child:
    time.sleep(60)
{"lock.release()" if given_up else ""}
print(child, flush=True)
""")  # fmt: skip
    process = subprocess.Popen([sys.executable, "-c", script, tmp_path], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout:
        child = int(process.stdout.readline())
        try:
            time.sleep(0.2)  # the child closes its copy
            assert is_locked(tmp_path) is not given_up
            process.kill()
            process.wait()
            assert not is_locked(tmp_path)
        finally:
            os.kill(child, signal.SIGKILL)
            process.kill()
            process.wait()


def test_where_the_file_system_cannot_lock_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    def fail(fd: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", fail)
    with pytest.raises(OSError, match="cannot be locked: No locks available") as caught:
        DirectoryLock(tmp_path)
    assert (caught.value.errno, caught.value.filename) == (errno.ENOLCK, str(tmp_path))
