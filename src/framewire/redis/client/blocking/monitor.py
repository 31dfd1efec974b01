"""MONITOR as an iterator.

What belongs here: a link that hears every command of a server. What a line of it means, `monitored` says.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.route import OwnLinks
from framewire.redis.client.errors import ConnectionError
from framewire.redis.client.monitored import Monitored, monitored

__all__ = ["Monitor"]


class Monitor:
    """`with client.monitor() as lines: for line in lines: ...`. It is for one thread."""

    def __init__(self, pool: OwnLinks) -> None:
        self._pool = pool
        self._link: Link | None = None
        self._lines: deque[bytes] = deque()

    def __enter__(self) -> Self:
        self._link = link = self._pool.take([(b"MONITOR",)])
        link.on_push = self._pushed
        try:
            link.call((b"MONITOR",), None, link.options.socket_timeout)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Monitored:
        """The next command, waited for. Raises `ConnectionError` when the link is lost: what came meanwhile would be
        missing.
        """
        item = self.get(None)
        assert item is not None
        return item

    def get(self, timeout: float | None) -> Monitored | None:
        """As `next`, or `None` where `timeout` seconds pass first."""
        if self._link is None:
            raise ConnectionError("MONITOR has a link within its `with` block only")
        self._link.listen(lambda: bool(self._lines), timeout)
        return monitored(self._lines.popleft()) if self._lines else None

    def _pushed(self, items: Sequence[Any]) -> None:
        if items[0] == b"monitor":
            self._lines.append(items[1])

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        link, self._link = self._link, None
        if link is not None:
            self._pool.give_back(link, clean=False)
