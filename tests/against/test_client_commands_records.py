"""Results that change from one call to the next: their structure beside that of redis-py's.

What belongs here: methods whose results the scenarios cannot write down. Keys and types are compared, at every depth.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
import redis

from tests.against.client_calls import MINI_REDIS, Address, Direct, command_of
from tests.redis.client.commands.asking import Call
from tests.redis.client.redis_py import OTHER_RECORDS

LIBRARY = "#!lua name=mylib\nredis.register_function('f', function(keys, args) return 1 end)"


def stream(client: Direct) -> None:
    client.xadd("s", {"f": "v"}, "1-1")
    client.xgroup_create("s", "g", 0)
    client.xreadgroup("g", "c", {"s": ">"})


def library(client: Direct) -> None:
    client.function_flush()
    client.function_load(LIBRARY)


def user(client: Direct) -> None:
    client.acl_setuser("u", True, passwords="+x", keys=["a*"], selectors=[("+get", "b*")], commands=["+set"])


def refusal(client: Direct) -> None:
    client.acl_log_reset()
    with pytest.raises(Exception, match="WRONGPASS"):
        client.ask((b"AUTH", b"nobody", b"nothing"))


def slow(client: Direct) -> None:
    client.config_set("slowlog-log-slower-than", 0)
    client.slowlog_reset()
    client.set("a", "b c")
    client.config_set("slowlog-log-slower-than", 10_000)


def spike(client: Direct) -> None:
    client.config_set("latency-monitor-threshold", 1)
    client.ask((b"DEBUG", b"SLEEP", b"0.005"))
    client.config_set("latency-monitor-threshold", 0)


def a_list(client: Direct) -> None:
    client.rpush("l", *["x" * 100] * 1000)


def nothing(client: Direct) -> None:
    pass


RECORDS: list[tuple[Callable[[Direct], None], Call]] = [
    (stream, lambda c: c.xinfo_stream("s")),
    (stream, lambda c: c.xinfo_stream("s", full=True)),
    (stream, lambda c: c.xinfo_groups("s")),
    (stream, lambda c: c.xinfo_consumers("s", "g")),
    (stream, lambda c: c.xpending("s", "g")),
    (stream, lambda c: c.xpending_range("s", "g", "-", "+", 10)),
    (library, lambda c: c.function_list(withcode=True)),
    (library, lambda c: c.function_stats()),
    (nothing, lambda c: c.client_info()),
    (nothing, lambda c: c.client_list()),
    (nothing, lambda c: c.client_id()),
    (nothing, lambda c: c.time()),
    (nothing, lambda c: c.lastsave()),
    (nothing, lambda c: c.role()),
    (nothing, lambda c: c.config_get()),
    (nothing, lambda c: c.module_list()),
    (user, lambda c: c.acl_getuser("u")),
    (user, lambda c: c.acl_list()),
    (nothing, lambda c: c.acl_cat()),
    (nothing, lambda c: c.acl_help()),
    (nothing, lambda c: c.acl_genpass()),
    (refusal, lambda c: c.acl_log()),
    (nothing, lambda c: c.command()),
    (nothing, lambda c: c.command_count()),
    (nothing, lambda c: c.info()),
    (nothing, lambda c: c.info("commandstats")),
    (nothing, lambda c: c.lolwut()),
    (a_list, lambda c: c.debug_object("l")),
    (a_list, lambda c: c.object("idletime", "l")),
    (a_list, lambda c: c.memory_usage("l")),
    (a_list, lambda c: c.dump("l")),
    (a_list, lambda c: c.randomkey()),
    (nothing, lambda c: c.memory_stats()),
    (nothing, lambda c: c.memory_malloc_stats()),
    (slow, lambda c: c.slowlog_get()),
    (slow, lambda c: c.slowlog_len()),
    (spike, lambda c: c.latency_latest()),
    (spike, lambda c: c.latency_history("command")),
    (nothing, lambda c: c.latency_reset()),
]


SOMETIMES = {"module_list", "memory_stats", "debug_object"}
"""These differ only where a server has modules, fractions, or more to say of a value."""


def structure(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: structure(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(structure, value))
    return type(value)


def test_structures_are_those_of_redis_py(any_server: tuple[str, Address]) -> None:
    address, differ, compared = any_server[1], set(), set()
    with closing(Direct(address, 2)) as ours, redis.Redis(address.host, address.port, protocol=2) as theirs:
        for prepare, call in RECORDS:
            name = call.__code__.co_names[0]
            ours.flushall()
            if not ours.command_info(command_of(call).decode()) or (any_server[0] == MINI_REDIS and prepare is spike):
                continue
            prepare(ours)
            mine, others = call(ours), call(theirs)
            compared.add(name)
            if prepare is user:
                ours.acl_deluser("u")
            if structure(mine) != structure(others):
                differ.add(name)
    assert differ <= OTHER_RECORDS.keys()
    assert OTHER_RECORDS.keys() & compared - SOMETIMES <= differ

