"""The server that is measured: where it listens, and what a connection says first.

What belongs here: addresses and greetings, as data. `framewire bench` takes them as redis-benchmark does, by options or
by a URL.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import unquote, urlsplit

from framewire.cli.security import Security
from framewire.redis.urls import tcp_url, unix_url

__all__ = ["Target"]

SCHEMES = ("redis", "rediss", "unix")


@dataclass(frozen=True, slots=True)
class Target:
    """A server, and as whom to speak to it."""

    host: str = "127.0.0.1"
    port: int = 6379
    path: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    db: int = 0
    resp3: bool = False
    tracking: bool = False
    security: Security | None = None  # how TLS is spoken, where it is

    @property
    def name(self) -> str:
        """What it is called in a report: its URL without user and password."""
        return unix_url(self.path) if self.path else tcp_url(self.host, self.port, tls=self.security is not None)

    def greeting(self) -> list[list[bytes]]:
        """The requests that each connection begins with."""
        requests = []
        if self.password is not None:
            user = [self.username.encode()] if self.username else []
            requests.append([b"AUTH", *user, self.password.encode("utf-8", "surrogateescape")])
        if self.resp3:
            requests.append([b"HELLO", b"3"])
        if self.db:
            requests.append([b"SELECT", b"%d" % self.db])
        if self.tracking:
            requests.append([b"CLIENT", b"TRACKING", b"ON"])
        return requests

    def at(self, place: str) -> Target:
        """The same, at another place: `host:port`, a port alone, or a URL, which may name user and database too.

        Raises `ValueError` where it is none of these; the text never holds a password.
        """
        if "://" in place:
            return self._at_url(place)
        host, _, port = place.rpartition(":")
        return replace(self, host=host.strip("[]") or self.host, port=_port(port), path=None)

    def _at_url(self, url: str) -> Target:
        parts = urlsplit(url)
        if parts.scheme not in SCHEMES:
            raise ValueError(f"a server's URL begins with {', '.join(SCHEMES)}, not {parts.scheme!r}")
        if parts.query:
            raise ValueError(f"a server's URL has no options here: ?{parts.query.partition('=')[0]}")
        named = replace(
            self,
            username=unquote(parts.username) if parts.username else self.username,
            password=unquote(parts.password) if parts.password is not None else self.password,
        )
        if parts.scheme == "unix":
            return replace(named, path=unquote(parts.path), security=None)
        try:
            port = parts.port
        except ValueError:
            raise ValueError("the port of a URL is a number up to 65535") from None
        security = (self.security or Security()) if parts.scheme == "rediss" else None
        return replace(
            named, host=parts.hostname or self.host, port=port or 6379, path=None, security=security,
            db=_db(parts.path.strip("/"), self.db),
        )  # fmt: skip


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ValueError(f"a server is HOST:PORT or a URL, and a port is a number up to 65535, not {text!r}")
    return int(text)


def _db(text: str, otherwise: int) -> int:
    if text and not text.isdecimal():
        raise ValueError(f"the path of a URL is a database's number, not {text!r}")
    return int(text) if text else otherwise
