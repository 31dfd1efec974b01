"""The writers of `cluster_load` in threads, each in one of its own, with a blocking client.

What belongs here: what makes a blocking client look as those writers want it, where awaiting a call runs it, and the
threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

from framewire.redis.client.blocking.client import BlockingClient
from tests.against.cluster_ledger import Ledger
from tests.against.cluster_load import WRITERS, Progress, Writer
from tests.waiting import PATIENCE

__all__ = ["ThreadLoad"]


class ThreadLoad:
    """Several writers with one client, as long as the `with` block. Its end raises what a writer has found wrong."""

    def __init__(self, client: BlockingClient, ledger: Ledger, seed: int) -> None:
        self.progress = Progress()
        self.progress.watch(client._route.places.topology)  # type: ignore[attr-defined]
        self._writers = [Writer(number, Awaited(client), ledger, self.progress, seed) for number in range(WRITERS)]
        self._threads = ThreadPoolExecutor(WRITERS)
        self._running: list[Future[None]] = []

    @property
    def failed(self) -> bool:
        """Whether a writer has ended before it was told to."""
        return any(future.done() for future in self._running)

    def __enter__(self) -> Self:
        self._running = [self._threads.submit(asyncio.run, writer.write()) for writer in self._writers]
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for writer in self._writers:
            writer.is_over = True
        self._threads.shutdown(wait=False)
        for future in self._running:
            future.result(2 * PATIENCE)


class Awaited:
    """A blocking client, or a pipeline of one, whose calls are made when they are awaited."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        async def call(*args: Any, **options: Any) -> Any:
            return getattr(self._client, name)(*args, **options)

        return call

    def pipeline(self, **options: Any) -> Collected:
        """What is collected is not awaited, but its execution."""
        return Collected(self._client.pipeline(**options))

    @asynccontextmanager
    async def dedicated(self, *keys: Any) -> AsyncIterator[Awaited]:
        """The same with a link of its own."""
        with self._client.dedicated(*keys) as own:
            yield Awaited(own)


class Collected:
    """A pipeline."""

    def __init__(self, pipeline: Any) -> None:
        self._pipeline = pipeline

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pipeline, name)

    async def execute(self, **options: Any) -> Any:
        """Send it, and wait."""
        return self._pipeline.execute(**options)
