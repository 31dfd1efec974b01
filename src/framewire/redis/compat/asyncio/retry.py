"""`Retry` of redis-py, for asyncio.

What belongs here: see `framewire.redis.compat.retry`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from framewire.redis.compat.retry import Retries

__all__ = ["Retry"]

T = TypeVar("T")


class Retry(Retries):
    """As redis-py's."""

    async def call_with_retry(
        self, do: Callable[[], Awaitable[T]], fail: Callable[..., Awaitable[Any]],
        is_retryable: Callable[[Exception], bool] | None = None, with_failure_count: bool = False,
    ) -> T:  # fmt: skip
        """What `do` returns, tried again after supported errors; `fail` is called with each error."""
        self._backoff.reset()
        failures = 0
        while True:
            try:
                return await do()
            except self._supported_errors as error:
                if is_retryable is not None and not is_retryable(error):
                    raise
                failures += 1
                await (fail(error, failures) if with_failure_count else fail(error))
                if self._gives_up(failures):
                    raise
            await asyncio.sleep(self._backoff.compute(failures))
