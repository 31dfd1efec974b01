"""A pipeline's commands, as redis-py has them: chained, watched for, executed as a list.

What belongs here: what is the same whether the pipeline is awaited or not: what is collected, what leaves, and what
becomes of the replies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from framewire.redis.client.batches import Batch
from framewire.redis.client.requests import words_of
from framewire.redis.exchange.calls import Request, Shape

__all__ = ["Stack"]


class Stack:
    """The commands of a pipeline.

    transaction: MULTI and EXEC stand around them. watching: commands run at once, until `multi` was called.
    """

    def __init__(self, transaction: bool) -> None:
        self.transaction = transaction
        self.explicit = False  # `multi` was called after `watch`
        self.watching = False
        self.batch = Batch(transaction=transaction)

    def __len__(self) -> int:
        return len(self.batch.places)

    @property
    def runs_at_once(self) -> bool:
        return self.watching and not self.explicit

    def add(self, request: Request, shape: Shape | None) -> None:
        """One command more."""
        self.batch.add(request, shape)

    def take(self) -> Batch:
        """The batch that is to be executed; the stack is empty then. A pipeline that watches is a transaction."""
        batch = self.batch
        batch.transaction = self.transaction or self.explicit
        self.clear()
        return batch

    def clear(self) -> None:
        """Forget all commands."""
        self.batch = Batch(transaction=self.transaction)


def annotated(error: Exception, number: int, request: Request) -> Exception:
    """The error of a command of a pipeline says which one it was, in redis-py's words."""
    shown = " ".join(word.decode("utf-8", "backslashreplace") for word in words_of(request))
    shown = shown if len(shown) <= 100 else shown[:97] + "..."
    error.args = (f"Command # {number} ({shown}) of pipeline caused error: {error.args[0]}", *error.args[1:])
    return error


def raise_first(batch: Batch) -> None:
    """Raise the first command's error, if one had any."""
    for number, place in enumerate(batch.places, 1):
        error = place.exception()
        if error is not None:
            raise annotated(error, number, place.request)


def outcomes(batch: Batch) -> Sequence[Any]:
    """The results in order, errors among them."""
    return batch.outcomes()
