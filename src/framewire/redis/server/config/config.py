"""The parameters of a server, by their Redis names: as attributes for our code, as texts for CONFIG GET and CONFIG SET.

What belongs here: which parameters exist, their defaults, how their texts are read and written, and which may change
while the server runs. A parameter stands here when something obeys it; a few more stand here with the one value that is
true of this server (`maxmemory 0`), because clients ask for them. Nothing here acts on a change: whoever obeys a
parameter reads its attribute each time, or when `State.on_config` is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from framewire.redis.glob import compile_glob
from framewire.redis.keyspace_events import canonical_flags
from framewire.redis.server.parsing.arguments import INT64_MAX, parse_int64
from framewire.redis.server.parsing.errors import CommandError

__all__ = ["Config"]

_INT32_MAX = 2**31 - 1
_MIB = 1024 * 1024


@dataclass
class Config:
    """The parameters' values: `Config(port=0, requirepass=b"secret")`. Sizes are bytes, times seconds.

    Raises `ValueError` for a value that the parameter cannot have. `port=None`: no plain TCP; `tls_port=None`: no TLS.
    """

    bind: str = "127.0.0.1"
    port: int | None = 6379
    tls_port: int | None = None
    tls_cert_file: str = ""
    tls_key_file: str = ""
    tls_ca_cert_file: str = ""
    tls_auth_clients: str = "yes"
    unixsocket: str = ""
    tcp_backlog: int = 511
    tcp_keepalive: int = 300
    timeout: int = 0
    maxclients: int = 10_000
    databases: int = 16
    requirepass: bytes = b""
    proto_max_bulk_len: int = 512 * _MIB
    client_query_buffer_limit: int = 1024 * _MIB
    client_output_limit: int = 256 * _MIB
    loglevel: str = "notice"
    dir: str = "."
    appendonly: bool = False
    appendfilename: str = "appendonly.aof"
    appenddirname: str = "appendonlydir"
    appendfsync: str = "everysec"
    auto_aof_rewrite_percentage: int = 100
    auto_aof_rewrite_min_size: int = 64 * _MIB
    aof_load_truncated: bool = True
    aof_use_rdb_preamble: bool = False
    save: str = ""
    maxmemory: int = 0
    maxmemory_policy: str = "noeviction"
    hash_max_listpack_entries: int = 512
    hash_max_listpack_value: int = 64
    set_max_intset_entries: int = 512
    zset_max_listpack_entries: int = 128
    zset_max_listpack_value: int = 64
    busy_reply_threshold: int = 5000
    stream_node_max_bytes: int = 4096
    stream_node_max_entries: int = 100
    notify_keyspace_events: str = ""
    enable_debug_command: str = "local"
    slowlog_log_slower_than: int = 10_000
    slowlog_max_len: int = 128

    def __post_init__(self) -> None:
        for parameter in PARAMETERS.values():
            self.assign(parameter.attribute, getattr(self, parameter.attribute))

    def assign(self, attribute: str, value: object) -> None:
        """Set one attribute to a value of its type or to a text, also where CONFIG SET may not.

        Raises `TypeError` where there is no such parameter, `ValueError` where it cannot have that value.
        """
        parameter = _BY_ATTRIBUTE.get(attribute)
        if parameter is None:
            raise TypeError(f"there is no parameter {attribute!r}")
        if not (attribute in ("port", "tls_port") and value is None):
            value = parameter.checked(value)
        setattr(self, attribute, value)

    def get(self, patterns: Iterable[bytes]) -> dict[bytes, bytes]:
        """The parameters that are named, or match a glob, in any case, as CONFIG GET shows them: as they are named."""
        found: dict[bytes, bytes] = {}  # by proper name, the spelling to show
        for pattern in patterns:
            if _is_glob(pattern):
                matches = compile_glob(pattern.lower())
                found.update((name, name) for name in PARAMETERS if name not in found and matches(name))
            elif pattern.lower() in PARAMETERS:
                found.setdefault(pattern.lower(), pattern)
        return {spelling: self._text(name) for name, spelling in found.items()}

    def set(self, pairs: Sequence[tuple[bytes, bytes]]) -> None:
        """Change all the named parameters, or raise `CommandError` and change none."""
        chosen = _choose([name for name, _ in pairs])
        values = [_parse(name, parameter, text) for (name, parameter), (_, text) in zip(chosen, pairs, strict=True)]
        for (_, parameter), value in zip(chosen, values, strict=True):
            setattr(self, parameter.attribute, value)

    def _text(self, name: bytes) -> bytes:
        parameter = PARAMETERS[name]
        return parameter.kind.format(getattr(self, parameter.attribute))


class _Refused(Exception):
    """A text that a parameter does not take; the message says why in Redis' words."""


