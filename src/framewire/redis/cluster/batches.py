"""What a batch is to the client of a cluster: a transaction or not, and whether a refused one may go out again.

What belongs here: what is told from the requests and replies alone, for asyncio as for threads. Where they go, others
decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from framewire.frames.resp import Error
from framewire.redis.client.errors import error_of_reply
from framewire.redis.client.repeating import is_passing
from framewire.redis.cluster.redirects import TROUBLES, redirect_of
from framewire.redis.exchange.calls import Request

__all__ = ["is_transaction", "refusal_of_queue"]


def is_transaction(requests: Sequence[Request]) -> bool:
    """Whether they stand between MULTI and EXEC."""
    return len(requests) > 1 and tuple(requests[0]) == (b"MULTI",) and tuple(requests[-1]) == (b"EXEC",)


def refusal_of_queue(replies: Sequence[Any]) -> Error | None:
    """The error of a transaction, out of its `replies`, for which all of it may go out again: nothing was executed, and
    another node takes it, or this one will. `None` where it was executed, or where the error is its caller's.
    """
    if not isinstance(replies[-1], Error):
        return None
    errors = [reply for reply in replies if isinstance(reply, Error)]
    first = errors[0]
    if first is replies[0] and len(errors) < len(replies):
        return None  # without MULTI the commands ran one by one
    return first if _may_go_again(first) else None


def _may_go_again(error: Error) -> bool:
    refusal = error_of_reply(error.data)
    text = str(refusal)
    return redirect_of(text) is not None or text.partition(" ")[0] in TROUBLES or is_passing(refusal)
