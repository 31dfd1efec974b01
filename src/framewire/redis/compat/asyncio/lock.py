"""`Lock` of redis-py, for asyncio.

What belongs here: its constructor. What a lock does is ours; see `framewire.redis.client.aio.lock`.
"""

from __future__ import annotations

from typing import Any

from framewire.redis.client.aio.lock import Lock as OurLock

__all__ = ["Lock"]


class Lock(OurLock):
    """A lock as redis-py's: not renewed, and held for ever unless a `timeout` is said. Each excludes the other's.

    `framewire.redis.Client.lock` is renewed while it is held, and its holder is told when it is lost.
    """

    def __init__(
        self, redis: Any, name: Any, timeout: float | None = None, sleep: float = 0.1, blocking: bool = True,
        blocking_timeout: float | None = None, thread_local: bool = True, raise_on_release_error: bool = True,
    ) -> None:  # fmt: skip
        self.redis = redis
        super().__init__(
            redis.connection_pool.client, name, timeout, sleep, blocking, blocking_timeout, raise_on_release_error,
            renew=False,
        )  # fmt: skip

    @property
    def local(self) -> Lock:
        """Where redis-py's lock keeps its `token`; it is no thread's own with asyncio."""
        return self
