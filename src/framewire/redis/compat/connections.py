"""Connections of one's own, as redis-py hands them out: `client.connection`, `pubsub.connection`.

What belongs here: their classes, which are names for `connection_class` too; and what can be done with one from
outside, which is little: a link is driven by the client that has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

__all__ = ["Connection", "SSLConnection", "UnixDomainSocketConnection", "class_of", "shown"]


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


def class_of(settings: Mapping[str, Any]) -> type[Connection]:
    """The class that such settings mean."""
    if settings.get("path") or settings.get("unix_socket_path"):
        return UnixDomainSocketConnection
    return SSLConnection if settings.get("ssl") else Connection


def shown(connection_class: Any, settings: Mapping[str, Any]) -> str:
    """A connection of a pool, as redis-py shows one: without secrets."""
    names = ("path",) if settings.get("path") else ("host", "port")
    values = {"host": "localhost", "port": 6379, "db": 0, **settings}
    parts = [f"{name}={values[name]}" for name in (*names, "db")]
    if values.get("client_name"):
        parts.append(f"client_name={values['client_name']}")
    return f"<{connection_class.__module__}.{connection_class.__name__}({','.join(parts)})>"
