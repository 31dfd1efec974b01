"""The fault proxy for programs without a loop: it runs in a thread of its own, and is told from any other.

What belongs here: starting that thread, stopping it, and passing on what it is told.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from types import TracebackType
from typing import Any, Self, TypeVar

from framewire.aio.loops import new_event_loop
from framewire.tap.faults.judge import Entry
from framewire.tap.faults.proxy import FaultProxy
from framewire.tap.faults.rule import Direction, Rule

__all__ = ["ThreadFaultProxy", "fault_proxy_in_thread"]

T = TypeVar("T")


def fault_proxy_in_thread(to: str, program: str | Iterable[str | Rule] = (), **parameters: Any) -> ThreadFaultProxy:
    """Start a `FaultProxy` in a new thread and return it, listening; `stop()` or `with` ends it.

    Takes what `FaultProxy` takes (`port`, `seed`, `protocol`, ... by keyword), and raises what it raises.
    """
    return ThreadFaultProxy(to, program, **parameters).start()


class ThreadFaultProxy:
    """A `FaultProxy` that runs in a thread; its methods return when what they say is done.

    `host`, `port`, `url` and `seed` are plain values once it has started.
    """

    host: str
    port: int
    url: str
    seed: int

    def __init__(self, to: str, program: str | Iterable[str | Rule] = (), **parameters: Any) -> None:
        self._make: Callable[[], FaultProxy] = lambda: FaultProxy(to, program, **parameters)
        self._ready = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="framewire-faults", daemon=True)

    def start(self) -> Self:
        """Start the thread and wait until the proxy listens; raises what its start raised."""
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            self._thread.join()
            raise self._error
        return self

    def stop(self) -> None:
        """Close the proxy and wait for its thread. Stopping twice is fine."""
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # somebody else has stopped it: the loop is closed
                self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    # -- what it did --------------------------------------------------------------------------------------------------

    @property
    def log(self) -> list[Entry]:
        """What was done, in order; the first ten thousand things."""
        return self._call(lambda: self._proxy.log)

    @property
    def counts(self) -> Counter[str]:
        """How often each action was done."""
        return self._call(lambda: Counter(self._proxy.counts))

    @property
    def seen(self) -> Counter[str]:
        """How many frames came, hurt or not."""
        return self._call(lambda: Counter(self._proxy.seen))

    @property
    def connection_count(self) -> int:
        """Through how many connections something may pass."""
        return self._call(lambda: len(self._proxy.connections))

    def happened(self, action: str, times: int = 1, timeout: float | None = None) -> None:
        """Wait until `action` was done so often. Raises `TimeoutError` after `timeout` seconds."""

        async def wait() -> None:
            async with asyncio.timeout(timeout):
                await self._proxy.happened(action, times)

        self._wait(wait())

    # -- live control -------------------------------------------------------------------------------------------------

    def add(self, rule: str | Rule) -> None:
        """One more rule; it counts from here on. Raises `ValueError`."""
        self._call(lambda: self._proxy.add(rule))

    def clear(self) -> None:
        """No rule any more; what is stalled stays so."""
        self._call(lambda: self._proxy.clear())

    def cut(self, *, reset: bool = False) -> None:
        """End all connections, by a FIN or by a RST. Who connects is welcome."""
        self._call(lambda: self._proxy.cut(reset=reset))

    def stall(self, direction: Direction | None = None) -> None:
        """Nothing goes on, in one direction or in both, on the connections that there are."""
        self._call(lambda: self._proxy.stall(direction))

    def resume(self, direction: Direction | None = None) -> None:
        """All that is stalled goes on."""
        self._call(lambda: self._proxy.resume(direction))

    def refuse(self, yes: bool = True) -> None:
        """Who connects is reset at once, until `refuse(False)`."""
        self._call(lambda: self._proxy.refuse(yes))

    def down(self) -> None:
        """The server is gone: all connections are reset, and who connects is refused, until `up`."""
        self._wait(self._proxy.down())

    def up(self) -> None:
        """Listen again, on the same port."""
        self._wait(self._proxy.up())

    # -- its thread ---------------------------------------------------------------------------------------------------

    def _call(self, work: Callable[[], T]) -> T:
        async def call() -> T:
            return work()

        return self._wait(call())

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` returns or raises, in the loop. Raises `RuntimeError` where that does not run."""
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop).result()
        except RuntimeError:
            work.close()
            raise

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
        async with self._make() as proxy:
            self._proxy = proxy
            self.host, self.port, self.url, self.seed = proxy.host, proxy.port, proxy.url, proxy.seed
            self._ready.set()
            await self._stop.wait()
