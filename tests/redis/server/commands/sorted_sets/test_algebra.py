"""Unions, intersections and differences of sorted sets: replies, events."""

from __future__ import annotations

from typing import Any

import pytest

from tests.redis.server.commands.rows import Row, check_reply, check_told
from tests.redis.server.scripted import Clients, ScriptedClient

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    (["ZADD z 1 a 2 b", "ZADD y 5 b"], "ZUNION 2 z y WEIGHTS 2 1 WITHSCORES", [b"a", b"2", b"b", b"9"]),
    (["ZADD z 1 a 2 b", "SADD s b"], "ZINTER 2 z s WITHSCORES", [b"b", b"3"]),
    (["ZADD z 1 a 2 b", "SADD s b"], "ZDIFF 2 z s", [b"a"]),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)


# Each row: requests that prepare, the request, and what is told: "database:key event".
EVENTS: list[Row[list[str]]] = [
    (["ZADD k 1 a"], "ZUNIONSTORE d 1 k", ["0:d zunionstore"]),
    (["ZADD k 1 a", "SET d 1"], "ZINTERSTORE d 1 k", ["0:d zinterstore"]),
    (["ZADD k 1 a"], "ZDIFFSTORE d 2 k x", ["0:d zdiffstore"]),
    (["ZADD k 1 a", "SET d 1"], "ZDIFFSTORE d 2 k k", ["0:d del"]),
    (["ZADD k 1 a"], "ZINTERSTORE d 2 k x", []),
]


@pytest.mark.parametrize(("before", "request_", "told"), EVENTS)
def test_what_is_told(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, told: list[str]
) -> None:
    check_told(clients, client, before, request_, told)
