"""Pipelines and transactions, from threads.

What belongs here: collecting commands and sending them over a link. What their replies mean is in `batches`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from framewire.redis.client.batches import Batch, Place
from framewire.redis.client.commands.all import Commands
from framewire.redis.client.definition import Queued, S
from framewire.redis.client.errors import RedisError
from framewire.redis.client.requests import worded, words_of
from framewire.redis.client.shapes.basic import plain, texted
from framewire.redis.exchange.calls import Request, Shape
from framewire.redis.facts.table import blocks

__all__ = ["Pipeline"]

SendBatch = Callable[[Sequence[Request], float | None], list[Any]]


class Pipeline(Queued, Commands[S]):
    """Commands that leave together when `execute` is called, or the `with` block ends. It is for one thread.

    Each returns a `Pending`, whose `result()` is there then. Nothing is sent where the block ends with an exception.
    """

    def __init__(
        self, send_batch: SendBatch, timeout: float | None, *, transaction: bool, text: bool, raise_on_error: bool,
        allow: Callable[[Request], None], send_apart: SendBatch,
    ) -> None:  # fmt: skip
        """`allow` raises where a request that a user has worded may not go over the link; `send_apart`
        sends a batch that waits at the server."""
        self._send_batch, self._send_apart = send_batch, send_apart
        self._allow = allow
        self._timeout = timeout
        self._text = text
        self._raise_on_error = raise_on_error
        self._batch = Batch(transaction=transaction)

    def __len__(self) -> int:
        return len(self._batch.places)

    def _run(self, request: tuple[Any, ...], shape: Shape | None = None) -> Any:
        place: Place[Any] = Place(request, texted(shape) if self._text else shape)
        self._batch.places.append(place)
        return place

    def _run_raw(self, request: tuple[Any, ...], shape: Shape | None = None) -> Any:
        return self._batch.add(request, shape)

    def _run_blocking(self, request: tuple[Any, ...], shape: Any, seconds: float | None) -> Any:
        return self._batch.add_blocking(request, texted(shape) if self._text else shape, seconds)

    def execute_command(self, *words: Any) -> Place[Any]:
        """Any command, by its words; its result is plain Python.

        Raises `DataError`, and `SharedLinkError` for what would change a link that others use too.
        """
        request = worded(words)
        self._allow(request)
        seconds = blocks(words_of(request))
        place: Place[Any] = (
            self._run(request, plain) if seconds is None else self._run_blocking(request, plain, seconds)
        )
        return place

    def execute(self, raise_on_error: bool | None = None) -> list[Any]:
        """Send all commands in one write and wait for all replies; returns the results in order.

        The first error of a command is raised, unless `raise_on_error` is false: then errors stand in the list. The
        pipeline is empty again afterwards. Raises `WatchError` and `ExecAbortError` where a transaction was not
        executed, and `ConnectionError` and `TimeoutError`, which tell their fate.
        """
        batch, self._batch = self._batch, Batch(transaction=self._batch.transaction)
        if not batch.places:
            return []
        try:
            send = self._send_batch if batch.waits is None else self._send_apart
            replies = send(batch.requests, batch.timeout(self._timeout))
        except RedisError as error:
            batch.fail(error, getattr(error, "replies", ()))
            raise
        batch.settle(replies)
        first = batch.first_error()
        if first is not None and (self._raise_on_error if raise_on_error is None else raise_on_error):
            raise first
        return batch.outcomes()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if exc_type is None:
            self.execute()
