"""What a server tells: requests and results."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Simple, Verbatim
from framewire.redis.client.commands.servers.observing import Observing
from tests.redis.client.commands.asking import Row, called_in, check, methods_of

INFO = b"""# Server\r
redis_version:7.0.15\r
redis_git_sha1:00000000\r
executable:/usr/bin/redis-server\r
config_file:/etc/a=b,c\r
used_cpu_sys:0.018106\r
used_memory_peak_perc:100.00%\r
master_repl_offset:-1\r
\r
# Keyspace\r
db0:keys=1,expires=0,avg_ttl=0\r
cmdstat_config|get:calls=1,usec=12,usec_per_call=12.00\r
errorstat_ERR:count=4\r
slave0:ip=::1,port=6380,state=online\r
module:name=search,ver=2,usedby=[],options=[a|b]\r
module:name=json,ver=1\r
"""
SHAPED_INFO = {
    "redis_version": "7.0.15",
    "redis_git_sha1": "00000000",
    "executable": "/usr/bin/redis-server",
    "config_file": "/etc/a=b,c",
    "used_cpu_sys": 0.018106,
    "used_memory_peak_perc": "100.00%",
    "master_repl_offset": -1,
    "db0": {"keys": 1, "expires": 0, "avg_ttl": 0},
    "cmdstat_config|get": {"calls": 1, "usec": 12, "usec_per_call": 12.0},
    "errorstat_ERR": {"count": 4},
    "slave0": {"ip": "::1", "port": 6380, "state": "online"},
    "modules": [
        {"name": "search", "ver": 2, "usedby": "[]", "options": "[a|b]"},
        {"name": "json", "ver": 1},
    ],
}

ROWS = [
    Row(lambda c: c.info(), "INFO", Verbatim(b"txt", INFO), SHAPED_INFO),
    Row(lambda c: c.info("server", "keyspace"), "INFO server keyspace", b"", {}),
    Row(lambda c: c.lolwut(), "LOLWUT", Verbatim(b"txt", b"Redis"), b"Redis"),
    Row(lambda c: c.lolwut(5, 1), "LOLWUT VERSION 5 1", Verbatim(b"txt", b"Redis"), b"Redis"),
    Row(
        lambda c: c.debug_object("k"), "DEBUG OBJECT k",
        Simple(b"Value at:0x7f refcount:1 encoding:quicklist lru:5 ql_avg_node:2.00 ql_listpack_max:-2"),
        {
            "type": "Value", "at": "0x7f", "refcount": 1, "encoding": "quicklist", "lru": 5, "ql_avg_node": "2.00",
            "ql_listpack_max": -2,
        },
    ),
    Row(
        lambda c: c.slowlog_get(), "SLOWLOG GET", [[3, 1700000000, 25, [b"SET", b"k", b"a b"], b"127.0.0.1:1", b"me"]],
        [{
            "id": 3, "start_time": 1700000000, "duration": 25, "command": b"SET k a b",
            "arguments": [b"SET", b"k", b"a b"], "client_address": b"127.0.0.1:1", "client_name": b"me",
        }],
    ),
    Row(lambda c: c.slowlog_get(-1), "SLOWLOG GET -1", [], []),
    Row(lambda c: c.slowlog_len(), "SLOWLOG LEN", 3),
    Row(lambda c: c.slowlog_reset(), "SLOWLOG RESET", b"OK", True),
    Row(lambda c: c.latency_latest(), "LATENCY LATEST", [[b"fork", 1700000000, 5, 9]], [(b"fork", 1700000000, 5, 9)]),
    Row(lambda c: c.latency_history("command"), "LATENCY HISTORY command", [[1700000000, 5]], [(1700000000, 5)]),
    Row(
        lambda c: c.latency_histogram("get"), "LATENCY HISTOGRAM get",
        {b"get": {b"calls": 3, b"histogram_usec": {1: 2, 2: 3}}}, {"get": {"calls": 3, "histogram_usec": {1: 2, 2: 3}}},
    ),
    Row(lambda c: c.latency_histogram(), "LATENCY HISTOGRAM", {}, {}),
    Row(lambda c: c.latency_graph("command"), "LATENCY GRAPH command", Verbatim(b"txt", b"_|"), b"_|"),
    Row(lambda c: c.latency_doctor(), "LATENCY DOCTOR", Verbatim(b"txt", b"Dave"), b"Dave"),
    Row(lambda c: c.latency_reset(), "LATENCY RESET", 2),
    Row(lambda c: c.latency_reset("a", "b"), "LATENCY RESET a b", 1),
    Row(lambda c: c.memory_usage("k"), "MEMORY USAGE k", 72),
    Row(lambda c: c.memory_usage("k", 0), "MEMORY USAGE k SAMPLES 0", None),
    Row(
        lambda c: c.memory_stats(), "MEMORY STATS",
        {b"keys.count": 1, b"fragmentation": 1.5, b"db.0": {b"overhead.hashtable.main": 72}},
        {"keys.count": 1, "fragmentation": 1.5, "db.0": {"overhead.hashtable.main": 72}},
    ),
    Row(lambda c: c.memory_doctor(), "MEMORY DOCTOR", Verbatim(b"txt", b"Sam"), b"Sam"),
    Row(lambda c: c.memory_malloc_stats(), "MEMORY MALLOC-STATS", Verbatim(b"txt", b"jemalloc"), b"jemalloc"),
    Row(lambda c: c.memory_purge(), "MEMORY PURGE", b"OK", True),
]  # fmt: skip


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_requests_and_results(row: Row, protocol: int) -> None:
    check(row, protocol)


def test_no_method_is_left_out() -> None:
    assert called_in(row.call for row in ROWS) >= methods_of(Observing)
