"""One run against one server: its connections, its driver, its end.

What belongs here: what needs a loop to happen in time. A run ends when all that was asked for is answered; or because
a connection was lost, the server fell silent, or the user had enough: the record says so, and has what came before.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from framewire.cli.bench.closed import ClosedLoop
from framewire.cli.bench.connecting import cpu_seconds, open_links
from framewire.cli.bench.link import Link
from framewire.cli.bench.paced import PacedLoop
from framewire.cli.bench.plan import Plan
from framewire.cli.bench.quota import Quota
from framewire.cli.bench.reconnecting import ask_on_new_connections
from framewire.cli.bench.record import Record
from framewire.cli.bench.silence import Silence
from framewire.cli.bench.target import Target
from framewire.cli.bench.workload import Workload

__all__ = ["Load"]

SPIN_NS = 2_000_000
"""Loops sleep in whole milliseconds. So that nothing is sent late, the last two before it is due are spent awake."""

BUSY_NS = SPIN_NS + 1_000_000
"""While all connections are busy, what is due is looked at again after this, less what is spent awake."""

WATCH_SECONDS = 0.25


class Load:
    """`await Load(target, workload, plan, watch).run()`. `watch(record, seconds)` is called four times a second."""

    def __init__(
        self, target: Target, workload: Workload, plan: Plan, watch: Callable[[Record, float], None],
        clock: Callable[[], int] = time.perf_counter_ns,
    ) -> None:  # fmt: skip
        self._target = target
        self._workload = workload
        self._plan = plan
        self._watch = watch
        self._clock = clock
        self._over: asyncio.Future[None] | None = None
        self.record = Record(workload.titles)

    def interrupt(self) -> None:
        """End the run now; what has come so far is kept."""
        self._end(InterruptedError("interrupted"))

    async def run(self) -> Record:
        """Connect, load, and count. Raises `OSError` where connecting fails; what fails later is told in the record."""
        self._over = asyncio.get_running_loop().create_future()
        control, *links = await self._connect(1 + (self._plan.clients if self._plan.keep_alive else 0))
        try:
            await self._measure(control, links)
        finally:
            for link in [control, *links]:
                link.close()
        return self.record

    async def _connect(self, count: int) -> list[Link]:
        """So many connections, unless the user ends it before. Raises `OSError`."""
        assert self._over is not None
        connecting = asyncio.ensure_future(open_links(self._target, count))
        first: list[asyncio.Future[Any]] = [connecting, self._over]
        await asyncio.wait(first, timeout=self._plan.timeout, return_when=asyncio.FIRST_COMPLETED)
        if not connecting.done():
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
            if self._over.done():
                self._over.result()
            raise TimeoutError(f"{count} connections were not there after {self._plan.timeout:g} s")
        return connecting.result()

    async def _measure(self, control: Link, links: list[Link]) -> None:
        record = self.record
        before = await cpu_seconds(control, self._plan.timeout)
        own_before = time.process_time()
        await self._timed(links)
        record.own_cpu = time.process_time() - own_before
        if before is not None and not record.failure:
            after = await cpu_seconds(control, self._plan.timeout)
            record.server_cpu = None if after is None else after - before

    async def _timed(self, links: list[Link]) -> None:
        record, now = self.record, self._clock()
        record.start(now)
        duration = self._plan.duration
        quota = Quota(self._plan.requests, None if duration is None else now + int(duration * 1e9))
        looking = asyncio.ensure_future(self._look(links))
        try:
            await self._drive(quota, links)
        except Exception as error:  # whatever has ended it: what was measured is the user's
            record.failure = str(error) or type(error).__name__
        finally:
            looking.cancel()
        record.finish(self._clock())
        record.unanswered = sum(link.outstanding for link in links)

    async def _drive(self, quota: Quota, links: list[Link]) -> None:
        if not self._plan.keep_alive:
            await self._reconnect(quota)
        elif self._plan.rate is None:
            await self._run_closed(quota, links)
        else:
            await self._run_paced(quota, links, self._plan.rate)

    async def _run_closed(self, quota: Quota, links: list[Link]) -> None:
        loop = ClosedLoop(self._workload, self._plan.depth, quota, self.record, self._clock, self._end)
        self._attach(loop, links)
        loop.begin(links)
        await self._ended()

    async def _run_paced(self, quota: Quota, links: list[Link], rate: float) -> None:
        loop = PacedLoop(self._workload, self._plan.depth, rate, quota, self.record, self._clock, self._end)
        self._attach(loop, links)
        loop.begin(links)
        self._turn(loop, asyncio.get_running_loop())
        try:
            await self._ended()
        finally:
            self.record.unsent = loop.unsent(self._clock())

    def _turn(self, loop: PacedLoop, timers: asyncio.AbstractEventLoop) -> None:
        """Send what is due, and come back when more is."""
        if self._over is None or self._over.done():
            return
        following = loop.turn()
        wait = BUSY_NS if following is None else following - self._clock()
        if wait > SPIN_NS:
            timers.call_later((wait - SPIN_NS) / 1e9, self._turn, loop, timers)
        else:
            timers.call_soon(self._turn, loop, timers)

    async def _reconnect(self, quota: Quota) -> None:
        arguments = (self._target, self._workload, self._plan.depth, quota, self.record, self._clock)
        clients = [asyncio.ensure_future(ask_on_new_connections(*arguments)) for _ in range(self._plan.clients)]
        everyone = asyncio.gather(*clients)
        everyone.add_done_callback(lambda done: None if done.cancelled() else self._end(done.exception()))
        try:
            await self._ended()
        finally:
            everyone.cancel()
            await asyncio.gather(*clients, return_exceptions=True)

    def _attach(self, loop: ClosedLoop | PacedLoop, links: list[Link]) -> None:
        for link in links:
            link.attach(loop, self.record)

    async def _ended(self) -> None:
        assert self._over is not None
        await self._over

    def _end(self, error: BaseException | None) -> None:
        if self._over is None or self._over.done():
            return
        if error is None:
            self._over.set_result(None)
        else:
            self._over.set_exception(error)

    async def _look(self, links: list[Link]) -> None:
        """Tell who watches, and notice a server that has fallen silent."""
        silence = Silence(self.record.started)
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            now = self._clock()
            self._watch(self.record, (now - self.record.started) / 1e9)
            waiting = not links or any(link.outstanding for link in links)
            silent = silence.seconds(now, self.record.replies, waiting)
            if silent > self._plan.timeout:
                self._end(TimeoutError(f"the server has not answered for {silent:.1f} s"))
