"""What redis-py's clients and pipelines share, whichever way they wait: requests, results, callbacks.

What belongs here: how a request is encoded and its reply read as redis-py would, and the methods that redis-py has for
commands that change a link. No I/O: `_perform` is what asyncio and threads do their own way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from framewire.redis.client.commands.all import Commands
from framewire.redis.client.requests import worded
from framewire.redis.client.shapes.basic import ok, plain
from framewire.redis.compat.results import decoded, shape_of
from framewire.redis.exchange.calls import Shape

__all__ = ["EMPTY_RESPONSE", "NEVER_DECODE", "Speaking"]

NEVER_DECODE: Final = "NEVER_DECODE"
EMPTY_RESPONSE: Final = "EMPTY_RESPONSE"


class Speaking(Commands[Any]):
    """Requests as redis-py makes them, results as redis-py gives them."""

    response_callbacks: dict[str, Callable[..., Any]]
    _decode = False
    _encoding = "utf-8"
    _errors = "strict"

    def _perform(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool) -> Any:
        """Send it, and return what this class returns."""
        raise NotImplementedError

    def _run(self, request: tuple[Any, ...], shape: Shape | None = None) -> Any:
        return self._perform(self._encoded(request), self._form(request, shape), None, False)

    def _run_raw(self, request: tuple[Any, ...], shape: Shape | None = None) -> Any:
        return self._perform(self._encoded(request), shape, None, False)

    def _run_blocking(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None) -> Any:
        return self._perform(self._encoded(request), self._form(request, shape), seconds, True)

    def _form(self, request: tuple[Any, ...], shape: Shape | None) -> Shape | None:
        """What makes the result: redis-py's shape, then text, then the callback that somebody has set."""
        shape = shape_of(request, shape)
        if self._decode:
            shape = decoded(shape, self._encoding, self._errors)
        if self.response_callbacks:
            callback = self.response_callbacks.get(_name_of(request))
            if callback is not None:
                plain_shape = decoded(plain, self._encoding, self._errors) if self._decode else plain
                return lambda reply: callback(plain_shape(reply))
        return shape

    def _encoded(self, request: tuple[Any, ...]) -> tuple[Any, ...]:
        if self._encoding in ("utf-8", "utf8") and self._errors == "strict":
            return request
        return tuple(
            item.encode(self._encoding, self._errors) if isinstance(item, str) else item for item in request
        )

    def set_response_callback(self, command: str, callback: Callable[..., Any]) -> None:
        """Let `callback` make the result of `command` from its reply."""
        self.response_callbacks[command.upper()] = callback

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Any command, by its words."""
        request = worded(args)
        if NEVER_DECODE in options:
            return self._run_raw(request, plain)
        return self._run(request, plain)

    # -- commands that change a link ----------------------------------------------------------------------------------

    def select(self, index: int, **kwargs: Any) -> Any:
        """SELECT: another database, on a client with a connection of its own."""
        return self._run((b"SELECT", index), ok)

    def auth(self, password: str, username: str | None = None, **kwargs: Any) -> Any:
        """AUTH, on a client with a connection of its own."""
        return self._run((b"AUTH", password) if username is None else (b"AUTH", username, password), ok)

    def client_setname(self, name: str, **kwargs: Any) -> Any:
        """CLIENT SETNAME, on a client with a connection of its own."""
        return self._run((b"CLIENT", b"SETNAME", name), ok)

    def client_setinfo(self, attr: str, value: str, **kwargs: Any) -> Any:
        """CLIENT SETINFO, on a client with a connection of its own."""
        return self._run((b"CLIENT", b"SETINFO", attr, value), ok)

    def client_no_evict(self, mode: str) -> Any:
        """CLIENT NO-EVICT, on a client with a connection of its own."""
        return self._run((b"CLIENT", b"NO-EVICT", mode), ok)

    def client_no_touch(self, mode: str) -> Any:
        """CLIENT NO-TOUCH, on a client with a connection of its own."""
        return self._run((b"CLIENT", b"NO-TOUCH", mode), ok)

    def client_tracking_on(self, *args: Any, **kwargs: Any) -> Any:
        """CLIENT TRACKING ON, with the options of `client_tracking`."""
        return self.client_tracking(True, *args, **kwargs)

    def client_tracking_off(self, *args: Any, **kwargs: Any) -> Any:
        """CLIENT TRACKING OFF, with the options of `client_tracking`."""
        return self.client_tracking(False, *args, **kwargs)

    def client_tracking(
        self, on: bool = True, clientid: int | None = None, prefix: Any = (), bcast: bool = False, optin: bool = False,
        optout: bool = False, noloop: bool = False, **kwargs: Any,
    ) -> Any:  # fmt: skip
        """CLIENT TRACKING, on a client with a connection of its own."""
        request: list[Any] = [b"CLIENT", b"TRACKING", b"ON" if on else b"OFF"]
        if clientid is not None:
            request += [b"REDIRECT", clientid]
        for each in prefix:
            request += [b"PREFIX", each]
        words = {b"BCAST": bcast, b"OPTIN": optin, b"OPTOUT": optout, b"NOLOOP": noloop}
        return self._run((*request, *(word for word, asked in words.items() if asked)), ok)

    def quit(self, **kwargs: Any) -> Any:
        """QUIT, on a client with a connection of its own."""
        return self._run((b"QUIT",), ok)

    def readonly(self, **kwargs: Any) -> Any:
        """READONLY, on a client with a connection of its own."""
        return self._run((b"READONLY",), ok)

    def readwrite(self, **kwargs: Any) -> Any:
        """READWRITE, on a client with a connection of its own."""
        return self._run((b"READWRITE",), ok)


def _name_of(request: tuple[Any, ...]) -> str:
    name = request[0]
    return (name.decode() if isinstance(name, bytes) else str(name)).upper()
