"""Ranges of sorted sets: replies, events."""

from __future__ import annotations

from typing import Any

import pytest

from tests.redis.server.commands.rows import Row, check_reply, check_told
from tests.redis.server.scripted import Clients, ScriptedClient

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    (["ZADD z 1 a 2 b"], "ZRANGE z 0 -1 WITHSCORES", [b"a", b"1", b"b", b"2"]),
    (["ZADD z 1 a 2 b 3 c"], "ZRANGE z (1 +inf BYSCORE LIMIT 1 5", [b"c"]),
    (["ZADD z 1 a 2 b 3 c"], "ZRANGE z 2 -inf BYSCORE REV", [b"b", b"a"]),
    (["ZADD z 0 a 0 b 0 c"], "ZREVRANGEBYLEX z + (a", [b"c", b"b"]),
    (["ZADD z 0 a 0 b 0 c"], "ZLEXCOUNT z [b +", 2),
    (["ZADD z 1 a 2 b 3 c"], "ZREMRANGEBYRANK z 0 -2", 2),
    (["ZADD z 1 a 2 b 3 c"], "ZRANGESTORE y z 1 2", 2),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)


# Each row: requests that prepare, the request, and what is told: "database:key event".
EVENTS: list[Row[list[str]]] = [
    (["ZADD k 1 a 2 b"], "ZREMRANGEBYRANK k 0 0", ["0:k zremrangebyrank"]),
    (["ZADD k 1 a 2 b"], "ZREMRANGEBYSCORE k 1 2", ["0:k zremrangebyscore", "0:k del"]),
    (["ZADD k 1 a 1 b"], "ZREMRANGEBYLEX k [b +", ["0:k zremrangebylex"]),
    (["ZADD k 1 a"], "ZREMRANGEBYRANK k 5 6", []),
    (["ZADD k 1 a"], "ZRANGESTORE d k 0 -1", ["0:d zrangestore"]),
    (["ZADD k 1 a", "SET d 1"], "ZRANGESTORE d k 5 6", ["0:d del"]),
    (["ZADD k 1 a"], "ZRANGE k 0 -1", []),
]


@pytest.mark.parametrize(("before", "request_", "told"), EVENTS)
def test_what_is_told(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, told: list[str]
) -> None:
    check_told(clients, client, before, request_, told)
