"""A server in a thread of its own, for synchronous code: `with run_in_thread() as server: server.url`.

What belongs here: starting a loop beside the caller and stopping it. Nothing of the server is touched from outside its
loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self, TypeVar

from framewire.aio.loops import new_event_loop
from framewire.redis.server.network.clock import ServerClock
from framewire.redis.server.network.server import Server

__all__ = ["ThreadServer", "run_in_thread"]

T = TypeVar("T")


def run_in_thread(**parameters: Any) -> ThreadServer:
    """Start Mini-Redis in a new thread and return it, listening; `stop()` or `with` ends it.

    Takes the keywords of `Server`; `port` is any free port unless given. Raises `OSError` where the address is taken.
    """
    parameters.setdefault("port", 0)
    return ThreadServer(**parameters).start()


class ThreadServer:
    """A `Server` that runs in a thread.

    `host`, `port`, `tls_port`, `url` and `addresses` are plain values once it has started.
    """

    host: str
    port: int
    url: str
    tls_port: int
    addresses: list[str]

    def __init__(self, **parameters: Any) -> None:
        self._parameters = parameters
        self._ready = threading.Event()
        self._error: BaseException | None = None
        self._asked: set[Future[Any]] = set()  # who waits for an answer out of the loop
        self._adopting: set[socket.socket] = set()  # on their way into the loop
        self._thread = threading.Thread(target=self._run, name="framewire-redis", daemon=True)

    def start(self) -> Self:
        """Start the thread and wait until the server listens; raises what its start raised."""
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            self._thread.join()
            raise self._error
        return self

    def reset(self) -> None:
        """Forget all that clients did to it, and return then: keys, scripts, changed parameters. They stay connected.

        Its `clock` is the machine's again. Raises `RuntimeError` where it does not run.
        """
        self._call(lambda: self._server.reset())

    def adopt(self, sock: socket.socket) -> None:
        """Serve a socket that is connected already, one end of `socket.socketpair()`, say. Does not wait.

        The socket belongs to the server from here on, and is closed with it. Raises `RuntimeError` where it does not
        run; then it is closed at once.
        """
        self._adopting.add(sock)
        try:
            self._soon(self._adopt, sock)
        except RuntimeError:
            self._close_adopting()
            raise

    def _adopt(self, sock: socket.socket) -> None:
        self._adopting.discard(sock)
        self._server.adopt(sock)

    def _close_adopting(self) -> None:
        while self._adopting:
            self._adopting.pop().close()

    @property
    def clock(self) -> ThreadClock:
        """The time that the server goes by, to be stopped and moved from any thread but the server's own."""
        return ThreadClock(self._call, lambda: self._server.clock)

    def advance(self, seconds: float) -> None:
        """Let so many seconds of the server's time pass at once: see `clock`, which also stops it."""
        self.clock.advance(seconds)

    def stop(self) -> None:
        """Close the server and wait for its thread. Stopping twice is fine."""
        if self._thread.is_alive():
            self.stop_soon()
            self._thread.join()

    def stop_soon(self) -> None:
        """Let the server close, and do not wait for it: the thread ends by itself."""
        if self._thread.is_alive():
            self._server.interrupt()  # it may be inside a script
            with contextlib.suppress(RuntimeError):  # somebody else has stopped it: the loop is closed
                self._loop.call_soon_threadsafe(self._stop.set)

    def _soon(self, function: Callable[..., object], *arguments: object) -> None:
        """Call it in the server's loop. Raises `RuntimeError` where that does not run."""
        if not self._thread.is_alive():
            raise RuntimeError("the server does not run")
        self._loop.call_soon_threadsafe(function, *arguments)

    def _call(self, function: Callable[[], T]) -> T:
        """Call it in the server's loop and wait for what it returns or raises."""
        answer: Future[T] = Future()
        self._asked.add(answer)
        try:
            self._soon(_answer, answer, function)
            return answer.result()
        finally:
            self._asked.discard(answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=new_event_loop) as runner:
                runner.run(self._serve())
        except BaseException as error:
            if self._ready.is_set():  # start() has returned: nobody but threading.excepthook can be told
                raise
            self._error = error
        finally:
            self._ready.set()
            self._let_down()

    def _let_down(self) -> None:
        """The loop has ended: who has given it something that it did not come to is told."""
        self._close_adopting()
        for answer in tuple(self._asked):
            if not answer.done():
                answer.set_exception(RuntimeError("the server has stopped"))

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        async with Server(**self._parameters) as server:
            self._server = server
            self.host, self.port, self.tls_port = server.host, server.port, server.tls_port
            self.url, self.addresses = server.url, server.addresses
            self._ready.set()
            await self._stop.wait()


class ThreadClock:
    """The `ServerClock` of a server that runs in a thread. Each call waits until it is done there.

    Raises `RuntimeError` where the server does not run, and what that clock raises.
    """

    def __init__(self, call: Callable[[Callable[[], Any]], Any], clock: Callable[[], ServerClock]) -> None:
        self._call = call
        self._clock = clock

    @property
    def now(self) -> float:
        """What it shows, in seconds since the epoch, as `time.time()`."""
        return float(self._call(lambda: self._clock().now))

    @property
    def is_frozen(self) -> bool:
        """Whether it stands still."""
        return bool(self._call(lambda: self._clock().is_frozen))

    def freeze(self, at: float | None = None) -> None:
        """Let the time stand still: see `ServerClock.freeze`."""
        self._call(lambda: self._clock().freeze(at))

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass at once: see `ServerClock.advance`."""
        self._call(lambda: self._clock().advance(seconds))

    def unfreeze(self) -> None:
        """Let the time run on from where it stands."""
        self._call(lambda: self._clock().unfreeze())

    def reset(self) -> None:
        """Let it be the machine's again."""
        self._call(lambda: self._clock().reset())


def _answer(answer: Future[T], function: Callable[[], T]) -> None:
    try:
        answer.set_result(function())
    except BaseException as error:
        answer.set_exception(error)
