"""Connection pools as far as people construct one: settings, and the client behind them.

What belongs here: `ConnectionPool` and its kin, for threads. A pool here holds one client of ours, which makes its own
links: one that all share, and others for what needs one. Its connections are nobody's to take.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.options import Options
from framewire.redis.compat.settings import options_of

__all__ = ["BlockingConnectionPool", "Connection", "ConnectionPool", "SSLConnection", "UnixDomainSocketConnection",
           "settings_of_url"]  # fmt: skip


class Connection:
    """A name for `connection_class`: links over TCP. There are no instances."""


class SSLConnection(Connection):
    """A name for `connection_class`: links with TLS."""


class UnixDomainSocketConnection(Connection):
    """A name for `connection_class`: links over a Unix socket."""


def settings_of_url(url: str) -> dict[str, Any]:
    """The settings that a URL says, by redis-py's names."""
    options = Options.from_url(url)
    defaults = Options()
    names = [name for name in Options.__slots__ if getattr(options, name) != getattr(defaults, name)]
    settings = {name: getattr(options, name) for name in {"host", "port", "db", *names}}
    if options.ssl:
        settings["connection_class"] = SSLConnection
    if options.path is not None:
        settings["connection_class"] = UnixDomainSocketConnection
    return settings


class ConnectionPool:
    """Settings for clients that share their links."""

    def __init__(self, connection_class: Any = Connection, max_connections: int | None = None, **settings: Any) -> None:
        self.connection_class = connection_class
        self.max_connections = max_connections or 100
        if _is_tls(connection_class):
            settings["ssl"] = True
        self.connection_kwargs = settings
        self._client: BlockingClient | None = None
        self._options = options_of({**settings, "max_connections": self.max_connections})

    @classmethod
    def from_url(cls, url: str, **settings: Any) -> Self:
        """The pool that a URL means; what it says beats keyword arguments."""
        return cls(**{**settings, **settings_of_url(url)})

    @property
    def client(self) -> BlockingClient:
        """The client behind it, made when it is first asked for."""
        if self._client is None:
            self._client = BlockingClient.from_options(ours(self._options))
        return self._client

    def disconnect(self, inuse_connections: bool = True) -> None:
        """End all links; whoever uses the pool again connects anew."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    reset = disconnect
    close = disconnect

    def get_encoder(self) -> None:
        """There is none: a client encodes by itself."""

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__name__}({self._options!r})>"


class BlockingConnectionPool(ConnectionPool):
    """As `ConnectionPool`: who finds no free link waits for one, in both."""

    def __init__(self, max_connections: int = 50, timeout: float | None = 20, **settings: Any) -> None:
        super().__init__(max_connections=max_connections, **settings)
        self.timeout = timeout


def ours(options: Options) -> Options:
    """The options of the client behind a pool: it leaves text to us."""
    return replace(options, decode_responses=False)


def _is_tls(connection_class: Any) -> bool:
    """Whether a class stands for TLS: ours, or redis-py's of that name."""
    return getattr(connection_class, "__name__", "").startswith("SSL")
