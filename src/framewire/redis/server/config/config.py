"""The values of a server's parameters: as attributes for our code, as texts for CONFIG GET and CONFIG SET.

What belongs here: the attributes and their defaults, and how they are asked for and changed. Nothing here acts on a
change: whoever obeys a parameter reads its attribute each time, or when `State.on_config` is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from framewire.redis.glob import compile_glob
from framewire.redis.server.config.kinds import Refused
from framewire.redis.server.config.output_limits import DEFAULT_LIMITS, OutputLimits
from framewire.redis.server.config.parameters import BY_ATTRIBUTE, PARAMETERS, Parameter
from framewire.redis.server.parsing.errors import CommandError

__all__ = ["Config"]

_MIB = 1024 * 1024

_is_glob = re.compile(rb"[\[*?]").search


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
    client_output_buffer_limit: OutputLimits = DEFAULT_LIMITS
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
        for attribute, parameter in BY_ATTRIBUTE.items():
            self._assign(parameter, getattr(self, attribute), getattr(type(self), attribute))

    def assign(self, attribute: str, value: object) -> None:
        """Set one attribute to a value of its type or to a text, also where CONFIG SET may not.

        Raises `TypeError` where there is no such parameter, `ValueError` where it cannot have that value.
        """
        parameter = BY_ATTRIBUTE.get(attribute)
        if parameter is None:
            raise TypeError(f"there is no parameter {attribute!r}")
        self._assign(parameter, value, getattr(self, attribute))

    def _assign(self, parameter: Parameter, value: object, before: object) -> None:
        if not (parameter.attribute in ("port", "tls_port") and value is None):
            value = parameter.checked(value, before)
        setattr(self, parameter.attribute, value)

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
            before = getattr(self, parameter.attribute)
            setattr(self, parameter.attribute, parameter.kind.merged(before, value))

    def restore(self, before: Config) -> None:
        """Take back what was changed since `before` was copied from here."""
        for parameter in PARAMETERS.values():
            setattr(self, parameter.attribute, getattr(before, parameter.attribute))

    def _text(self, name: bytes) -> bytes:
        parameter = PARAMETERS[name]
        return parameter.kind.format(getattr(self, parameter.attribute))


def _choose(names: Sequence[bytes]) -> list[tuple[bytes, Parameter]]:
    """The parameters to set, with their proper names; the first that cannot be set decides the error."""
    chosen: list[tuple[bytes, Parameter]] = []
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


def _parse(name: bytes, parameter: Parameter, text: bytes) -> object:
    try:
        return parameter.kind.parse(text)
    except Refused as error:
        raise _failed(name, str(error)) from None


def _failed(name: bytes, why: str) -> CommandError:
    return CommandError(b"ERR CONFIG SET failed (possibly related to argument '%s') - %s" % (name, why.encode()))