class _Kind:
    """How one sort of parameter is read and written. This one is text as it stands."""

    def parse(self, text: bytes) -> object:
        return text.decode("utf-8", "surrogateescape")

    def format(self, value: object) -> bytes:
        return str(value if value is not None else 0).encode("utf-8", "surrogateescape")


class _Secret(_Kind):
    """Bytes that no encoding touches."""

    def parse(self, text: bytes) -> object:
        return text

    def format(self, value: object) -> bytes:
        assert isinstance(value, bytes)
        return value


@dataclass
class _Number(_Kind):
    """An integer between two bounds."""

    low: int
    high: int = _INT32_MAX

    def parse(self, text: bytes) -> object:
        value = parse_int64(text)
        if value is None:
            raise _Refused("argument couldn't be parsed into an integer")
        return self.check(value)

    def check(self, value: int) -> int:
        if not self.low <= value <= self.high:
            raise _Refused(f"argument must be between {self.low} and {self.high} inclusive")
        return value


@dataclass
class _Memory(_Number):
    """A size with an optional unit, `1mb`."""

    def parse(self, text: bytes) -> object:
        return self.check(_parse_memory(text, "argument must be a memory value"))


class _YesNo(_Kind):
    def parse(self, text: bytes) -> object:
        if text.lower() not in (b"yes", b"no"):
            raise _Refused("argument must be 'yes' or 'no'")
        return text.lower() == b"yes"

    def format(self, value: object) -> bytes:
        return b"yes" if value else b"no"


@dataclass
class _OneOf(_Kind):
    choices: tuple[str, ...]

    def parse(self, text: bytes) -> object:
        word = text.lower().decode("latin-1")
        if word not in self.choices:
            raise _Refused(f"argument(s) must be one of the following: {', '.join(self.choices)}")
        return word


@dataclass
class _FileName(_Kind):
    """The name of a file or a directory in `dir`."""

    parameter: str

    def parse(self, text: bytes) -> object:
        if not text:
            raise _Refused(f"{self.parameter} can't be empty")
        if b"/" in text or b"\0" in text or text in (b".", b".."):
            raise _Refused(f"{self.parameter} can't be a path, just a filename")
        return super().parse(text)


@dataclass
class _Only(_Kind):
    """A parameter that can be asked for and set to what it is, because this server does nothing else."""

    inner: _Kind
    value: object
    refusal: str

    def parse(self, text: bytes) -> object:
        if self.inner.parse(text) != self.value:
            raise _Refused(self.refusal)
        return self.value

    def format(self, value: object) -> bytes:
        return self.inner.format(value)


class _EventClasses(_Kind):
    """`notify-keyspace-events`: letters, kept in their canonical order."""

    def parse(self, text: bytes) -> object:
        flags = canonical_flags(text.decode("latin-1"))
        if flags is None:
            raise _Refused("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.")
        return flags

    def format(self, value: object) -> bytes:
        return str(value).replace("n", "").encode()  # obeyed, but not shown: Redis 7.0 forgets it here


