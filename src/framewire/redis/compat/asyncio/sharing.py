"""What redis-py's asyncio clients have alike, be it one server or a cluster: locks, transactions that are tried again.

What belongs here: methods that only call other methods of the client.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from framewire.redis.client.errors import WatchError
from framewire.redis.compat.asyncio.lock import Lock

__all__ = ["Sharing"]


class Sharing:
    """Its class has `pipeline`."""

    pipeline: Callable[..., Any]

    async def transaction(
        self, func: Callable[[Any], Any], *watches: Any, shard_hint: Any = None, value_from_callable: bool = False,
        watch_delay: float | None = None,
    ) -> Any:  # fmt: skip
        """Call `func` with a pipeline that watches, and execute it; again as long as what it watches changes."""
        async with self.pipeline(True, shard_hint) as pipe:
            while True:
                try:
                    if watches:
                        await pipe.watch(*watches)
                    value = func(pipe)
                    if inspect.isawaitable(value):
                        value = await value
                    executed = await pipe.execute()
                    return value if value_from_callable else executed
                except WatchError:
                    await asyncio.sleep(watch_delay or 0)

    def lock(
        self, name: Any, timeout: float | None = None, sleep: float = 0.1, blocking: bool = True,
        blocking_timeout: float | None = None, lock_class: Any = None, thread_local: bool = True,
        raise_on_release_error: bool = True,
    ) -> Any:  # fmt: skip
        """A lock that processes and machines share: see `Lock`."""
        return (lock_class or Lock)(
            self, name, timeout=timeout, sleep=sleep, blocking=blocking, blocking_timeout=blocking_timeout,
            thread_local=thread_local, raise_on_release_error=raise_on_release_error,
        )  # fmt: skip
