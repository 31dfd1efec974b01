"""The server behind the proxy: where it is by its URL, and that URL with the proxy's address in it.

What belongs here: reading `to`, connecting, and nothing else that a URL says: user, password, database and options are
the client's, and stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult, unquote, urlsplit

from framewire._impl import Bytes
from framewire.aio.connect import connect
from framewire.aio.connection import Connection
from framewire.codecs.raw import RawCodec

__all__ = ["Upstream"]

DEFAULT_PORT = 6379


@dataclass(frozen=True, slots=True)
class Upstream:
    """A server at `host` and `port`, or at the Unix socket `path`."""

    parts: SplitResult
    host: str = ""
    port: int = 0
    path: str | None = None

    @classmethod
    def parse(cls, url: str) -> Self:
        """What `redis://`, `tcp://` or `unix://` says. Raises `ValueError` for other schemes; TLS is not spoken."""
        parts = urlsplit(url)
        if parts.scheme == "unix":
            return cls(parts, path=unquote(parts.path))
        if parts.scheme in ("redis", "tcp"):
            return cls(parts, parts.hostname or "localhost", parts.port or DEFAULT_PORT)
        raise ValueError(f"a fault proxy goes to redis://, tcp:// or unix://, not to {parts.scheme or 'no scheme'}")

    async def connect(self) -> Connection[Bytes]:
        """A connection of its own. Raises `OSError`."""
        if self.path is not None:
            return await connect(RawCodec(), path=self.path)
        return await connect(RawCodec(), self.host, self.port)

    def url_at(self, host: str, port: int) -> str:
        """The URL for who goes through a proxy that listens there."""
        user, at, _ = self.parts.netloc.rpartition("@")
        address = f"{user}{at}{f'[{host}]' if ':' in host else host}:{port}"
        if self.path is None:
            return self.parts._replace(netloc=address).geturl()
        return self.parts._replace(scheme="redis", netloc=address, path="").geturl()
