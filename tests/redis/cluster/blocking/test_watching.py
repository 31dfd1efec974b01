from __future__ import annotations

import gc
import socket
import weakref
from collections.abc import Iterator

import pytest

from framewire.redis.cluster.blocking.watching import Watcher
from tests.waiting import until


class Attended:
    """Reads what is there, and comes back in an hour."""

    def __init__(self, sock: socket.socket | None) -> None:
        self.sock = sock
        self.received = b""
        self.calls = 0
        self.watcher = Watcher(self.attend, self.watched)

    def attend(self) -> float | None:
        self.calls += 1
        if self.sock is not None:
            try:
                self.received += self.sock.recv(100)
            except BlockingIOError:
                pass
            except OSError:
                return None
        return 3600.0

    def watched(self) -> socket.socket | None:
        return self.sock


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def test_what_comes_is_attended_to(pair: tuple[socket.socket, socket.socket]) -> None:
    attended = Attended(pair[0])
    attended.watcher.start()
    for each in (b"a", b"b", b"c"):
        pair[1].sendall(each)
        until(lambda: attended.received.endswith(each))  # noqa: B023  # it is over before the next
    attended.sock = None


def test_a_beat_is_attended_to_though_nothing_comes(pair: tuple[socket.socket, socket.socket]) -> None:
    attended = Attended(pair[0])
    attended.watcher.start()
    until(lambda: attended.calls > 3)


def test_without_a_socket_it_is_a_reader() -> None:
    attended = Attended(None)
    attended.watcher.start()
    until(lambda: attended.calls == 1)
    attended.watcher.wake()
    until(lambda: attended.calls == 2)


def test_a_socket_that_is_closed_meanwhile(pair: tuple[socket.socket, socket.socket]) -> None:
    attended = Attended(pair[0])
    attended.watcher.start()
    until(lambda: attended.calls)
    pair[0].close()
    until(lambda: not attended.watcher._runs)


def test_it_keeps_nobody_alive(pair: tuple[socket.socket, socket.socket]) -> None:
    attended = Attended(pair[0])
    attended.watcher.start()
    watcher, alive = attended.watcher, weakref.ref(attended)
    del attended

    def is_gone() -> bool:
        gc.collect()
        return alive() is None

    until(is_gone)
    until(lambda: not watcher._runs)
