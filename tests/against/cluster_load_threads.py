"""The load of `cluster_load` from threads: one for each writer, with one `BlockingClient` for all.

What belongs here: how its steps, which await their calls, get calls that have been waited for already.
"""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType
from typing import Any

from framewire.redis.client.blocking.client import BlockingClient
from tests.against.cluster_ledger import Ledger, Write
from tests.against.cluster_load import HOT, WRITERS, Progress, Writer
from tests.waiting import PATIENCE

__all__ = ["SharedLedger", "ThreadLoad"]

OWN = b"text:"
"""The end of a key whose number its ledger gives."""


class SharedLedger(Ledger):
    """A ledger for several threads."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.RLock()

    def enter(self, key: bytes, *, counts: bool = False) -> Write:
        with self._lock:
            if key.endswith(OWN):
                key += b"%d" % len(self.writes)
            return super().enter(key, counts=counts)

    def enter_together(self, *keys: bytes) -> list[Write]:
        with self._lock:
            return super().enter_together(*keys)


class ThreadWriter(Writer):
    """One thread."""

    def _own_key(self) -> bytes:
        return (HOT if self._chance.random() < 0.1 else b"") + OWN


class ThreadLoad:
    """As `Load`; `error` is what a writer has found wrong."""

    def __init__(self, client: BlockingClient, ledger: SharedLedger, seed: int) -> None:
        self.progress = Progress()
        self.error: BaseException | None = None
        waited: Any = Waited(client)
        self._writers = [ThreadWriter(number, waited, ledger, self.progress, seed) for number in range(WRITERS)]
        self._threads = [threading.Thread(target=self._run, args=(each,), daemon=True) for each in self._writers]

    def _run(self, writer: Writer) -> None:
        try:
            asyncio.run(writer.write())
        except BaseException as error:
            self.error = error

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        for writer in self._writers:
            writer.is_over = True
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "a writer waits for ever"
        if self.error is not None:
            raise self.error

    @property
    def failed(self) -> bool:
        return self.error is not None


class Waited:
    """A client whose calls have been waited for when they return, with the face of one whose calls are awaited."""

    def __init__(self, of: Any) -> None:
        self._of = of

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._of, name)

        async def call(*arguments: Any, **keywords: Any) -> Any:
            return method(*arguments, **keywords)

        return call

    def pipeline(self, **keywords: Any) -> WaitedPipeline:
        return WaitedPipeline(self._of.pipeline(**keywords))

    def dedicated(self, *keys: Any) -> WaitedBlock:
        return WaitedBlock(self._of.dedicated(*keys))


class WaitedPipeline:
    """Its commands return their places, as ever."""

    def __init__(self, of: Any) -> None:
        self._of = of

    def __getattr__(self, name: str) -> Any:
        return getattr(self._of, name)

    async def execute(self, **keywords: Any) -> Any:
        return self._of.execute(**keywords)


class WaitedBlock:
    """A `with` block as an `async with` block."""

    def __init__(self, of: Any) -> None:
        self._of = of

    async def __aenter__(self) -> Waited:
        return Waited(self._of.__enter__())

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._of.__exit__(exc_type, exc, traceback)
