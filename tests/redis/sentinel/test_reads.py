"""Which commands may be sent to a replica."""

from __future__ import annotations

import pytest

from framewire.redis.facts.table import COMMANDS
from framewire.redis.sentinel.reads import READS


@pytest.mark.parametrize("name", [b"GET", b"MGET", b"HGETALL", b"ZRANGE", b"XRANGE", b"TTL", b"EVAL_RO", b"SORT_RO"])
def test_what_reads_keys_may_be(name: bytes) -> None:
    assert name in READS


@pytest.mark.parametrize("name", [
    b"SET", b"GETDEL", b"GETEX", b"SORT", b"EVAL", b"PING", b"SCAN", b"HSCAN", b"SSCAN", b"ZSCAN", b"CLUSTERSCAN",
    b"EVALSHA_RO", b"KEYS", b"DBSIZE", b"PUBLISH", b"CONFIG", b"WAIT",
])  # fmt: skip
def test_what_writes_or_is_known_to_one_server_or_has_no_key_is_not(name: bytes) -> None:
    assert name not in READS


def test_none_of_them_writes() -> None:
    assert not [name for name in READS if COMMANDS[name.lower()].has_flag("write")]