class _OutputLimit(_Kind):
    """`client-output-buffer-limit`: one hard limit for all clients, that of class `normal`; the rest is not kept."""

    def parse(self, text: bytes) -> object:
        words = text.split(b" ") if text else []
        if not words or len(words) % 4:
            raise _Refused("Wrong number of arguments in buffer limit configuration.")
        limits = dict(self._parse_class(words[i : i + 4]) for i in range(0, len(words), 4))
        if "normal" not in limits:
            raise _Refused("this server only knows one limit, that of class 'normal'")
        return limits["normal"]

    def _parse_class(self, words: list[bytes]) -> tuple[str, int]:
        name = words[0].lower().decode("latin-1")
        if name not in ("normal", "slave", "replica", "pubsub"):
            raise _Refused("Invalid client class specified in buffer limit configuration.")
        wrong = "Error in hard, soft or soft_seconds setting in buffer limit configuration."
        hard = _parse_memory(words[1], wrong)
        _parse_memory(words[2], wrong)
        if not words[3].isdigit():
            raise _Refused(wrong)
        return name, hard

    def format(self, value: object) -> bytes:
        return f"normal {value} 0 0 slave {value} 0 0 pubsub {value} 0 0".encode()


_is_glob = re.compile(rb"[\[*?]").search
_memory = re.compile(rb"([0-9]{0,19})(|b|k|kb|m|mb|g|gb)", re.IGNORECASE).fullmatch
_UNITS = {b"": 1, b"b": 1, b"k": 1000, b"kb": 1024, b"m": 1000**2, b"mb": 1024**2, b"g": 1000**3, b"gb": 1024**3}


def _parse_memory(text: bytes, error: str) -> int:
    """The size that `text` names. An empty text is 0, as in Redis."""
    match = _memory(text)
    size = int(match[1] or 0) * _UNITS[match[2].lower()] if match else INT64_MAX + 1
    if size > INT64_MAX:
        raise _Refused(error)
    return size


@dataclass(frozen=True, slots=True)
class _Parameter:
    attribute: str
    kind: _Kind
    mutable: bool = True

    def checked(self, value: object) -> object:
        """`value`, or what a text means, in the attribute's own type."""
        text = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
        try:
            return self.kind.parse(text if isinstance(text, bytes) else self.kind.format(text))
        except _Refused as error:
            raise ValueError(f"{self.attribute}: {error}, not {value!r}") from None


_NO_EVICTION = "this server does not evict keys"

