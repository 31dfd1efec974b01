"""`Sentinel` of redis-py, for threads.

What belongs here: how sentinels are asked. What is the same for asyncio is in `watching`.
"""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from framewire.redis.client.errors import ConnectionError, ResponseError, TimeoutError
from framewire.redis.compat.client import Redis
from framewire.redis.compat.pool import ConnectionPool
from framewire.redis.compat.sentinel.watching import Watching, told

__all__ = ["Sentinel"]


class Sentinel(Watching[Redis]):
    """redis-py's list of sentinels, for threads."""

    redis_class = Redis
    pool_class = ConnectionPool

    def execute_command(self, *args: Any, once: bool = False, return_responses: bool = False, **options: Any) -> Any:
        """A command of all sentinels, or of any `once`: whether all say something, or a list of what they say."""
        said = [sentinel.execute_command(*args, **options) for sentinel in self._asked(once)]
        return told(said, return_responses)

    def discover_master(self, service_name: str) -> tuple[str, int]:
        """Host and port of the primary, as the first sentinel says that knows. Raises `MasterNotFoundError`."""
        errors = []
        for sentinel in list(self.sentinels):
            try:
                masters = sentinel.sentinel_masters()
            except (ConnectionError, TimeoutError) as error:
                errors.append(f"{sentinel} - {error!r}")
                continue
            address = self._address_in(masters, service_name)
            if address is not None:
                self._ask_first(sentinel)
                return address
        raise self._not_found(service_name, errors)

    def discover_slaves(self, service_name: str) -> list[tuple[str, int]]:
        """Host and port of each replica that is up, as the first sentinel says that knows of any."""
        for sentinel in self.sentinels:
            try:
                found = self.filter_slaves(sentinel.sentinel_slaves(service_name))
            except (ConnectionError, ResponseError, TimeoutError):
                continue
            if found:
                return found
        return []

    discover_replicas = discover_slaves

    def close(self) -> None:
        """End the links to sentinels. Clients of servers are for who has them to close."""
        with ExitStack() as each:
            for sentinel in self.sentinels:
                each.callback(sentinel.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
