"""Who asks the nodes for the slot map, and when.

What belongs here: the timer, and asking one node after the other; the first good answer counts. When it is time and who
is asked, the topology decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.decisions import Changes
from framewire.redis.cluster.told import HEDGE_SECONDS
from framewire.redis.cluster.topology import Topology
from framewire.redis.cluster.unanswered import why_no_map

__all__ = ["Refresher"]

Ask = Callable[[Address], "asyncio.Future[Any]"]


class Refresher:
    """Keeps a topology, whose clock is the monotonic one, fresh: `plan` when it may want something else than before.

    `ask` asks a node for its slot map; `refreshed` is told what has changed, `failed` that nobody has answered.
    """

    def __init__(
        self, topology: Topology, ask: Ask, refreshed: Callable[[Changes], None],
        failed: Callable[[RedisError, int], None],
    ) -> None:  # fmt: skip
        self._topology = topology
        self._ask = ask
        self._refreshed = refreshed
        self._failed = failed
        self._failures = 0  # in a row
        self.failure: RedisError | None = None  # of the last
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def plan(self) -> None:
        """Look again when the next refresh is to begin."""
        if self._task is not None or self._closed:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        at = self._topology.refresh_at
        if at is not None:
            self._timer = asyncio.get_running_loop().call_later(max(0.0, at - monotonic()), self._begin)

    def _begin(self) -> None:
        self._timer = None
        self._task = asyncio.get_running_loop().create_task(self._refresh())

    async def _refresh(self) -> None:
        """Whatever comes of it, cancelled or not: there must be a next one."""
        try:
            changes = await self._first_answer(self._topology.begin_refresh())
        except BaseException as error:
            self._task = None
            self._topology.refresh_failed()
            self._not_refreshed(error)
        else:
            self._task = None
            self._failures, self.failure = 0, None
            self._refreshed(changes)
        finally:
            self.plan()

    def _not_refreshed(self, error: BaseException) -> None:
        if not isinstance(error, Exception):
            raise error
        self._failures += 1
        self.failure = error if isinstance(error, RedisError) else why_no_map([error])
        self._failed(self.failure, self._failures)

    async def _first_answer(self, addresses: Sequence[Address]) -> Changes:
        """The changes that the first good map brings. Raises what `why_no_map` says where there is none."""
        asked: dict[asyncio.Task[Any], Address] = {}
        failures: list[Exception] = []
        try:
            for address in addresses:
                asked[asyncio.ensure_future(self._answer(address))] = address
                changes = await self._first_good(asked, failures, HEDGE_SECONDS)
                if changes is not None:
                    return changes
            changes = await self._first_good(asked, failures, None)
            if changes is not None:
                return changes
            raise why_no_map(failures)
        finally:
            for task in asked:
                task.cancel()

    async def _answer(self, address: Address) -> Any:
        """What it says, or the error."""
        try:
            return await self._ask(address)
        except Exception as error:
            return error

    async def _first_good(
        self, asked: dict[asyncio.Task[Any], Address], failures: list[Exception], seconds: float | None
    ) -> Changes | None:
        """What the first good answer has changed; `None` where all have failed, or after so many `seconds`.

        Who has answered is taken out of `asked`, and why that was no map is added to `failures`. Of answers that come
        together only one is applied, which is the one whose changes are told.
        """
        loop = asyncio.get_running_loop()
        until = None if seconds is None else loop.time() + seconds
        while asked:
            left = None if until is None else max(0.0, until - loop.time())
            done, _ = await asyncio.wait(asked, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if not done:
                return None
            for task in done:
                try:
                    return self._apply(asked.pop(task), task)
                except (RedisError, ValueError) as error:
                    failures.append(error)
        return None

    def _apply(self, address: Address, answer: asyncio.Task[Any]) -> Changes:
        if answer.cancelled():
            raise ConnectionError("asking was cancelled")
        reply = answer.result()
        if isinstance(reply, Exception):
            raise reply
        return self._topology.refreshed(address, reply)

    def close(self) -> None:
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