PARAMETERS: dict[bytes, _Parameter] = {
    b"bind": _Parameter("bind", _Kind(), mutable=False),
    b"port": _Parameter("port", _Number(0, 65535), mutable=False),
    b"tls-port": _Parameter("tls_port", _Number(0, 65535), mutable=False),
    b"tls-cert-file": _Parameter("tls_cert_file", _Kind()),
    b"tls-key-file": _Parameter("tls_key_file", _Kind()),
    b"tls-ca-cert-file": _Parameter("tls_ca_cert_file", _Kind()),
    b"tls-auth-clients": _Parameter("tls_auth_clients", _OneOf(("no", "yes", "optional"))),
    b"unixsocket": _Parameter("unixsocket", _Kind(), mutable=False),
    b"tcp-backlog": _Parameter("tcp_backlog", _Number(0), mutable=False),
    b"tcp-keepalive": _Parameter("tcp_keepalive", _Number(0)),
    b"timeout": _Parameter("timeout", _Number(0)),
    b"maxclients": _Parameter("maxclients", _Number(1, 2**32 - 1)),
    b"databases": _Parameter("databases", _Number(1), mutable=False),
    b"requirepass": _Parameter("requirepass", _Secret()),
    b"proto-max-bulk-len": _Parameter("proto_max_bulk_len", _Memory(_MIB, INT64_MAX)),
    b"client-query-buffer-limit": _Parameter("client_query_buffer_limit", _Memory(_MIB, INT64_MAX)),
    b"client-output-buffer-limit": _Parameter("client_output_limit", _OutputLimit()),
    b"loglevel": _Parameter("loglevel", _OneOf(("debug", "verbose", "notice", "warning"))),
    b"dir": _Parameter("dir", _Kind(), mutable=False),
    b"appendonly": _Parameter("appendonly", _YesNo()),
    b"appendfilename": _Parameter("appendfilename", _FileName("appendfilename"), mutable=False),
    b"appenddirname": _Parameter("appenddirname", _FileName("appenddirname"), mutable=False),
    b"appendfsync": _Parameter("appendfsync", _OneOf(("everysec", "always", "no"))),
    b"auto-aof-rewrite-percentage": _Parameter("auto_aof_rewrite_percentage", _Number(0)),
    b"auto-aof-rewrite-min-size": _Parameter("auto_aof_rewrite_min_size", _Memory(0, INT64_MAX)),
    b"aof-load-truncated": _Parameter("aof_load_truncated", _YesNo()),
    b"aof-use-rdb-preamble": _Parameter(
        "aof_use_rdb_preamble", _Only(_YesNo(), False, "this server writes commands only")
    ),
    b"save": _Parameter("save", _Only(_Kind(), "", "Invalid save parameters")),
    b"maxmemory": _Parameter("maxmemory", _Only(_Memory(0, INT64_MAX), 0, _NO_EVICTION)),
    b"maxmemory-policy": _Parameter("maxmemory_policy", _Only(_Kind(), "noeviction", _NO_EVICTION)),
    b"notify-keyspace-events": _Parameter("notify_keyspace_events", _EventClasses()),
    b"enable-debug-command": _Parameter("enable_debug_command", _OneOf(("no", "yes", "local")), mutable=False),
    b"slowlog-log-slower-than": _Parameter("slowlog_log_slower_than", _Number(-1, INT64_MAX)),
    b"slowlog-max-len": _Parameter("slowlog_max_len", _Number(0, INT64_MAX)),
    b"hash-max-listpack-entries": _Parameter("hash_max_listpack_entries", _Number(0, INT64_MAX)),
    b"hash-max-ziplist-entries": _Parameter("hash_max_listpack_entries", _Number(0, INT64_MAX)),
    b"hash-max-listpack-value": _Parameter("hash_max_listpack_value", _Memory(0, INT64_MAX)),
    b"hash-max-ziplist-value": _Parameter("hash_max_listpack_value", _Memory(0, INT64_MAX)),
    b"set-max-intset-entries": _Parameter("set_max_intset_entries", _Number(0, INT64_MAX)),
    b"zset-max-listpack-entries": _Parameter("zset_max_listpack_entries", _Number(0, INT64_MAX)),
    b"zset-max-ziplist-entries": _Parameter("zset_max_listpack_entries", _Number(0, INT64_MAX)),
    b"zset-max-listpack-value": _Parameter("zset_max_listpack_value", _Memory(0, INT64_MAX)),
    b"zset-max-ziplist-value": _Parameter("zset_max_listpack_value", _Memory(0, INT64_MAX)),
    b"busy-reply-threshold": _Parameter("busy_reply_threshold", _Number(0, INT64_MAX)),
    b"lua-time-limit": _Parameter("busy_reply_threshold", _Number(0, INT64_MAX)),
    b"stream-node-max-bytes": _Parameter("stream_node_max_bytes", _Memory(0, INT64_MAX)),
    b"stream-node-max-entries": _Parameter("stream_node_max_entries", _Number(0, INT64_MAX)),
}

_BY_ATTRIBUTE = {parameter.attribute: parameter for parameter in PARAMETERS.values()}


def _choose(names: Sequence[bytes]) -> list[tuple[bytes, _Parameter]]:
    """The parameters to set, with their proper names; the first that cannot be set decides the error."""
    chosen: list[tuple[bytes, _Parameter]] = []
    for sent in names:
        name = sent.lower()
        parameter = PARAMETERS.get(name)
        if parameter is None:
            raise CommandError(b"ERR Unknown option or number of arguments for CONFIG SET - '%s'" % sent)
        if not parameter.mutable:
            raise _failed(sent, "can't set immutable config")
        if (name, parameter) in chosen:
            raise _failed(sent, "duplicate parameter")
        chosen.append((name, parameter))
    return chosen


def _parse(name: bytes, parameter: _Parameter, text: bytes) -> object:
    try:
        return parameter.kind.parse(text)
    except _Refused as error:
        raise _failed(name, str(error)) from None


def _failed(name: bytes, why: str) -> CommandError:
    return CommandError(b"ERR CONFIG SET failed (possibly related to argument '%s') - %s" % (name, why.encode()))
