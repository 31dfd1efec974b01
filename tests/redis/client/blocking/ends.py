"""A link over a pair of sockets, and whoever is at the other end of it.

What belongs here: what the tests of this folder share.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.wire import wire_over
from framewire.redis.client.options import Options
from tests.waiting import PATIENCE

__all__ = ["answering", "joined", "together"]


@contextmanager
def joined(*, patient: bool = False, **options: Any) -> Iterator[tuple[Link, socket.socket]]:
    """A link whose handshake is over, and the server's end."""
    ours, theirs = socket.socketpair()
    theirs.settimeout(PATIENCE)
    link = Link(wire_over(ours), Options(**{"socket_timeout": PATIENCE, **options}), patient=patient)
    link.is_open = True
    link.exchange.open()
    try:
        with theirs:
            yield link, theirs
    finally:
        link.abort()


def answering(peer: socket.socket, nbytes: int, answer: bytes) -> threading.Thread:
    """A thread that reads so many bytes from `peer`, then answers."""

    def run() -> None:
        left = nbytes
        while left > 0 and (received := peer.recv(min(left, 65536))):
            left -= len(received)
        peer.sendall(answer)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def together(*works: Callable[[], Any]) -> list[Any]:
    """Run all of them at once, each in a thread; what they return, or the exceptions that they raise."""
    outcomes: list[Any] = [None] * len(works)

    def run(index: int) -> None:
        try:
            outcomes[index] = works[index]()
        except BaseException as error:
            outcomes[index] = error

    threads = [threading.Thread(target=run, args=(index,), daemon=True) for index in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "a thread waits for ever"
    return outcomes
