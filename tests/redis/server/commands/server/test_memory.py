"""MEMORY: what is bigger takes more."""

from __future__ import annotations

import pytest

from tests.redis.server.scripted import ScriptedClient


def test_what_is_bigger_takes_more(client: ScriptedClient) -> None:
    for length in (10, 10_000, 1_000_000):
        client("SET", f"s{length}", b"x" * length)
        assert length < client(f"MEMORY USAGE s{length}") < length + 500


@pytest.mark.parametrize(
    "request_", ["RPUSH k {}", "SADD k {}", "HSET k {0} {0}", "ZADD k 1 {}", "XADD k * f {}", "APPEND k {}"]
)
def test_every_type_has_a_size(client: ScriptedClient, request_: str) -> None:
    for number in range(1000):
        client(request_.format("x" * 100 + str(number)))
    whole, sampled = client("MEMORY USAGE k SAMPLES 0"), client("MEMORY USAGE k")
    assert whole > 100_000
    assert whole / 3 < sampled < whole * 3


def test_keys_are_counted(client: ScriptedClient) -> None:
    assert client("MEMORY STATS")[b"keys.count"] == 0
