"""What redis-py's clients and pipelines share, whichever way they wait: requests, results, callbacks.

What belongs here: how a request is encoded and its reply read as redis-py would. No I/O: `_perform` is what asyncio and
threads do their own way. Methods that are redis-py's alone, or that it has otherwise, are in `methods`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from framewire.redis.client.errors import SharedLinkError
from framewire.redis.client.requests import check_shareable, worded, words_of
from framewire.redis.client.shapes.basic import plain
from framewire.redis.compat.callbacks import Callbacks
from framewire.redis.compat.encoder import Encoder
from framewire.redis.compat.methods import Methods
from framewire.redis.compat.results import converted
from framewire.redis.exchange.calls import Shape
from framewire.redis.facts.table import blocks

__all__ = ["EMPTY_RESPONSE", "NEVER_DECODE", "Speaking"]

NEVER_DECODE: Final = "NEVER_DECODE"
EMPTY_RESPONSE: Final = "EMPTY_RESPONSE"

_HARMLESS: Final = ("SETNAME", "SETINFO", "NO-EVICT", "NO-TOUCH")
"""Of CLIENT: what changes a link, and nobody's replies."""


class Speaking(Methods):
    """Requests as redis-py makes them, results as redis-py gives them."""

    response_callbacks: Callbacks
    encoder: Encoder

    def get_encoder(self) -> Encoder:
        """What makes bytes of text, and text of bytes."""
        return self.encoder

    def _perform(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool) -> Any:
        """Send it, and return what this class returns."""
        raise NotImplementedError

    def _run(self, request: tuple[Any, ...], shape: Shape | None = None) -> Any:
        return self._perform(self.encoder.request(request), self._form(request, shape), None, False)

    def _run_raw(self, request: tuple[Any, ...], shape: Shape | None = None) -> Any:
        return self._perform(self.encoder.request(request), shape, None, False)

    def _run_blocking(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None) -> Any:
        return self._perform(self.encoder.request(request), self._form(request, shape), seconds, True)

    def _run_here(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None) -> Any:
        self._check(request)
        return self._run_blocking(request, shape, seconds)

    def _run_on_link(self, request: tuple[Any, ...], shape: Shape | None) -> Any:
        self._check(request)
        return self._run(request, shape)

    def _check(self, request: tuple[Any, ...]) -> None:
        """Raise `SharedLinkError` for what would change a link that others use too."""
        if self._has_link():
            return
        words = words_of(request[:2])
        if words[0] == b"CLIENT" and words[-1].decode("latin-1").upper() in _HARMLESS:
            return
        try:
            check_shareable(words_of(request))
        except SharedLinkError as error:
            raise SharedLinkError(f"{error}; of this client it is Redis(single_connection_client=True)") from None

    def _has_link(self) -> bool:
        """Whether the link is nobody else's."""
        raise NotImplementedError

    def _form(self, request: tuple[Any, ...], shape: Shape | None) -> Shape | None:
        """What makes the result: our shape, then redis-py's, then text; or the callback that somebody has set."""
        callback = self.response_callbacks.set_for(request)
        if callback is None:
            return self.encoder.decoding(converted(request, shape))
        made, given = callback, self.encoder.decoding(plain) or plain
        return lambda reply: made(given(reply))

    def set_response_callback(self, command: str, callback: Callable[..., Any]) -> None:
        """Let `callback` make the result of `command` from its reply."""
        self.response_callbacks[command] = callback

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Any command, by its words. Its result is made by the callback of its name, if there is one.

        Options: `NEVER_DECODE`, for bytes whatever `decode_responses` says. Others are ignored.
        """
        request = worded(args)
        self._check(request)
        if NEVER_DECODE in options:
            return self._run_raw(request, plain)
        name = args[0] if isinstance(args[0], str) else args[0].decode()
        shape = self.encoder.decoding(self.response_callbacks.get(name, plain))
        request = self.encoder.request(request)
        seconds = blocks(words_of(request))
        return self._perform(request, shape, seconds, seconds is not None)
