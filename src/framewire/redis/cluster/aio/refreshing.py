"""Who asks the nodes for the slot map, and when.

What belongs here: the timer, and asking several nodes at once; the first good answer counts. When it is time and who is
asked, the topology decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.decisions import Changes
from framewire.redis.cluster.topology import Topology

__all__ = ["Refresher"]

Ask = Callable[[Address], "asyncio.Future[Any]"]


class Refresher:
    """Keeps a topology, whose clock is the monotonic one, fresh: `plan` whenever it may want something else than before.

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
        try:
            changes = await self._first_answer(self._topology.begin_refresh())
        except RedisError as error:
            self._failures += 1
            self._topology.refresh_failed()
            outcome = lambda: self._failed(error, self._failures)  # noqa: E731
        else:
            self._failures = 0
            outcome = lambda: self._refreshed(changes)  # noqa: E731
        self._task = None
        outcome()
        self.plan()

    async def _first_answer(self, addresses: Sequence[Address]) -> Changes:
        """The changes that the first good map brings. Raises `ConnectionError` where there is none."""
        asked = {asyncio.ensure_future(self._answer(address)): address for address in addresses}
        try:
            failures = []
            for answer in asyncio.as_completed(asked):
                try:
                    address, reply = await answer
                    return self._topology.refreshed(address, reply)
                except (RedisError, ValueError) as error:
                    failures.append(f"{error}")
            raise ConnectionError(f"no node tells of the slots: {'; '.join(failures) or 'there is none to ask'}")
        finally:
            for task in asked:
                task.cancel()

    async def _answer(self, address: Address) -> tuple[Address, Any]:
        return address, await self._ask(address)

    def close(self) -> None:
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
