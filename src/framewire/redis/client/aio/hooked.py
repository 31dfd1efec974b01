"""Calls that hooks are told of, from asyncio.

What belongs here: when a call of a client begins and ends for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from framewire.redis.client.hooks import Hooks
from framewire.redis.exchange.calls import Request, Shape

__all__ = ["HookedCalls"]

Future = asyncio.Future[Any]


class HookedCalls:
    """`call` and `batch` of a client, told of."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._call: Callable[..., Future] = _unbound

    def bind(self, call: Callable[..., Future]) -> None:
        """Calls go there from here on."""
        self._call = call

    def call(self, request: Request, shape: Shape | None, timeout: float | None) -> Future:
        """As what it is bound to."""
        return self.tell([request], False, lambda: self._call(request, shape, timeout))

    def around(self, call: Callable[..., Future], batch: Callable[..., Any]) -> tuple[Callable[..., Future], Any]:
        """The same two of a link of somebody's own, told of."""

        def call_told(request: Request, *how: Any) -> Future:
            return self.tell([request], False, lambda: call(request, *how))

        def batch_told(requests: Sequence[Request], waiter: Future, timeout: float | None) -> None:
            def send() -> Future:
                batch(requests, waiter, timeout)
                return waiter

            self.tell(requests, True, send)

        return call_told, batch_told

    def tell(self, requests: Sequence[Request], batch: bool, send: Callable[[], Future]) -> Future:
        """Tell of the call that `send` makes."""
        begun = self._hooks.begin(requests, batch)
        try:
            future = send()
        except BaseException as error:
            self._hooks.end(begun, error)
            raise
        future.add_done_callback(lambda done: self._hooks.end(begun, _error_of(done)))
        return future


def _error_of(future: Future) -> BaseException | None:
    return asyncio.CancelledError() if future.cancelled() else future.exception()


def _unbound(*args: Any) -> Future:
    raise RuntimeError("calls have nowhere to go yet")
