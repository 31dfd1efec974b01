"""Pipelines and transactions, from threads.

What belongs here: sending what was collected over a link, and waiting for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from framewire.redis.client.collecting import Collecting
from framewire.redis.client.definition import S
from framewire.redis.exchange.calls import Request

__all__ = ["Pipeline"]

SendBatch = Callable[[Sequence[Request], float | None], list[Any]]


class Pipeline(Collecting[S]):
    """Commands that leave together when `execute` is called, or the `with` block ends. It is for one thread.

    Each returns a `Pending`, whose `result()` is there then. Nothing is sent where the block ends with an exception.
    """

    def __init__(self, send_batch: SendBatch, timeout: float | None, *, send_apart: SendBatch, **how: Any) -> None:
        """`send_apart` sends a batch that waits at the server. The rest is told to `Collecting`."""
        super().__init__(timeout, **how)
        self._send_batch, self._send_apart = send_batch, send_apart

    def execute(self, raise_on_error: bool | None = None) -> list[Any]:
        """Send all commands in one write and wait for all replies; returns the results in order.

        The first error of a command is raised, unless `raise_on_error` is false: then errors stand in the list. The
        pipeline is empty again afterwards. Raises `WatchError` and `ExecAbortError` where a transaction was not
        executed, and `ConnectionError` and `TimeoutError`, which tell their fate.
        """
        batch = self._collected()
        if not batch.places:
            return []
        try:
            send = self._send_batch if batch.waits is None else self._send_apart
            replies = send(batch.requests, batch.timeout(self._timeout))
        except BaseException as error:
            self._failed(batch, error)
            raise
        return self._settled(batch, replies, raise_on_error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if exc_type is None:
            self.execute()
