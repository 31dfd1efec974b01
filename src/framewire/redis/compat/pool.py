"""Connection pools as far as people construct one: settings, and the client behind them.

What belongs here: `ConnectionPool` and its kin, for threads, and what those for asyncio share with it. A pool here has
one client of ours, which makes its own links: one that all share, and others for what needs one. Its connections are
nobody's to take.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.options import Options
from framewire.redis.compat.connections import Connection, class_of, shown
from framewire.redis.compat.encoder import Encoder, encoder_of
from framewire.redis.compat.settings import options_of
from framewire.redis.compat.urls import settings_of_url

__all__ = ["BlockingConnectionPool", "ConnectionPool", "Settings"]


class Settings:
    """What a pool of either kind is told."""

    plain_class: type[Connection] = Connection  # of links over TCP

    def __init__(self, connection_class: Any = None, max_connections: int | None = None, **settings: Any) -> None:
        if max_connections is not None and (not isinstance(max_connections, int) or max_connections <= 0):
            raise ValueError(f"max_connections is a number above 0, not {max_connections!r}")
        if _is_tls(connection_class):
            settings["ssl"] = True
        self.connection_class = connection_class or class_of(settings, self.plain_class)
        self.max_connections = max_connections or 100
        self.connection_kwargs = settings

    @classmethod
    def from_url(cls, url: str, **settings: Any) -> Self:
        """The pool that a URL means; what it says beats keyword arguments. Raises `ValueError` for one of a cluster."""
        said = settings_of_url(url)
        if "startup_nodes" in said:
            raise ValueError("a URL of a cluster is for RedisCluster.from_url")
        return cls(**{**settings, **said})

    @property
    def options(self) -> Options:
        """The options of the client behind it, which leaves text to us. Raises `TypeError` and `ValueError`."""
        options = options_of({**self.connection_kwargs, "max_connections": self.max_connections})
        return replace(options, decode_responses=False)

    def get_encoder(self) -> Encoder:
        """What makes bytes of text, and text of bytes."""
        return encoder_of(self.connection_kwargs)

    def __repr__(self) -> str:
        of = type(self)
        return f"<{of.__module__}.{of.__name__}({shown(self.connection_class, self.connection_kwargs)})>"


class ConnectionPool(Settings):
    """Settings for clients that share their links."""

    _client: BlockingClient | None = None

    @property
    def client(self) -> BlockingClient:
        """The client behind it, made when it is first asked for."""
        if self._client is None:
            self._client = BlockingClient.from_options(self.options)
        return self._client

    def disconnect(self, inuse_connections: bool = True) -> None:
        """End all links; whoever uses the pool again connects anew."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    reset = disconnect
    close = disconnect

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.disconnect()


class BlockingConnectionPool(ConnectionPool):
    """As `ConnectionPool`: who finds no free link waits for one, in both."""

    def __init__(self, max_connections: int = 50, timeout: float | None = 20, **settings: Any) -> None:
        settings.pop("queue_class", None)
        super().__init__(max_connections=max_connections, **settings)
        self.timeout = timeout


def _is_tls(connection_class: Any) -> bool:
    """Whether a class stands for TLS: ours, or redis-py's of that name."""
    return getattr(connection_class, "__name__", "").startswith("SSL")
