"""One call that several nodes answer: its parts awaited together.

What belongs here: futures of parts, and one future of the whole. How replies become one is said by others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from framewire.redis.client.aio.route import Future

__all__ = ["gather"]


def gather(parts: Sequence[Future], join: Callable[[list[Any]], Any]) -> Future:
    """A future of what `join` makes of the outcomes of `parts`, in their order: replies, and exceptions among them.

    It is done in the turn in which the last part is. Who cancels it does not cancel the parts: they were sent.
    """
    whole: Future = asyncio.get_running_loop().create_future()
    left = len(parts)

    def done(_: Future) -> None:
        nonlocal left
        left -= 1
        if not left:
            _settle(whole, [_outcome(part) for part in parts], join)

    for part in parts:
        part.add_done_callback(done)
    return whole


def _outcome(part: Future) -> Any:
    return asyncio.CancelledError() if part.cancelled() else part.exception() or part.result()


def _settle(whole: Future, outcomes: list[Any], join: Callable[[list[Any]], Any]) -> None:
    if whole.done():
        return
    try:
        result = join(outcomes)
    except Exception as error:
        whole.set_exception(error)
    else:
        whole.set_result(result)
