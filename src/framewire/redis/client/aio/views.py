"""What every object with methods shares from asyncio: commands run over some link, replies as `bytes` or as `str`.

What belongs here: how a definition's request is sent, and the errors of not being able to. Which link it is, is said by
who inherits this.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from framewire.errors import EncodeError
from framewire.redis.client.aio.link import WrongLoop
from framewire.redis.client.aio.pipeline import Pipeline
from framewire.redis.client.aio.scans import ScanIterators
from framewire.redis.client.aio.scripts import Script
from framewire.redis.client.arguments import Key
from framewire.redis.client.definition import S
from framewire.redis.client.outcomes import unsent
from framewire.redis.client.requests import worded, words_of
from framewire.redis.client.shapes.basic import plain, texted
from framewire.redis.exchange.calls import BacklogFull, Request, Shape
from framewire.redis.facts.table import blocks

__all__ = ["Future", "Runner", "TextView"]

Future = asyncio.Future[Any]


class Runner(ScanIterators[S]):
    """Runs definitions over `_call` and `_batch`, which its class has."""

    _call: Callable[..., Future]
    _batch: Callable[..., None]
    _timeout: float | None
    _scattered = False  # requests of one pipeline may go to several servers
    _text = False  # replies are `str`

    def _run(self, request: tuple[Any, ...], shape: Shape | None = None) -> Any:
        try:
            return self._call(request, shape, self._timeout)
        except WrongLoop:
            if self._begin_anew():
                return self._run(request, shape)
            raise
        except (EncodeError, BacklogFull) as error:
            raise unsent(error) from None

    def _begin_anew(self) -> bool:
        """The link belongs to another event loop than the one that runs: whether it was closed, and another is made."""
        return False

    def _run_raw(self, request: tuple[Any, ...], shape: Shape | None = None) -> Any:
        return self._run(request, shape)

    def _send_batch(self, requests: Sequence[Request], waiter: Future, timeout: float | None) -> None:
        """Send requests together; `waiter` gets the list of their replies."""
        try:
            self._batch(requests, waiter, timeout)
        except WrongLoop:
            if self._begin_anew():
                return self._send_batch(requests, waiter, timeout)
            raise
        except (EncodeError, BacklogFull) as error:
            raise unsent(error) from None

    def pipeline(self, *, transaction: bool = False, raise_on_error: bool = True) -> Pipeline[S]:
        """Commands that leave in one write: `async with client.pipeline() as p: a = p.get("a")`, then `a.result()`."""
        return Pipeline(
            self._send_batch, self._timeout, transaction=transaction, text=self._text, raise_on_error=raise_on_error,
            allow=self._allow, send_apart=self._send_apart, scattered=self._scattered,
        )  # fmt: skip

    def _send_apart(self, requests: Sequence[Request], waiter: Future, timeout: float | None) -> None:
        """As `_send_batch`, for what waits at the server: not where others would wait for it."""
        self._send_batch(requests, waiter, timeout)

    def _allow(self, request: Request) -> None:
        """Raise where a request that a user has worded may not go over this link, in a pipeline."""

    def register_script(self, script: Key) -> Script:
        """A script that is called as a function, and sent by its SHA-1. Nothing is sent before it is called."""
        return Script(self, script)

    def execute(self, *words: Any) -> Future:
        """Any command, by its words: `execute("CLIENT", "GETNAME")`; its result is plain Python.

        Raises `DataError`, and `SharedLinkError` for what would change a link that others use too.
        """
        return self._execute(worded(words))

    def execute_command(self, *words: Any) -> Future:
        """redis-py's name of `execute`."""
        return self._execute(worded(words))

    def _check(self, words: list[bytes]) -> None:
        """Raise where a request that a user has worded may not go over this link."""

    def _execute(self, request: tuple[Any, ...]) -> Future:
        words = words_of(request)
        self._check(words)
        seconds = blocks(words)
        future: Any = self._run(request, plain) if seconds is None else self._run_blocking(request, plain, seconds)
        return future  # type: ignore[no-any-return]


class TextView(Runner[str]):
    """A client seen through text: the same links; replies are `str`, decoded as UTF-8."""

    _text = True

    def __init__(self, of: Runner[bytes]) -> None:
        self._of = of
        self._scattered = of._scattered
        self._timeout = of._timeout

    def _batch(self, requests: Sequence[Request], waiter: Future, timeout: float | None) -> None:
        self._of._batch(requests, waiter, timeout)

    def _begin_anew(self) -> bool:
        return self._of._begin_anew()

    def _run(self, request: tuple[Any, ...], shape: Shape | None = None) -> Any:
        return self._of._run(request, texted(shape))

    def _run_raw(self, request: tuple[Any, ...], shape: Shape | None = None) -> Any:
        return self._of._run(request, shape)

    def _run_blocking(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None) -> Any:
        return self._of._run_blocking(request, texted(shape), seconds)

    def _run_here(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None) -> Any:
        return self._of._run_here(request, texted(shape), seconds)

    def _send_apart(self, requests: Sequence[Request], waiter: Future, timeout: float | None) -> None:
        self._of._send_apart(requests, waiter, timeout)

    def _allow(self, request: Request) -> None:
        self._of._allow(request)

    def _execute(self, request: tuple[Any, ...]) -> Future:
        return _then_text(self._of._execute(request))


def _then_text(future: Future) -> Future:
    async def decode() -> Any:
        return texted(None)(await future)

    coroutine: Coroutine[Any, Any, Any] = decode()
    return asyncio.ensure_future(coroutine)
