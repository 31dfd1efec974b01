"""URLs of Redis servers: `redis://host:port/db`, `rediss://` with TLS, `unix:///path`, `memory://name`; of several:
`redis+cluster://a:6379,b`, and `redis+sentinel://a:26379,b/service/db`.

What belongs here: how they are spelled, the same for who serves and who connects. No address is resolved here, and
what an option behind the `?` means is known to who takes it.

A URL may hold a password, in any of its parts where somebody forgot to encode one. So no error of this file, and no
`repr`, shows a piece of a URL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final
from urllib.parse import quote, unquote_to_bytes

__all__ = ["FACTORIES", "SCHEMES", "Url", "cluster_url", "factory", "memory_url", "parse_url", "sentinel_url",
           "tcp_url", "unix_url", "with_password"]  # fmt: skip

_CLUSTER = ("redis+cluster", "rediss+cluster")
_SENTINEL = ("redis+sentinel", "rediss+sentinel")

SCHEMES: Final = ("redis", "rediss", "unix", "memory", *_CLUSTER, *_SENTINEL)
"""What a URL may begin with; in small letters, while people may write it as they like."""

FACTORIES: Final[Mapping[str, str]] = {
    "memory": "framewire.redis.server.network.memory:MemoryHold",
    **dict.fromkeys(_CLUSTER, "framewire.redis.cluster.{way}.route:ClusterRoute"),
    **dict.fromkeys(_SENTINEL, "framewire.redis.sentinel.{way}.route:SentinelRoute"),
}
"""Where a scheme leads to that needs a room above this one: a module, and the name in it. `{way}` is how it is waited
there: `aio` or `blocking`."""

Node = tuple[str, int | None]
"""A host and, where it is said, a port."""

_ENCODE = "(in a user name, a password or a path, the characters / ? # @ : % must be percent-encoded)"


# -- printed ----------------------------------------------------------------------------------------------------------


def tcp_url(host: str, port: int, db: int = 0, *, tls: bool = False) -> str:
    """The URL of a TCP address and a database; an IPv6 address gets its brackets."""
    return f"{'rediss' if tls else 'redis'}://{_place(host, port)}/{db}"


def cluster_url(nodes: Iterable[Node], db: int = 0, *, tls: bool = False) -> str:
    """The URL of a cluster, of which some nodes are known, and a database."""
    return f"{'rediss' if tls else 'redis'}+cluster://{_places(nodes)}/{db}"


def sentinel_url(sentinels: Iterable[Node], service: str, db: int = 0, *, tls: bool = False) -> str:
    """The URL of a service that sentinels watch, and a database; `tls` is that of the servers."""
    return f"{'rediss' if tls else 'redis'}+sentinel://{_places(sentinels)}/{quote(service, safe='')}/{db}"


def _places(nodes: Iterable[Node]) -> str:
    return ",".join(_place(host, port) for host, port in nodes)


def _place(host: str, port: int | None) -> str:
    place = f"[{host.replace('%', '%25')}]" if ":" in host else host
    return place if port is None else f"{place}:{port}"


def unix_url(path: str, db: int = 0) -> str:
    """The URL of a Unix socket and a database, which is only written where it is not 0."""
    return f"unix://{quote(path, errors='surrogateescape')}{f'?db={db}' if db else ''}"


def memory_url(name: str, db: int = 0) -> str:
    """The URL of a server in memory and a database; the empty name is a server of one's own."""
    return f"memory://{quote(name, safe='')}/{db}"


def with_password(url: str, password: bytes) -> str:
    """The same URL with the password of the default user; any bytes are fine. Without a password, the URL itself."""
    if not password:
        return url
    scheme, _, rest = url.partition("://")
    return f"{scheme}://:{quote(password, safe='')}@{rest}"


# -- parsed -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Url:
    """What a URL says, percent-decoded once. What it does not say is `None`.

    `host` is a name or an address without brackets; of `memory://name` it is the name. `path` is that of a Unix socket.
    `nodes` are those of a cluster, or the sentinels that watch `service`; they have the place of `host` and `port`. A
    user name or password that is no UTF-8 is `bytes`. `options` is what follows the `?`, not yet understood; one
    without a value has the empty text.
    """

    scheme: str
    username: str | bytes | None = None
    password: str | bytes | None = field(default=None, repr=False)
    host: str | None = None
    port: int | None = None
    path: str | None = None
    db: int | None = None
    options: dict[str, str | bytes] = field(default_factory=dict, repr=False)
    nodes: tuple[Node, ...] = ()
    service: str | None = None


