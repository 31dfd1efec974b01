"""A pipeline's commands, as redis-py has them: chained, watched for, executed as a list.

What belongs here: what is the same whether the pipeline is awaited or not: what is collected, what leaves, and what
becomes of the replies.
"""

from __future__ import annotations

import textwrap
from typing import Any

from framewire.redis.client.batches import Batch
from framewire.redis.client.errors import ExecAbortError, RedisError
from framewire.redis.client.requests import words_of
from framewire.redis.compat.speaking import Speaking
from framewire.redis.exchange.calls import Request, Shape

__all__ = ["Pipelined", "annotated", "raise_first"]


class Pipelined(Speaking):
    """The commands of a pipeline.

    transaction: MULTI and EXEC stand around them. watching: commands run at once, until `multi` was called.
    """

    transaction: bool

    def clear(self) -> None:
        """Forget all commands, and what they were for."""
        self.explicit_transaction = False  # `multi` was called after `watch`
        self.watching = False
        self._batch = Batch(transaction=self.transaction)
        self.scripts: set[str] = set()  # by SHA-1: those that stand in it whole

    def __len__(self) -> int:
        return len(self._batch.places)

    def __bool__(self) -> bool:
        """A pipeline without commands is one."""
        return True

    @property
    def command_stack(self) -> list[tuple[Request, dict[str, Any]]]:
        """The requests that wait to be executed."""
        return [(place.request, {}) for place in self._batch.places]

    @property
    def runs_at_once(self) -> bool:
        """Whether a command is sent when it is called."""
        return self.watching and not self.explicit_transaction

    def multi(self) -> None:
        """From here on commands are collected again, and executed only if nothing that is watched has changed."""
        if self.explicit_transaction:
            raise RedisError("Cannot issue nested calls to MULTI")
        if len(self):
            raise RedisError("Commands without an initial WATCH have already been issued")
        self.explicit_transaction = True

    def _add(self, request: Request, shape: Shape | None) -> None:
        self._batch.add(request, shape)

    def _take(self) -> Batch | None:
        """The batch that is to be executed, if there is one. A pipeline that watches is a transaction, if an empty one:
        whether what it watches has changed is a result too.
        """
        if not len(self) and not self.watching:
            return None
        batch = self._batch
        batch.transaction = self.transaction or self.explicit_transaction or not batch.places
        self._batch = Batch(transaction=self.transaction)
        return batch


def annotated(error: Exception, number: int, request: Request) -> Exception:
    """The error of a command of a pipeline says which one it was, in redis-py's words."""
    shown = " ".join(word.decode("utf-8", "backslashreplace") for word in words_of(request))
    shown = textwrap.shorten(shown, 100, placeholder="...")
    error.args = (f"Command # {number} ({shown}) of pipeline caused error: {error.args[0]}", *error.args[1:])
    return error


def raise_first(batch: Batch) -> None:
    """Raise the first command's own error, if one had any: not that others were not executed for it."""
    for number, place in enumerate(batch.places, 1):
        error = place.exception()
        if error is not None and not isinstance(error, ExecAbortError):
            raise annotated(error, number, place.request)
