"""Calls that hooks are told of, from threads.

What belongs here: when a call of a client begins and ends for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from framewire.redis.client.hooks import Hooks
from framewire.redis.exchange.calls import Request

__all__ = ["tell"]

T = TypeVar("T")


def tell(hooks: Hooks, requests: Sequence[Request], batch: bool, call: Callable[[], T]) -> T:
    """What `call` returns, and `hooks` told of it."""
    begun = hooks.begin(requests, batch)
    try:
        result = call()
    except BaseException as error:
        hooks.end(begun, error)
        raise
    hooks.end(begun, None)
    return result
