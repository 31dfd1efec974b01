"""`Monitor` of redis-py, for threads.

What belongs here: an iterator over what a server is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

from framewire.redis.client.blocking.monitor import Monitor as Lines
from framewire.redis.compat.monitoring import command_of
from framewire.redis.compat.pool import ConnectionPool

__all__ = ["Monitor"]


class Monitor:
    """`with client.monitor() as m: m.next_command()`; or `for command in m.listen()`."""

    def __init__(self, connection_pool: ConnectionPool) -> None:
        self.connection_pool = connection_pool
        self._lines: Lines = connection_pool.client.monitor()

    def __enter__(self) -> Self:
        self._lines.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self._lines.__exit__(None, None, None)

    def next_command(self) -> dict[str, Any]:
        """The next command, waited for."""
        return command_of(next(self._lines))

    def listen(self) -> Iterator[dict[str, Any]]:
        """All of them."""
        while True:
            yield self.next_command()
