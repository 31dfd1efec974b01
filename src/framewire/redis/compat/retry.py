"""`Retry` of redis-py, for threads: how often something is tried, and with what pauses.

What belongs here: that class, for who calls it himself. A client takes of it how often and with what pauses; what is
repeated it decides by what has become of the request, so that no write is done twice: `supported_errors` do not matter.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from framewire.redis.client.errors import ConnectionError, TimeoutError
from framewire.redis.compat.backoff import AbstractBackoff

__all__ = ["Retries", "Retry"]

T = TypeVar("T")


class Retries:
    """How often, with what pauses, after which errors."""

    def __init__(
        self, backoff: AbstractBackoff, retries: int,
        supported_errors: tuple[type[Exception], ...] = (ConnectionError, TimeoutError),
    ) -> None:  # fmt: skip
        """retries: further attempts after the first, for ever if negative."""
        self._backoff, self._retries, self._supported_errors = backoff, retries, supported_errors

    def get_retries(self) -> int:
        """How often."""
        return self._retries

    def update_retries(self, value: int) -> None:
        """So often from now on."""
        self._retries = value

    def update_supported_errors(self, specified_errors: Iterable[type[Exception]]) -> None:
        """After these errors too."""
        self._supported_errors = (*dict.fromkeys((*self._supported_errors, *specified_errors)),)

    def _gives_up(self, failures: int) -> bool:
        return 0 <= self._retries < failures

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Retries):
            return NotImplemented
        return (self._backoff, self._retries, set(self._supported_errors)) == (
            other._backoff, other._retries, set(other._supported_errors)
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash((self._backoff, self._retries, frozenset(self._supported_errors)))


class Retry(Retries):
    """As redis-py's."""

    def call_with_retry(
        self, do: Callable[[], T], fail: Callable[..., Any], is_retryable: Callable[[Exception], bool] | None = None,
        with_failure_count: bool = False,
    ) -> T:  # fmt: skip
        """What `do` returns, tried again after supported errors; `fail` is called with each error."""
        self._backoff.reset()
        failures = 0
        while True:
            try:
                return do()
            except self._supported_errors as error:
                if is_retryable is not None and not is_retryable(error):
                    raise
                failures += 1
                fail(error, failures) if with_failure_count else fail(error)
                if self._gives_up(failures):
                    raise
                time.sleep(self._backoff.compute(failures))
