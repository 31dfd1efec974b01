"""The parameters of a server by their Redis names: which attribute holds each, its kind, and whether it may change.

What belongs here: the table. A parameter stands here when something obeys it; a few more stand here with the one value
that is true of this server (`maxmemory 0`), because clients ask for them.
"""

from __future__ import annotations

from dataclasses import dataclass

from framewire.redis.server.config.kinds import (
    EventClasses,
    FileName,
    Memory,
    Number,
    OneOf,
    Only,
    OutputLimitClasses,
    Refused,
    Secret,
    Text,
    YesNo,
)
from framewire.redis.server.parsing.arguments import INT64_MAX

__all__ = ["BY_ATTRIBUTE", "PARAMETERS", "Parameter"]

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Parameter:
    attribute: str
    kind: Text
    mutable: bool = True

    def checked(self, value: object, before: object) -> object:
        """`value`, or what a text means, in the attribute's own type, which has `before` so far."""
        text = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
        try:
            parsed = self.kind.parse(text if isinstance(text, bytes) else self.kind.format(text))
            return self.kind.merged(before, parsed)
        except Refused as error:
            raise ValueError(f"{self.attribute}: {error}, not {value!r}") from None


_NO_EVICTION = "this server does not evict keys"

PARAMETERS: dict[bytes, Parameter] = {
    b"bind": Parameter("bind", Text(), mutable=False),
    b"port": Parameter("port", Number(0, 65535), mutable=False),
    b"tls-port": Parameter("tls_port", Number(0, 65535), mutable=False),
    b"tls-cert-file": Parameter("tls_cert_file", Text()),
    b"tls-key-file": Parameter("tls_key_file", Text()),
    b"tls-ca-cert-file": Parameter("tls_ca_cert_file", Text()),
    b"tls-auth-clients": Parameter("tls_auth_clients", OneOf(("no", "yes", "optional"))),
    b"unixsocket": Parameter("unixsocket", Text(), mutable=False),
    b"tcp-backlog": Parameter("tcp_backlog", Number(0), mutable=False),
    b"tcp-keepalive": Parameter("tcp_keepalive", Number(0)),
    b"timeout": Parameter("timeout", Number(0)),
    b"maxclients": Parameter("maxclients", Number(1, 2**32 - 1)),
    b"databases": Parameter("databases", Number(1), mutable=False),
    b"requirepass": Parameter("requirepass", Secret()),
    b"proto-max-bulk-len": Parameter("proto_max_bulk_len", Memory(_MIB, INT64_MAX)),
    b"client-query-buffer-limit": Parameter("client_query_buffer_limit", Memory(_MIB, INT64_MAX)),
    b"client-output-buffer-limit": Parameter("client_output_buffer_limit", OutputLimitClasses()),
    b"loglevel": Parameter("loglevel", OneOf(("debug", "verbose", "notice", "warning"))),
    b"dir": Parameter("dir", Text(), mutable=False),
    b"appendonly": Parameter("appendonly", YesNo()),
    b"appendfilename": Parameter("appendfilename", FileName("appendfilename"), mutable=False),
    b"appenddirname": Parameter("appenddirname", FileName("appenddirname"), mutable=False),
    b"appendfsync": Parameter("appendfsync", OneOf(("everysec", "always", "no"))),
    b"auto-aof-rewrite-percentage": Parameter("auto_aof_rewrite_percentage", Number(0)),
    b"auto-aof-rewrite-min-size": Parameter("auto_aof_rewrite_min_size", Memory(0, INT64_MAX)),
    b"aof-load-truncated": Parameter("aof_load_truncated", YesNo()),
    b"aof-use-rdb-preamble": Parameter(
        "aof_use_rdb_preamble", Only(YesNo(), False, "this server writes commands only")
    ),
    b"save": Parameter("save", Only(Text(), "", "Invalid save parameters")),
    b"maxmemory": Parameter("maxmemory", Only(Memory(0, INT64_MAX), 0, _NO_EVICTION)),
    b"maxmemory-policy": Parameter("maxmemory_policy", Only(Text(), "noeviction", _NO_EVICTION)),
    b"notify-keyspace-events": Parameter("notify_keyspace_events", EventClasses()),
    b"enable-debug-command": Parameter("enable_debug_command", OneOf(("no", "yes", "local")), mutable=False),
    b"slowlog-log-slower-than": Parameter("slowlog_log_slower_than", Number(-1, INT64_MAX)),
    b"slowlog-max-len": Parameter("slowlog_max_len", Number(0, INT64_MAX)),
    b"hash-max-listpack-entries": Parameter("hash_max_listpack_entries", Number(0, INT64_MAX)),
    b"hash-max-ziplist-entries": Parameter("hash_max_listpack_entries", Number(0, INT64_MAX)),
    b"hash-max-listpack-value": Parameter("hash_max_listpack_value", Memory(0, INT64_MAX)),
    b"hash-max-ziplist-value": Parameter("hash_max_listpack_value", Memory(0, INT64_MAX)),
    b"set-max-intset-entries": Parameter("set_max_intset_entries", Number(0, INT64_MAX)),
    b"zset-max-listpack-entries": Parameter("zset_max_listpack_entries", Number(0, INT64_MAX)),
    b"zset-max-ziplist-entries": Parameter("zset_max_listpack_entries", Number(0, INT64_MAX)),
    b"zset-max-listpack-value": Parameter("zset_max_listpack_value", Memory(0, INT64_MAX)),
    b"zset-max-ziplist-value": Parameter("zset_max_listpack_value", Memory(0, INT64_MAX)),
    b"busy-reply-threshold": Parameter("busy_reply_threshold", Number(0, INT64_MAX)),
    b"lua-time-limit": Parameter("busy_reply_threshold", Number(0, INT64_MAX)),
    b"stream-node-max-bytes": Parameter("stream_node_max_bytes", Memory(0, INT64_MAX)),
    b"stream-node-max-entries": Parameter("stream_node_max_entries", Number(0, INT64_MAX)),
}

BY_ATTRIBUTE = {parameter.attribute: parameter for parameter in PARAMETERS.values()}
