"""Steps taken from asyncio.

What belongs here: how a step is taken. What the steps are, others say.
"""

from __future__ import annotations

import asyncio
from typing import Any, Protocol, TypeVar

from framewire.redis.client.steps import Ask, Pause, Steps
from framewire.redis.exchange.calls import Shape

__all__ = ["Asked", "drive"]

T = TypeVar("T")


class Asked(Protocol):
    """Who sends the requests: anything with methods, whose commands are awaited."""

    def _run(self, request: tuple[Any, ...], shape: Shape | None = None) -> Any: ...

    def _run_blocking(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None) -> Any: ...


async def drive(steps: Steps[T], asked: Asked) -> T:
    """Take all of `steps`; returns what they return, and raises what they do not handle."""
    try:
        step = next(steps)
        while True:
            try:
                result = await _take(step, asked)
            except Exception as error:
                step = steps.throw(error)
            else:
                step = steps.send(result)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    finally:
        steps.close()


async def _take(step: Ask | Pause, asked: Asked) -> Any:
    match step:
        case Pause(seconds):
            await asyncio.sleep(seconds)
            return None
        case Ask(request, shape, None):
            return await asked._run(tuple(request), shape)
        case Ask(request, shape, seconds):
            return await asked._run_blocking(tuple(request), shape, seconds)
