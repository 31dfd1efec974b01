"""`Serving`: our server as a process of its own, as `framewire serve` starts it, and a raw socket to talk to it.

For tests that measure memory, kill clients, or run out of file descriptors. Everything is on loopback, and ends with
the `with` block.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
from types import TracebackType
from typing import Self

import psutil

from tests.waiting import PATIENCE


class Serving:
    """`with Serving("--maxclients", "10") as server:` then `server.port`, `server.rss`, `server.log`."""

    def __init__(self, *arguments: str, before: str = "") -> None:
        program = f"{before}\nfrom framewire.cli import main\nmain()"
        command = [sys.executable, "-X", "faulthandler", "-c", program, "serve", "--port", "0", *arguments]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.log: list[str] = []
        self._listening = threading.Event()
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        if not self._listening.wait(PATIENCE) or self.process.poll() is not None:
            self.process.kill()
            raise RuntimeError("the server did not start: " + "".join(self.log))
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(PATIENCE)
        assert self.process.stderr is not None
        self.process.stderr.close()

    @property
    def rss(self) -> int:
        """Resident memory of the server, bytes."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    @property
    def text(self) -> str:
        """The log so far."""
        return "".join(self.log)

    def connect(self, timeout: float = PATIENCE) -> socket.socket:
        """A raw TCP connection to the server."""
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def ask(self, request: bytes, replies: bytes) -> None:
        """Send `request` on a connection of its own and require exactly `replies`."""
        with self.connect() as client:
            client.sendall(request)
            assert read_exactly(client, len(replies)) == replies

    def _read_log(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)
            if found := re.search(r"listening on redis://\S*?:(\d+)/", line):
                self.port = int(found[1])
                self._listening.set()
        self._listening.set()


def read_exactly(client: socket.socket, nbytes: int) -> bytes:
    """`nbytes` bytes from the socket, fewer only where the peer ends the stream."""
    received = bytearray()
    while len(received) < nbytes:
        piece = client.recv(min(1 << 20, nbytes - len(received)))
        if not piece:
            break
        received += piece
    return bytes(received)


def read_to_end(client: socket.socket) -> bytes:
    """All bytes until the peer closes; a reset counts as the end."""
    received = bytearray()
    try:
        while piece := client.recv(1 << 20):
            received += piece
    except ConnectionResetError:
        pass
    return bytes(received)


def command(*arguments: bytes) -> bytes:
    """A request as clients send it: an array of bulks."""
    return b"*%d\r\n" % len(arguments) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in arguments)
