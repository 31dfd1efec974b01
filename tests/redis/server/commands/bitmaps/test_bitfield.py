"""BITFIELD: replies, and what is told of a change."""

from __future__ import annotations

from typing import Any

import pytest

from tests.redis.server.commands.rows import Row, check_reply, check_told
from tests.redis.server.scripted import Clients, ScriptedClient

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    ([], "BITFIELD k SET u8 0 255 INCRBY u8 0 1 OVERFLOW FAIL INCRBY u8 0 -1", [0, 0, None]),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)


# Each row: requests that prepare, the request, and what is told: "database:key event".
EVENTS: list[Row[list[str]]] = [
    ([], "BITFIELD k SET u8 0 1 SET u8 8 2", ["0:k setbit"]),
    (["SETBIT k 7 1"], "BITFIELD k SET u8 0 1", []),
    ([], "BITFIELD k OVERFLOW FAIL INCRBY u2 0 9", []),
]


@pytest.mark.parametrize(("before", "request_", "told"), EVENTS)
def test_what_is_told(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, told: list[str]
) -> None:
    check_told(clients, client, before, request_, told)
