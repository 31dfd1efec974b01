"""URLs of Redis servers: `redis://host:port/db`, `rediss://` with TLS, `unix://path`.

What belongs here: how they are spelled, the same for who serves and who connects. No address is resolved here.
"""

from __future__ import annotations

from urllib.parse import quote

__all__ = ["tcp_url", "unix_url", "with_password"]


def tcp_url(host: str, port: int, *, tls: bool = False) -> str:
    """The URL of a TCP address, database 0; an IPv6 address gets its brackets."""
    return f"{'rediss' if tls else 'redis'}://{f'[{host}]' if ':' in host else host}:{port}/0"


def unix_url(path: str) -> str:
    """The URL of a Unix socket."""
    return f"unix://{path}"


def with_password(url: str, password: bytes) -> str:
    """The same URL with the password of the default user; any bytes are fine. Without a password, the URL itself."""
    if not password:
        return url
    scheme, _, rest = url.partition("://")
    return f"{scheme}://:{quote(password, safe='')}@{rest}"
