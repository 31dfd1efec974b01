"""The accept loop: who connects is handed on, and what happens when accepting fails."""


from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Awaitable, Callable

import pytest

from framewire.aio import accept
from framewire.aio.accept import Acceptor
from tests.listening import listen_tcp
from tests.waiting import until_in_loop

Run = Callable[[Awaitable[None]], None]


class Taken:
    """An acceptor on a free port, and what it accepted."""

    def __init__(self, listening: list[socket.socket]) -> None:
        self.sockets: list[socket.socket] = []
        self.port = listening[0].getsockname()[1]
        self.acceptor = Acceptor(listening, self.sockets.append)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port))

    async def wait_for(self, count: int) -> None:
        await until_in_loop(lambda: len(self.sockets) >= count)

    async def stay_at(self, count: int) -> None:
        """No more come, although the loop has had time for them."""
        await asyncio.sleep(0.1)
        assert len(self.sockets) == count


@contextlib.asynccontextmanager
async def accepting():  # type: ignore[no-untyped-def]
    taken = Taken(listen_tcp("127.0.0.1", 0, 50))
    try:
        yield taken
    finally:
        taken.acceptor.close()
        for sock in taken.sockets:
            sock.close()


def test_pausing_leaves_who_connects_in_the_backlog(run: Run) -> None:
    async def main() -> None:
        async with accepting() as taken:
            taken.acceptor.resume()
            with taken.connect(), taken.connect():
                await taken.wait_for(2)
                taken.acceptor.pause()
                taken.acceptor.pause()
                with taken.connect():
                    await taken.stay_at(2)
                    taken.acceptor.resume()
                    taken.acceptor.resume()
                    await taken.wait_for(3)
            assert all(not sock.getblocking() for sock in taken.sockets)
            assert all(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for sock in taken.sockets)

    run(main())


def test_pausing_inside_the_callback_takes_no_further_one(run: Run) -> None:
    async def main() -> None:
        async with accepting() as taken:
            acceptor = taken.acceptor
            acceptor._on_socket = lambda sock: (taken.sockets.append(sock), acceptor.pause())
            with contextlib.ExitStack() as clients:
                for _ in range(5):
                    clients.enter_context(taken.connect())
                acceptor.resume()
                await taken.wait_for(1)
                await taken.stay_at(1)

    run(main())


def test_a_client_that_has_gone_already_is_handed_on_as_any_other(run: Run) -> None:
    """As macOS behaves: no option can be set on its socket."""

    class Gone(socket.socket):
        def setsockopt(self, *_: object) -> None:
            raise OSError(errno.EINVAL, "Invalid argument")

    class Listening:
        def __init__(self, sock: socket.socket) -> None:
            self.sock = sock

        def accept(self) -> object:
            sock, address = self.sock.accept()
            return Gone(fileno=sock.detach()), address

    async def main() -> None:
        async with accepting() as taken:
            accept_from, listening = taken.acceptor._accept, Listening(taken.acceptor.sockets[0])
            taken.acceptor._accept = lambda _: accept_from(listening)
            taken.acceptor.resume()
            with taken.connect():
                await taken.wait_for(1)

    run(main())


@pytest.mark.parametrize("code", [errno.EMFILE, errno.EPROTO, errno.EPERM])
def test_without_descriptors_or_the_like_accepting_rests_and_nobody_is_dropped(
    run: Run, code: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As many lines in the log as rests, and the client that met the failure is served after it."""
    monkeypatch.setattr(accept, "RETRY_SECONDS", 0.05)

    class Failing:
        def __init__(self, sock: socket.socket) -> None:
            self.sock, self.failures = sock, 2

        def accept(self) -> object:
            if self.failures:
                self.failures -= 1
                raise OSError(code, os.strerror(code))
            return self.sock.accept()

    async def main() -> None:
        async with accepting() as taken:
            failing = Failing(taken.acceptor.sockets[0])
            accept_from = taken.acceptor._accept
            taken.acceptor._accept = lambda _: accept_from(failing)
            taken.acceptor.resume()
            with taken.connect():
                await taken.wait_for(1)

    run(main())
    assert caplog.text.count(f"cannot accept connections: {os.strerror(code)}; trying again in 0.05 s") == 2


def test_closing_while_it_rests(run: Run) -> None:
    async def main() -> None:
        async with accepting() as taken:
            taken.acceptor.resume()
            taken.acceptor._rest(OSError(errno.EMFILE, "Too many open files"))
            taken.acceptor.resume()  # a place became free: the rest goes on
            assert not taken.acceptor._accepting
        assert taken.acceptor._retry is None and taken.acceptor.sockets == []

    run(main())