def parse_url(url: str) -> Url:
    """The parts of `url`. Raises `ValueError` where it is no URL of Redis; the text names no part of it."""
    scheme, mark, rest = url.partition("://")
    scheme = scheme.lower()
    if not mark or scheme not in SCHEMES:
        raise ValueError(f"a Redis URL begins with one of {', '.join(f'{name}://' for name in SCHEMES)}")
    if any(char < " " or char == "\x7f" for char in rest):
        raise ValueError("a Redis URL has no control characters and no line ends")
    if "#" in rest:
        raise ValueError(f"a Redis URL has no '#' {_ENCODE}")
    rest, _, query = rest.partition("?")
    authority, slash, path = rest.partition("/")
    user, _, place = authority.rpartition("@")
    username, _, password = user.partition(":")
    said = _PARTS[scheme](place, slash + path)
    return Url(scheme, _secret(username), _secret(password), options=_options(query), **said)


def _tcp(place: str, path: str) -> dict[str, Any]:
    host, port = _node(place)
    return {"host": host or None, "port": port, "db": _db(path)}


def _unix(place: str, path: str) -> dict[str, Any]:
    if place or len(path) < 2:
        raise ValueError(f"behind unix:// stands an absolute path, as in unix:///tmp/redis.sock {_ENCODE}")
    return {"path": _text(path)}


def _memory(place: str, path: str) -> dict[str, Any]:
    if ":" in place:
        raise ValueError("behind memory:// stands a name, and no port")
    return {"host": _text(place) or None, "db": _db(path)}


def _cluster(place: str, path: str) -> dict[str, Any]:
    return {"nodes": _nodes(place), "db": _db(path)}


def _sentinel(place: str, path: str) -> dict[str, Any]:
    if "@" in path:  # the end of a password, where nobody encoded a / in it
        raise ValueError(f"behind the sentinels stands the name of a service {_ENCODE}")
    service, slash, db = path.removeprefix("/").partition("/")
    return {"nodes": _nodes(place), "service": _text(service) or None, "db": _db(slash + db)}


_PARTS = {
    "redis": _tcp,
    "rediss": _tcp,
    "unix": _unix,
    "memory": _memory,
    **dict.fromkeys(_CLUSTER, _cluster),
    **dict.fromkeys(_SENTINEL, _sentinel),
}


def _nodes(place: str) -> tuple[Node, ...]:
    nodes = tuple(_node(one) for one in place.split(",")) if place else ()
    if not all(host for host, _ in nodes):
        raise ValueError(f"the addresses of several servers stand with a comma between them: a:6379,b {_ENCODE}")
    return nodes


def _node(place: str) -> Node:
    host, port = _host_and_port(place)
    return _text(host).lower(), _port(port)


def _host_and_port(place: str) -> tuple[str, str]:
    if not place.startswith("["):
        host, _, port = place.partition(":")
        return host, port
    host, bracket, port = place[1:].partition("]")
    if not bracket or port[:1] not in ("", ":"):
        raise ValueError("an IPv6 address stands in brackets, and only a port behind them: [::1]:6379")
    return host, port[1:]


def _port(text: str) -> int | None:
    if not text:
        return None
    if not _is_number(text, 5) or not 1 <= int(text) <= 65535:
        raise ValueError(f"a port is a number from 1 to 65535, and an IPv6 address stands in brackets {_ENCODE}")
    return int(text)


def _db(path: str) -> int | None:
    text = _text(path).strip("/")
    if not text:
        return None
    if not _is_number(text, 10):
        raise ValueError(f"behind the address stands the number of a database, as in redis://localhost/0 {_ENCODE}")
    return int(text)


def _is_number(text: str, digits: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= digits


def _options(query: str) -> dict[str, str | bytes]:
    options: dict[str, str | bytes] = {}
    for item in filter(None, query.split("&")):
        name, _, value = item.replace("+", " ").partition("=")
        name = _text(name)
        if name in options:
            raise ValueError(f"an option stands twice in the URL {_ENCODE}")
        options[name] = _secret(value) or ""
    return options


def _decoded(text: str) -> bytes:
    return unquote_to_bytes(text.encode("utf-8", "surrogateescape"))


def _text(text: str) -> str:
    """Decoded; what is no UTF-8 becomes what Python has for it in paths."""
    return _decoded(text).decode("utf-8", "surrogateescape")


def _secret(text: str) -> str | bytes | None:
    """Decoded; what is no UTF-8 stays bytes, and nothing is `None`."""
    data = _decoded(text)
    try:
        return data.decode() or None
    except UnicodeDecodeError:
        return data


# -- opened -----------------------------------------------------------------------------------------------------------


def factory(scheme: str, way: str = "") -> Any:
    """What opens URLs of one of the `FACTORIES`, loaded now. The only import here that points upwards.

    `way` is `aio` or `blocking`, where the two are apart. Raises `KeyError` for other schemes, and
    `ModuleNotFoundError` where the extra is not installed that it needs.
    """
    module, _, name = FACTORIES[scheme].format(way=way).partition(":")
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("framewire"):
            raise
        what = f"{scheme}:// needs {error.name}: pip install 'framewire[server]'"
        raise ModuleNotFoundError(what, name=error.name) from error
