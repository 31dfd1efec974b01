"""Who a client is: user name and password, or an object that is asked for them at each connect.

What belongs here: the form of credentials, under redis-py's names, so that its providers work here as they are. Asking
may take a while (tokens come from other machines), so an asynchronous client asks `get_credentials_async` where there
is one. One that renews them by itself says so to whoever has called its `on_next`.
"""

from __future__ import annotations

import weakref
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeGuard, runtime_checkable

__all__ = ["AsyncCredentialProvider", "CredentialProvider", "Credentials", "StreamingCredentialProvider",
           "auth_arguments", "is_provider", "listen", "new_arguments"]  # fmt: skip

Credentials = Sequence[str | bytes]
"""A password, or a user name and a password: what AUTH takes."""


@runtime_checkable
class CredentialProvider(Protocol):
    """Gives credentials when it is asked; may block."""

    def get_credentials(self) -> Credentials: ...


@runtime_checkable
class AsyncCredentialProvider(Protocol):
    """Gives credentials to who awaits them."""

    def get_credentials_async(self) -> Awaitable[Credentials]: ...


@runtime_checkable
class StreamingCredentialProvider(Protocol):
    """Gives new credentials by itself, before the old ones expire; from whichever thread."""

    def on_next(self, callback: Callable[[Any], Any]) -> None:
        """Call `callback` with each new token, or with credentials."""

    def on_error(self, callback: Callable[[Exception], Any]) -> None:
        """Call `callback` where there are none to be had."""


@runtime_checkable
class Token(Protocol):
    """What redis-py's providers give: the name is its claim "oid"."""

    def try_get(self, key: str) -> str: ...

    def get_value(self) -> str: ...


def is_provider(value: object) -> TypeGuard[CredentialProvider | AsyncCredentialProvider]:
    """Whether `value` can be asked, in one of the two ways."""
    return isinstance(value, CredentialProvider | AsyncCredentialProvider)


def auth_arguments(credentials: Credentials) -> tuple[bytes, ...]:
    """What stands behind AUTH: the password, or the user name and the password.

    Raises `ValueError` where it is neither; the text shows nothing of it.
    """
    if isinstance(credentials, str | bytes) or len(credentials) not in (1, 2):
        raise ValueError("credentials are (password,) or (username, password)")
    return tuple(item.encode() if isinstance(item, str) else bytes(item) for item in credentials)


def new_arguments(given: Any) -> tuple[bytes, ...]:
    """The same for what a streaming provider gives: a token or credentials."""
    return auth_arguments((given.try_get("oid"), given.get_value()) if isinstance(given, Token) else given)


def listen(provider: object, on_next: Callable[[Any], Any], on_error: Callable[[Exception], Any]) -> None:
    """Let a streaming provider call these methods, as long as their object lives; any other provider is left alone."""
    if isinstance(provider, StreamingCredentialProvider):
        provider.on_next(_while_it_lives(on_next))
        provider.on_error(_while_it_lives(on_error))


def _while_it_lives(method: Callable[[Any], Any]) -> Callable[[Any], Any]:
    kept = weakref.WeakMethod(method)

    def call(argument: Any) -> Any:
        alive = kept()
        return alive(argument) if alive is not None else None

    return call
