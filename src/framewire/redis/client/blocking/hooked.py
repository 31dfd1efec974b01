"""Calls that hooks are told of, from threads.

What belongs here: when a call of a client begins and ends for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from framewire.redis.client.hooks import Hooks
from framewire.redis.exchange.calls import Request, Shape

__all__ = ["HookedCalls"]

T = TypeVar("T")


class HookedCalls:
    """`call` and `batch`, and the hooks told of them."""

    def __init__(self, hooks: Hooks, call: Callable[..., Any], batch: Callable[..., list[Any]]) -> None:
        self._hooks = hooks
        self._call = call
        self._batch = batch

    def call(self, request: Request, shape: Shape | None, timeout: float | None) -> Any:
        """As the `call` it was made with."""
        return self.tell((request,), False, lambda: self._call(request, shape, timeout))

    def batch(self, requests: Sequence[Request], timeout: float | None) -> list[Any]:
        """As the `batch` it was made with."""
        return self.tell(requests, True, lambda: self._batch(requests, timeout))

    def tell(self, requests: Sequence[Request], batch: bool, send: Callable[[], T]) -> T:
        """Tell of the call that `send` makes."""
        begun = self._hooks.begin(requests, batch)
        try:
            result = send()
        except BaseException as error:
            self._hooks.end(begun, error)
            raise
        self._hooks.end(begun, None)
        return result
