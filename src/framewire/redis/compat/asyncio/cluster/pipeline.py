"""`ClusterPipeline` of redis-py, for asyncio.

What belongs here: what it watches, in one slot, and how its errors are redis-py's. All else is `Pipeline`'s.
"""

from __future__ import annotations

from typing import Any

from framewire.redis.client.batches import Batch
from framewire.redis.client.errors import ClusterCrossSlotError, RedisError, WatchError
from framewire.redis.client.fates import Fate
from framewire.redis.client.repeating import MOVING
from framewire.redis.compat.asyncio.pipeline import Pipeline
from framewire.redis.compat.cluster.clustered import translated
from framewire.redis.compat.cluster.transactions import check_slot, refuse_targets
from framewire.redis.exchange.calls import Request, Shape

__all__ = ["ClusterPipeline"]


class ClusterPipeline(Pipeline):
    """Commands return it, `execute` returns the list of their results. It is for one task.

    As a transaction it is for keys in one slot; else for any, and the nodes are written to at once.
    """

    _watches: Request = ()

    def _perform(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool) -> Any:
        if self.runs_at_once:
            check_slot(self._watches, request)
        return super()._perform(request, shape, seconds, blocking)

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """One more command. Raises `RedisClusterException` for `target_nodes`: what it sends goes by its keys."""
        refuse_targets(options)
        return super().execute_command(*args, **options)

    async def watch(self, *names: Any) -> Any:
        """WATCH, of keys in one slot: from here on commands run at once, until `multi`."""
        if self.explicit_transaction:
            raise RedisError("Cannot issue a WATCH after a MULTI")
        request = self.encoder.request((b"WATCH", *names))
        check_slot(self._watches, request)
        if self._dedicated is None:
            self._dedicated = await self.connection_pool.client.dedicated(*request[1:]).__aenter__()
        self.watching, self._watches = True, request
        await self._dedicated.begin(request)
        return True

    async def _send(self, batch: Batch) -> None:
        try:
            await super()._send(batch)
        except ClusterCrossSlotError as error:
            raise translated(error, transaction=self.transaction or self.explicit_transaction) from None
        except MOVING as error:
            if not self._watches:
                raise
            raise WatchError(f"the watched keys have moved: {error}", fate=Fate.NOT_EXECUTED) from error

    async def reset(self) -> None:
        """Forget all commands and all that is watched."""
        self._watches = ()
        await super().reset()

    discard = reset
