"""INFO, and the report that it gives.

What belongs here: the sections and their fields, under Redis' names. A field stands here when its value is true of this
server; what Redis measures and this server does not is left out rather than made up.
"""

from __future__ import annotations

import os
import platform
import struct
import sys
from collections.abc import Callable

from framewire.frames.resp import Verbatim
from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.state import State
from framewire.redis.server.commands.server.sizes import human, peak_memory, resident_memory, total_memory

__all__ = ["REDIS_VERSION", "info"]

REDIS_VERSION = "7.0.15"  # whose behaviour this server follows; libraries branch on it

Fields = dict[str, object]

_PUNCTUATION = str.maketrans("#:\r\n", "____")


def info(client: Client, request: list[bytes]) -> object:
    """The wanted sections in their fixed order; names of sections that do not exist are passed over."""
    wanted = _wanted({section.lower().decode("latin-1") for section in request[1:]} or {"default"})
    texts = [_render(name, _SECTIONS[name](client.state)) for name in _SECTIONS if name in wanted]
    return Verbatim(b"txt", "\r\n".join(texts).encode())


def _wanted(words: set[str]) -> set[str]:
    if words & {"all", "everything"}:
        return set(_SECTIONS)
    if "default" in words:
        return words | set(_SECTIONS) - _NOT_BY_DEFAULT
    return words


def _render(name: str, fields: Fields) -> str:
    title = "CPU" if name == "cpu" else name.capitalize()
    return f"# {title}\r\n" + "".join(f"{field}:{value}\r\n" for field, value in fields.items())


def _server(state: State[Client]) -> Fields:
    uptime = (state.clock - state.started) // 1000
    return {
        "redis_version": REDIS_VERSION,
        "redis_git_sha1": "00000000",
        "redis_git_dirty": 0,
        "redis_build_id": 0,
        "redis_mode": "standalone",
        "os": f"{platform.system()} {platform.release()} {platform.machine()}",
        "arch_bits": struct.calcsize("P") * 8,
        "python_version": platform.python_version(),
        "process_id": os.getpid(),
        "process_supervised": "no",
        "run_id": state.run_id,
        "tcp_port": state.config.port,
        "server_time_usec": state.clock * 1000,
        "uptime_in_seconds": uptime,
        "uptime_in_days": uptime // 86_400,
        "hz": 10,
        "configured_hz": 10,
        "executable": sys.executable,
        "config_file": "",
    }


def _clients(state: State[Client]) -> Fields:
    return {
        "connected_clients": len(state.clients),
        "cluster_connections": 0,
        "maxclients": state.config.maxclients,
        "blocked_clients": len(state.databases.blocked),
        "tracking_clients": 0,
        "clients_in_timeout_table": 0,
    }


def _memory(state: State[Client]) -> Fields:
    """Redis measures what it allocated; here it is what the process occupies, an embedding program included."""
    resident, total = resident_memory(), total_memory()
    peak = max(peak_memory(), resident)
    return {
        "used_memory": resident,
        "used_memory_human": human(resident),
        "used_memory_rss": resident,
        "used_memory_rss_human": human(resident),
        "used_memory_peak": peak,
        "used_memory_peak_human": human(peak),
        "used_memory_peak_perc": f"{100 * resident / peak if peak else 0:.2f}%",
        "total_system_memory": total,
        "total_system_memory_human": human(total),
        "maxmemory": 0,
        "maxmemory_human": "0B",
        "maxmemory_policy": state.config.maxmemory_policy,
        "mem_fragmentation_ratio": "1.00",
        "mem_allocator": "python",
        "active_defrag_running": 0,
        "lazyfree_pending_objects": 0,
    }


_NOTHING_KEPT = {"aof_enabled": 0, "aof_rewrite_in_progress": 0}


def _persistence(state: State[Client]) -> Fields:
    return {
        "loading": 0,
        "async_loading": 0,
        "rdb_bgsave_in_progress": 0,
        "rdb_last_bgsave_status": "ok",
        **(state.persistence.report() if state.persistence is not None else _NOTHING_KEPT),
    }


def _stats(state: State[Client]) -> Fields:
    stats = state.stats
    return {
        "total_connections_received": stats.connections_received,
        "total_commands_processed": stats.commands_processed,
        "total_net_input_bytes": stats.net_input_bytes,
        "total_net_output_bytes": stats.net_output_bytes,
        "rejected_connections": stats.rejected_connections,
        "expired_keys": state.databases.expired,
        "evicted_keys": 0,
        "keyspace_hits": state.databases.hits,
        "keyspace_misses": state.databases.misses,
        "pubsub_channels": len(state.pubsub.channels),
        "pubsub_patterns": len(state.pubsub.patterns),
        "pubsubshard_channels": len(state.pubsub.shards),
        "tracking_total_keys": 0,
        "total_error_replies": sum(stats.errors.values()),
    }


def _replication(state: State[Client]) -> Fields:
    return {
        "role": "master",
        "connected_slaves": 0,
        "master_failover_state": "no-failover",
        "master_replid": state.replication_id,
        "master_replid2": "0" * 40,
        "master_repl_offset": 0,
        "second_repl_offset": -1,
        "repl_backlog_active": 0,
    }


def _cpu(state: State[Client]) -> Fields:
    times = os.times()
    return {"used_cpu_sys": f"{times.system:.6f}", "used_cpu_user": f"{times.user:.6f}"}


def _nothing(state: State[Client]) -> Fields:
    return {}


def _errorstats(state: State[Client]) -> Fields:
    """Whatever a script has made of a code word, the report stays one."""
    codes = sorted(state.stats.errors.items())
    return {f"errorstat_{code.translate(_PUNCTUATION)}": f"count={count}" for code, count in codes}


def _cluster(state: State[Client]) -> Fields:
    return {"cluster_enabled": 0}


def _keyspace(state: State[Client]) -> Fields:
    now = state.clock
    return {
        f"db{db.index}": f"keys={db.size(now)},expires={len(db.deadlines)},avg_ttl={db.average_ttl(now)}"
        for db in state.databases
        if db.size(now)
    }


_SECTIONS: dict[str, Callable[[State[Client]], Fields]] = {
    "server": _server,
    "clients": _clients,
    "memory": _memory,
    "persistence": _persistence,
    "stats": _stats,
    "replication": _replication,
    "cpu": _cpu,
    "modules": _nothing,
    "commandstats": _nothing,
    "errorstats": _errorstats,
    "latencystats": _nothing,
    "cluster": _cluster,
    "keyspace": _keyspace,
}
_NOT_BY_DEFAULT = {"commandstats", "latencystats"}
