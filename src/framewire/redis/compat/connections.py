"""Connections of one's own, as redis-py hands them out: `client.connection`, `pubsub.connection`.

What belongs here: their classes, which are names for `connection_class` too; and what can be done with one from
outside, which is little: a link is driven by the client that has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

__all__ = ["Connection", "SSLConnection", "UnixDomainSocketConnection", "class_of", "shown"]


_SECRETS: Final = ("username", "password", "credential_provider", "ssl_password", "ssl_keyfile", "ssl_certfile")


class Abortable(Protocol):
    """A link of either kind."""

    @property
    def lost(self) -> bool: ...

    def abort(self) -> None: ...


class Connection:
    """A link of one's own. As `connection_class` of a pool it stands for links over TCP."""

    def __init__(self, link: Abortable, settings: Mapping[str, Any]) -> None:
        """Made by who has the link."""
        self._link = link
        self.host, self.port = settings.get("host", "localhost"), settings.get("port", 6379)
        self.db, self.client_name = settings.get("db", 0), settings.get("client_name")

    @property
    def is_connected(self) -> bool:
        """Whether it is there still."""
        return not self._link.lost

    def disconnect(self, *args: Any, **kwargs: Any) -> None:
        """End it. Who has it makes another one when that is needed."""
        self._link.abort()


class SSLConnection(Connection):
    """As `connection_class` it stands for links with TLS."""


class UnixDomainSocketConnection(Connection):
    """As `connection_class` it stands for links over a Unix socket."""


def class_of(settings: Mapping[str, Any], plain: type[Connection]) -> type[Connection]:
    """The class that such settings mean; `plain` is that of links over TCP."""
    if settings.get("path") or settings.get("unix_socket_path"):
        return UnixDomainSocketConnection
    return SSLConnection if settings.get("ssl") else plain


def shown(connection_class: Any, settings: Mapping[str, Any]) -> str:
    """A connection of a pool, as redis-py shows one: without secrets."""
    parts = [f"{name}={_value(name, value)}" for name, value in settings.items() if value is not None]
    return f"<{connection_class.__module__}.{connection_class.__name__}({','.join(parts)})>"


def _value(name: str, value: Any) -> Any:
    return "<REDACTED>" if name in _SECRETS else value
