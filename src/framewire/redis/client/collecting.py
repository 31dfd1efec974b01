"""Commands of a pipeline, collected until they leave: the half of one that waits for nothing.

What belongs here: what asyncio's and the threads' pipelines have in common. How a batch goes and comes back is said in
`aio/pipeline.py` and `blocking/pipeline.py`, what its replies mean in `batches`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from framewire.redis.client.batches import Batch, Place
from framewire.redis.client.commands.all import Commands
from framewire.redis.client.definition import Queued, S
from framewire.redis.client.errors import RedisError
from framewire.redis.client.fates import Fate
from framewire.redis.client.requests import worded, words_of
from framewire.redis.client.shapes.basic import plain, texted
from framewire.redis.exchange.calls import Request, Shape
from framewire.redis.facts.table import blocks

__all__ = ["Collecting"]


class Collecting(Queued, Commands[S]):
    """Each method returns a `Pending`, whose `result()` is there when the commands were executed."""

    def __init__(
        self, timeout: float | None, *, transaction: bool, text: bool, raise_on_error: bool,
        allow: Callable[[Request], None], scattered: bool = False,
    ) -> None:  # fmt: skip
        """`allow` raises where a request that a user has worded may not go over the link. `scattered`: the commands may
        go to several servers."""
        self._timeout = timeout
        self._text = text
        self._raise_on_error = raise_on_error
        self._allow = allow
        self._batch = Batch(transaction=transaction, scattered=scattered)

    def __len__(self) -> int:
        return len(self._batch.places)

    def _run(self, request: tuple[Any, ...], shape: Shape | None = None) -> Any:
        place: Place[Any] = Place(request, texted(shape) if self._text else shape)
        self._batch.places.append(place)  # `add`, without the call
        return place

    def _run_raw(self, request: tuple[Any, ...], shape: Shape | None = None) -> Any:
        return self._batch.add(request, shape)

    def _run_blocking(self, request: tuple[Any, ...], shape: Any, seconds: float | None) -> Any:
        return self._batch.add_blocking(request, texted(shape) if self._text else shape, seconds)

    def execute_command(self, *words: Any) -> Place[Any]:
        """Any command, by its words; its result is plain Python.

        Raises `DataError`, and `SharedLinkError` for what would change a link that others use too.
        """
        request = worded(words)
        self._allow(request)
        seconds = blocks(words_of(request))
        place: Place[Any] = (
            self._run(request, plain) if seconds is None else self._run_blocking(request, plain, seconds)
        )
        return place

    def _collected(self) -> Batch:
        """What is to be sent; from here on the pipeline is empty."""
        batch, self._batch = self._batch, Batch(transaction=self._batch.transaction, scattered=self._batch.scattered)
        return batch

    def _settled(self, batch: Batch, replies: Sequence[Any], raise_on_error: bool | None) -> list[Any]:
        """The results in order, now that all replies are there; or the first error is raised."""
        batch.settle(replies)
        first = batch.first_error()
        if first is not None and (self._raise_on_error if raise_on_error is None else raise_on_error):
            raise first
        return batch.outcomes()

    @staticmethod
    def _failed(batch: Batch, error: BaseException) -> None:
        """There are not all replies: each command learns what is known of it."""
        if isinstance(error, RedisError):
            batch.fail(error, getattr(error, "replies", ()))
        else:
            batch.fail(RedisError("nobody waited for the replies of the pipeline", fate=Fate.UNKNOWN))
