"""What every object with methods shares among threads: commands run over some link, replies as `bytes` or as `str`.

What belongs here: how a definition's request is sent. Which link it is, is said by
who inherits this.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from framewire.redis.client.arguments import Key
from framewire.redis.client.blocking.pipeline import Pipeline
from framewire.redis.client.blocking.scans import ScanIterators
from framewire.redis.client.blocking.scripts import Script
from framewire.redis.client.definition import S
from framewire.redis.client.requests import worded, words_of
from framewire.redis.client.shapes.basic import plain, text_of, texted
from framewire.redis.exchange.calls import Request, Shape
from framewire.redis.facts.table import blocks

__all__ = ["Runner", "TextView"]


class Runner(ScanIterators[S]):
    """Runs definitions over `_call` and `_batch`, which its class has."""

    _timeout: float | None
    _scattered = False  # requests of one pipeline may go to several servers
    _text = False  # replies are `str`

    def _call(self, request: Request, shape: Shape | None, timeout: float | None) -> Any:
        raise NotImplementedError

    def _batch(self, requests: Sequence[Request], timeout: float | None) -> list[Any]:
        raise NotImplementedError

    def _run(self, request: tuple[Any, ...], shape: Shape | None = None) -> Any:
        return self._call(request, shape, self._timeout)

    def _run_raw(self, request: tuple[Any, ...], shape: Shape | None = None) -> Any:
        return self._run(request, shape)

    def _send_batch(self, requests: Sequence[Request], timeout: float | None) -> list[Any]:
        """Send requests together; returns the list of their replies."""
        return self._batch(requests, timeout)

    def pipeline(self, *, transaction: bool = False, raise_on_error: bool = True) -> Pipeline[S]:
        """Commands that leave in one write: `with client.pipeline() as p: a = p.get("a")`, then `a.result()`."""
        return Pipeline(
            self._send_batch, self._timeout, transaction=transaction, text=self._text, raise_on_error=raise_on_error,
            allow=self._allow, send_apart=self._send_apart, scattered=self._scattered,
        )  # fmt: skip

    def _send_apart(self, requests: Sequence[Request], timeout: float | None) -> list[Any]:
        """As `_send_batch`, for what waits at the server: not where others would wait for it."""
        return self._send_batch(requests, timeout)

    def _allow(self, request: Request) -> None:
        """Raise where a request that a user has worded may not go over this link, in a pipeline."""

    def register_script(self, script: Key) -> Script:
        """A script that is called as a function, and sent by its SHA-1. Nothing is sent before it is called."""
        return Script(self, script)

    def execute(self, *words: Any) -> Any:
        """Any command, by its words: `execute("CLIENT", "GETNAME")`; its result is plain Python.

        Raises `DataError`, and `SharedLinkError` for what would change a link that others use too.
        """
        return self._execute(worded(words))

    def execute_command(self, *words: Any) -> Any:
        """redis-py's name of `execute`."""
        return self._execute(worded(words))

    def _check(self, words: list[bytes]) -> None:
        """Raise where a request that a user has worded may not go over this link."""

    def _execute(self, request: tuple[Any, ...]) -> Any:
        words = words_of(request)
        self._check(words)
        seconds = blocks(words)
        return self._run(request, plain) if seconds is None else self._run_blocking(request, plain, seconds)


class TextView(Runner[str]):
    """A client seen through text: the same links; replies are `str`, decoded as UTF-8."""

    _text = True

    def __init__(self, of: Runner[bytes]) -> None:
        self._of = of
        self._scattered = of._scattered
        self._timeout = of._timeout

    def _batch(self, requests: Sequence[Request], timeout: float | None) -> list[Any]:
        return self._of._batch(requests, timeout)

    def _run(self, request: tuple[Any, ...], shape: Shape | None = None) -> Any:
        return self._of._run(request, texted(shape))

    def _run_raw(self, request: tuple[Any, ...], shape: Shape | None = None) -> Any:
        return self._of._run(request, shape)

    def _run_blocking(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None) -> Any:
        return self._of._run_blocking(request, texted(shape), seconds)

    def _run_here(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None) -> Any:
        return self._of._run_here(request, texted(shape), seconds)

    def _send_apart(self, requests: Sequence[Request], timeout: float | None) -> list[Any]:
        return self._of._send_apart(requests, timeout)

    def _allow(self, request: Request) -> None:
        self._of._allow(request)

    def _execute(self, request: tuple[Any, ...]) -> Any:
        return text_of(self._of._execute(request))
