"""The time, the number of keys, and emptying databases."""

from __future__ import annotations

from time import time_ns
from typing import Any

import pytest

from framewire.frames.resp import Error
from framewire.redis.server.clients.state import State
from tests.redis.server.commands.rows import Row, check_reply
from tests.redis.server.scripted import NOON, ScriptedClient

SYNTAX = Error(b"ERR syntax error")

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    (["SET a 1", "SELECT 1"], "DBSIZE", 0),
    (["SET a 1", "FLUSHDB ASYNC"], "DBSIZE", 0),
    (["SET a 1", "SELECT 1", "FLUSHALL", "SELECT 0"], "DBSIZE", 0),
    ([], "FLUSHALL SOON", SYNTAX),
    ([], "TIME", [b"1700000000", b"0"]),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)


def test_the_time_has_microseconds() -> None:
    client = ScriptedClient(State())
    times = [int(second) * 1_000_000 + int(part) for second, part in (client("TIME") for _ in range(50))]
    assert times == sorted(times)
    assert any(time % 1000 for time in times)
    assert abs(times[-1] - time_ns() // 1000) < 60_000_000


def test_the_clock_of_these_tests_stands_still(client: ScriptedClient) -> None:
    assert client("TIME") == [b"%d" % (NOON // 1000), b"0"]
