"""Who a client is: user name and password, or an object that is asked for them at each connect.

What belongs here: the form of credentials, under redis-py's names, so that its providers work here as they are. Asking
may take a while (tokens come from other machines), so an asynchronous client asks `get_credentials_async` where there
is one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Protocol, TypeGuard, runtime_checkable

__all__ = ["AsyncCredentialProvider", "CredentialProvider", "Credentials", "auth_arguments", "is_provider"]

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
