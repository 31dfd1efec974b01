"""What a client is told: where the server is, who asks, how long it waits, how much it holds.

What belongs here: the options, by redis-py's names where it has them, and how they come out of a URL and keyword
arguments. What values each takes is in `option_kinds`. Nothing here opens a file or a socket.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from typing import Any, Final

from framewire._version import __version__
from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.client.credentials import AsyncCredentialProvider, CredentialProvider, auth_arguments
from framewire.redis.client.option_kinds import KINDS
from framewire.redis.client.retries import Retry
from framewire.redis.urls import Url, cluster_url, memory_url, parse_url, sentinel_url, tcp_url, unix_url

__all__ = ["ELSEWHERE", "Options"]

_MIB: Final = 1024 * 1024

ELSEWHERE: Final[Mapping[str, str]] = {
    "timeout": "socket_timeout bounds the wait for a link of one's own too",
    "retry_on_timeout": "what is safe to repeat is repeated; retry says how often",
    "retry_on_error": "what is safe to repeat is repeated; retry says how often",
    "legacy_responses": "replies have one shape under both protocols",
    "socket_read_size": "read buffers grow and shrink by themselves",
    "single_connection_client": "client.dedicated() is a link of one's own",
    "unix_socket_path": "the option is called path",
    "connection_pool": "a client makes its own links; max_connections bounds them",
    "driver_info": "lib_name and lib_version are what the server is told",
    "cluster_error_retry_attempts": "max_redirects bounds the redirects of a call, retry what else is tried again",
    "load_balancing_strategy": "the option is called read_from",
    "read_from_replicas": "the option is called read_from",
    "reinitialize_steps": "the slots are asked for whenever one has moved, and when they are topology_age seconds old",
    "dynamic_startup_nodes": "nodes that were learnt are asked first, startup_nodes when none of those answers",
    "require_full_coverage": "a slot that nobody serves fails only its own calls",
    "sentinel_kwargs": "the options are called sentinel_username, sentinel_password and sentinel_ssl",
    "ssl_validate_ocsp": "OCSP is not checked here",
    "ssl_validate_ocsp_stapled": "OCSP is not checked here",
}
"""Options of redis-py that are none here, and what to know in their place."""


@dataclass(frozen=True, slots=True, repr=False)
class Options:
    """All that a client is told. It cannot be changed; `dataclasses.replace(options, db=1)` makes another.

    Where the server is: `path` for a Unix socket; `memory` for Mini-Redis in this process, where the empty name is a
    server of one's own; `startup_nodes` for a cluster, of which these are asked first; `sentinels` for the servers of
    `service`; else `host` and `port`, with TLS if `ssl`. Options without a place are of no use there and are
    ignored (`ssl_*` without TLS, `socket_keepalive` without TCP).

    Times are in seconds; `None` is no limit. `socket_timeout` is the deadline of a call over all its attempts,
    `socket_connect_timeout` that of one attempt to connect, the handshake included. After `health_check_interval`
    without a byte from the server it gets a PING; 0 is never. `protocol` is 3, falling back to 2, where it is `None`.

    `max_connections` bounds the links that blocking commands, transactions and MONITOR get; who finds none free waits,
    for `socket_timeout` at most.
    On a shared link `max_in_flight` requests, of `max_in_flight_bytes`, may be without their reply; behind them calls
    wait unsent, up to `max_queued_bytes`, and the first of them may pass it. With 0 no call waits
    but fails at once, other than for the link itself.

    With `integrity` the server is asked to echo a counter behind each command, and a link whose replies are shifted is
    closed. With a `cache` replies are kept here until the server says that they have changed; that needs RESP3.

    Of a cluster, and behind Sentinel: `read_from` is where commands that only read go: to the primary; to any server
    that holds the key; to the nearest, by its latency; or to one in the same `zone`. Replicas lag behind.
    `address_remap` makes of each address that servers tell (host, port) the one to connect to, where those are behind
    NAT. A call follows `max_redirects`; the slots are asked for again when they are `topology_age` old. The sentinels
    have a user, a password and TLS of their own, `sentinel_*`; where `sentinel_ssl` is `None`, `ssl` holds there too.

    `encoding` is that of arguments and of a client's text view. `decode_responses` is for `framewire.redis.compat`.
    `lib_name` and `lib_version` go into CLIENT SETINFO; a library without a name is not announced.

    Raises `ValueError` for a value that an option cannot have, and for options that exclude one another.
    """

    # where
    host: str = "localhost"
    port: int = 6379
    path: str | None = None
    memory: str | None = None
    db: int = 0
    # of several servers
    startup_nodes: Sequence[tuple[str, int]] = ()
    sentinels: Sequence[tuple[str, int]] = ()
    service: str | None = None
    sentinel_username: str | bytes | None = None
    sentinel_password: str | bytes | None = None
    sentinel_ssl: bool | None = None
    read_from: str = "primary"
    zone: str | None = None
    address_remap: Callable[[tuple[str, int]], tuple[str, int]] | None = None
    max_redirects: int = 16
    topology_age: float = 60.0
    # who
    username: str | bytes | None = None
    password: str | bytes | None = None
    credential_provider: CredentialProvider | AsyncCredentialProvider | None = None
    client_name: str | None = None
    lib_name: str | None = "framewire"
    lib_version: str | None = __version__
    # the link
    protocol: int | None = None
    socket_timeout: float | None = 5.0
    socket_connect_timeout: float | None = 5.0
    socket_keepalive: bool = True
    health_check_interval: float = 30.0
    retry: Retry = field(default_factory=Retry)
    integrity: bool = False
    cache: CacheConfig | None = None
    # how much at once
    max_connections: int = 100
    max_in_flight: int = 16384
    max_in_flight_bytes: int = 16 * _MIB
    max_queued_bytes: int = 64 * _MIB
    # text
    encoding: str = "utf-8"
    encoding_errors: str = "strict"
    decode_responses: bool = False
    # TLS
    ssl: bool = False
    ssl_keyfile: str | None = None
    ssl_certfile: str | None = None
    ssl_password: str | bytes | None = None
    ssl_cert_reqs: str | int | None = "required"
    ssl_include_verify_flags: Sequence[str | int] = ()
    ssl_exclude_verify_flags: Sequence[str | int] = ()
    ssl_ca_certs: str | None = None
    ssl_ca_path: str | None = None
    ssl_ca_data: str | bytes | None = None
    ssl_check_hostname: bool = True
    ssl_min_version: int | None = None
    ssl_ciphers: str | None = None

    def __post_init__(self) -> None:
        for name, kind in KINDS.items():
            kind.check(name, getattr(self, name))
        object.__setattr__(self, "startup_nodes", tuple(self.startup_nodes))
        object.__setattr__(self, "sentinels", tuple(self.sentinels))
        self._check_place()
        if self.cache is not None and self.protocol == 2:
            raise ValueError("client-side caching needs RESP3: protocol must not be 2")
        if self.cache is not None and self.read_from != "primary":
            raise ValueError("client-side caching hears of changes from primaries: read_from must be 'primary'")
        if self.credential_provider is not None and (self.username or self.password):
            raise ValueError("with a credential_provider there is no username and no password of one's own")

    def _check_place(self) -> None:
        alone = self.path is not None, self.memory is not None
        if sum((*alone, self.ssl)) > 1:
            raise ValueError("path, memory and ssl exclude one another")
        if sum((*alone, bool(self.startup_nodes), bool(self.sentinels))) > 1:
            raise ValueError("path, memory, startup_nodes and sentinels exclude one another")
        if self.sentinels and self.service is None:
            raise ValueError("sentinels watch several services: service must be the name of one of them")
        if self.read_from == "zone" and self.zone is None:
            raise ValueError("read_from='zone' needs a zone")

    @classmethod
    def from_url(cls, url: str, **keywords: Any) -> Options:
        """The options that a URL and keyword arguments say; the URL has the last word, as in redis-py.

        Within the URL `?db=1` beats the path, and what stands before the `?` beats all other options behind it. An
        option without a value says nothing. Raises `ValueError` for what is no URL, for an option that there is not and
        for a value that it cannot have, and `TypeError` for a keyword argument that there is not.
        """
        for name in keywords:
            if name not in KINDS:
                raise TypeError(_unknown(name))
        parsed = parse_url(url)
        said = _said_behind(parsed)
        place = _said_before(parsed, keywords)
        if "db" in said:
            place.pop("db", None)
        return cls(**{**keywords, **said, **place})

    @property
    def is_several(self) -> bool:
        """Whether it is more than one server: a cluster, or what sentinels watch."""
        return bool(self.startup_nodes or self.sentinels)

    @property
    def scheme(self) -> str:
        """What its URL begins with."""
        if self.memory is not None:
            return "memory"
        if self.path is not None:
            return "unix"
        several = "+cluster" if self.startup_nodes else "+sentinel" if self.sentinels else ""
        return f"{'rediss' if self.ssl else 'redis'}{several}"

    @property
    def url(self) -> str:
        """A URL of the server and the database, to be shown: it names no user and no password."""
        if self.memory is not None:
            return memory_url(self.memory, self.db)
        if self.path is not None:
            return unix_url(self.path, self.db)
        if self.startup_nodes:
            return cluster_url(self.startup_nodes, self.db, tls=self.ssl)
        if self.sentinels:
            return sentinel_url(self.sentinels, self.service or "", self.db, tls=self.ssl)
        return tcp_url(self.host, self.port, self.db, tls=self.ssl)

    def at(self, host: str, port: int) -> Options:
        """The options of one server of several."""
        return replace(self, host=host, port=port, startup_nodes=(), sentinels=(), service=None)

    @property
    def auth(self) -> tuple[bytes, ...]:
        """What stands behind AUTH; empty where there is no user name and no password, or a provider is to be asked."""
        if self.username:
            return auth_arguments((self.username, self.password or b""))
        return auth_arguments((self.password,)) if self.password else ()

    def __repr__(self) -> str:
        """What is not as nobody said, without secrets."""
        shown = {name: getattr(self, name) for name, kind in KINDS.items() if not kind.secret}
        changed = [f"{name}={value!r}" for name, value in shown.items() if value != _DEFAULTS[name]]
        return f"Options({', '.join(changed)})"


_DEFAULTS: Final = {item.name: getattr(Options(), item.name) for item in fields(Options)}


_PLACES: Final[Mapping[str, Any]] = {"path": None, "memory": None, "startup_nodes": (), "sentinels": ()}
"""What says where the server is, unless it is `host` and `port`."""

_PORTS: Final[Mapping[str, tuple[str, int]]] = {
    "redis+cluster": ("startup_nodes", 6379),
    "rediss+cluster": ("startup_nodes", 6379),
    "redis+sentinel": ("sentinels", 26379),
    "rediss+sentinel": ("sentinels", 26379),
}
"""Which option names the servers in a URL of several, and the port of those without one."""


def _said_before(url: Url, keywords: Mapping[str, Any]) -> dict[str, Any]:
    """The options that stand before the `?`."""
    said = {**_PLACES, **_said_of_place(url, keywords)}
    if url.scheme.startswith("rediss"):
        said["ssl"] = True
    elif not url.scheme.startswith("redis"):
        said["ssl"] = False
    parts = {name: getattr(url, name) for name in ("db", "username", "password")}
    return {**said, **{name: part for name, part in parts.items() if part is not None}}


def _said_of_place(url: Url, keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Where the server is. Of several servers a keyword may say it, where the URL does not."""
    if url.scheme == "memory":
        return {"memory": url.host or ""}
    if url.scheme == "unix":
        return {"path": url.path}
    if url.scheme not in _PORTS:
        return {name: part for name, part in (("host", url.host), ("port", url.port)) if part is not None}
    several, usual = _PORTS[url.scheme]
    nodes = tuple((host, port or usual) for host, port in url.nodes)
    said = {several: nodes or keywords.get(several) or (("localhost", usual),)}
    return said if url.service is None else {**said, "service": url.service}


def _said_behind(url: Url) -> dict[str, Any]:
    """The options that stand behind the `?`."""
    for name, text in url.options.items():
        if name not in KINDS:
            # An @ that nobody encoded: then this may be a piece of a password, which no text shall show.
            hidden = "@" in name or "@" in str(text)
            raise ValueError("the URL has an option that there is not" if hidden else _unknown(name))
    return {name: KINDS[name].read(name, text) for name, text in url.options.items() if text}


def _unknown(name: str) -> str:
    if name in ELSEWHERE:
        return f"there is no option {name!r}: {ELSEWHERE[name]}"
    near = get_close_matches(name, KINDS, n=3)
    return f"there is no option {name!r}" + (f"; there is {', '.join(near)}" if near else "")
