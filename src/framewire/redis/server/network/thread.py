"""A server in a thread of its own, for synchronous code: `with run_in_thread() as server: server.url`.

What belongs here: starting a loop beside the caller and stopping it. Nothing of the server is touched from outside its
loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self

from framewire.aio.loops import new_event_loop
from framewire.redis.server.network.server import Server

__all__ = ["ThreadServer", "run_in_thread"]


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

        Raises `RuntimeError` where it does not run.
        """
        done: Future[None] = Future()
        if not self._thread.is_alive():
            raise RuntimeError("the server does not run")
        self._loop.call_soon_threadsafe(self._reset, done)
        done.result()

    def _reset(self, done: Future[None]) -> None:
        try:
            self._server.reset()
            done.set_result(None)
        except BaseException as error:
            done.set_exception(error)

    def stop(self) -> None:
        """Close the server and wait for its thread. Stopping twice is fine."""
        if self._thread.is_alive():
            self._server.interrupt()  # it may be inside a script
            with contextlib.suppress(RuntimeError):  # somebody else has stopped it: the loop is closed
                self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            try:
                runner.run(self._serve())
            except BaseException as error:
                if self._ready.is_set():  # start() has returned: nobody but threading.excepthook can be told
                    raise
                self._error = error
            finally:
                self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        async with Server(**self._parameters) as server:
            self._server = server
            self.host, self.port, self.tls_port = server.host, server.port, server.tls_port
            self.url, self.addresses = server.url, server.addresses
            self._ready.set()
            await self._stop.wait()
