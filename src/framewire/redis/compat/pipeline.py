"""`Pipeline` of redis-py, for threads.

What belongs here: what it watches, and how it is executed. What it collects is in `stack`.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from framewire.redis.client.batches import Batch
from framewire.redis.client.blocking.dedicated import Dedicated
from framewire.redis.client.blocking.steps import drive
from framewire.redis.client.errors import ConnectionError, ExecAbortError, RedisError, WatchError
from framewire.redis.client.fates import Fate
from framewire.redis.compat.scripts import Script
from framewire.redis.compat.stack import Pipelined, raise_first
from framewire.redis.exchange.calls import Shape

__all__ = ["Pipeline"]


class Pipeline(Pipelined):
    """Commands return it, `execute` returns the list of their results. It is for one thread."""

    drive = staticmethod(drive)

    def __init__(self, of: Any, transaction: bool) -> None:
        """Made by `Redis.pipeline`."""
        self._of = of
        self.connection_pool = of.connection_pool
        self.response_callbacks = of.response_callbacks
        self.encoder = of.encoder
        self.transaction = transaction
        self._dedicated: Dedicated | None = None
        self.clear()

    def _perform(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool) -> Any:
        if self.runs_at_once:
            return self._watched()._run(request, shape)
        self._add(request, shape)
        return self

    def _watched(self) -> Dedicated:
        """The connection that watches."""
        if self._dedicated is None:
            self._dedicated = self.connection_pool.client.dedicated()
            self._dedicated.__enter__()
        return self._dedicated

    def _has_link(self) -> bool:
        return self.runs_at_once

    def watch(self, *names: Any) -> Any:
        """WATCH: from here on commands run at once, until `multi`."""
        if self.explicit_transaction:
            raise RedisError("Cannot issue a WATCH after a MULTI")
        self.watching = True
        return self._watched()._run(self.encoder.request((b"WATCH", *names)), _true)

    def unwatch(self) -> Any:
        """UNWATCH: nothing is watched any more."""
        if not self.watching:
            return True
        self.watching = False
        return self._watched()._run((b"UNWATCH",), _true)

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        """Send all commands in one write; returns their results. The first error is raised, or stands in the list."""
        batch = self._take()
        if batch is None:
            return []
        try:
            self._send(batch)
            if raise_on_error:
                raise_first(batch)
            return batch.outcomes()
        finally:
            self.reset()

    def _send(self, batch: Batch) -> None:
        runner = self._dedicated if self._dedicated is not None else self._of._runner
        try:
            replies = runner._send_batch(batch.requests, runner._timeout)
            self.watching = self.watching and not batch.transaction  # EXEC ends that
            batch.settle(replies)
        except ExecAbortError:
            raise_first(batch)  # redis-py raises what was refused
            raise
        except ConnectionError as error:
            if self.watching and error.fate is Fate.NOT_EXECUTED:
                raise WatchError("the connection that watched is gone", fate=Fate.NOT_EXECUTED) from error
            raise

    def register_script(self, script: str | bytes) -> Script:
        """A script to call; here it is one more command."""
        return Script(self, script)

    def reset(self) -> Any:
        """Forget all commands and all that is watched."""
        watching, dedicated = self.watching, self._dedicated
        self.clear()
        self._dedicated = None
        if dedicated is None:
            return
        try:
            if watching:
                dedicated._run((b"UNWATCH",))
        except RedisError:
            dedicated._clean = False
        finally:
            dedicated.__exit__(None, None, None)

    discard = reset

    def close(self) -> None:
        """As `reset`."""
        self.reset()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.reset()


def _true(reply: Any) -> bool:
    return True
