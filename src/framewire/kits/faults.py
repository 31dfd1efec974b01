"""The fault proxy for programs without a loop: it runs in a thread of its own, and is told from any other.

What belongs here: what may be asked of such a proxy from other threads.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from framewire.aio.thread import LoopThread
from framewire.tap.faults.judge import Entry
from framewire.tap.faults.proxy import FaultProxy
from framewire.tap.faults.rule import Direction, Rule

__all__ = ["ThreadFaultProxy", "fault_proxy_in_thread"]


def fault_proxy_in_thread(to: str, program: str | Iterable[str | Rule] = (), **parameters: Any) -> ThreadFaultProxy:
    """Start a `FaultProxy` in a new thread and return it, listening; `stop()` or `with` ends it.

    Takes what `FaultProxy` takes (`port`, `seed`, `protocol`, ... by keyword), and raises what it raises.
    """
    return ThreadFaultProxy(to, program, **parameters).start()


class ThreadFaultProxy(LoopThread):
    """A `FaultProxy` that runs in a thread; its methods return when what they say is done.

    `host`, `port`, `url` and `seed` are plain values once it has started.
    """

    host: str
    port: int
    url: str
    seed: int

    def __init__(self, to: str, program: str | Iterable[str | Rule] = (), **parameters: Any) -> None:
        super().__init__("framewire-faults", "the proxy")
        self._make: Callable[[], FaultProxy] = lambda: FaultProxy(to, program, **parameters)

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

        self._wait(wait)

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
        self._wait(lambda: self._proxy.down())

    def up(self) -> None:
        """Listen again, on the same port."""
        self._wait(lambda: self._proxy.up())

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[None]:
        async with self._make() as proxy:
            self._proxy = proxy
            self.host, self.port, self.url, self.seed = proxy.host, proxy.port, proxy.url, proxy.seed
            yield
