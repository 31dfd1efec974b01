"""Batches that wait at the server, on a link of their own: nobody else is to wait behind them.

What belongs here: such a batch, and who waits for it. Over a cluster it is taken apart first, which is done there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from framewire.redis.client.aio.own import OwnLink
from framewire.redis.client.aio.route import Future, OwnLinks
from framewire.redis.client.outcomes import unsent
from framewire.redis.exchange.calls import Request

__all__ = ["ask_together", "run_alone", "settle_with"]


def settle_with(waiter: Future, replies: Coroutine[Any, Any, list[Any]]) -> None:
    """`waiter` gets what the coroutine returns or raises, which ends where nobody waits any more."""
    task = asyncio.ensure_future(_settle(waiter, replies))
    waiter.add_done_callback(lambda _: task.cancel())  # which does nothing to a task that is done


async def _settle(waiter: Future, replies: Coroutine[Any, Any, list[Any]]) -> None:
    try:
        result = await replies
    except Exception as error:
        if not waiter.done():
            waiter.set_exception(unsent(error))
    else:
        if not waiter.done():
            waiter.set_result(result)


async def run_alone(links: OwnLinks, requests: Sequence[Request], timeout: float | None) -> list[Any]:  # noqa: ASYNC109
    """The replies to requests that leave together on a link of their own."""
    own = await links.take(requests)
    try:
        return await ask_together(own, requests, timeout)
    finally:
        links.give_back(own, clean=own.idle)


async def ask_together(own: OwnLink, requests: Sequence[Request], timeout: float | None) -> list[Any]:  # noqa: ASYNC109
    """The same on a link that is there."""
    replies: Future = asyncio.get_running_loop().create_future()
    own.send_batch(requests, replies, timeout)
    return await replies  # type: ignore[no-any-return]
