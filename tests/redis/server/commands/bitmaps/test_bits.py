"""Bits of strings: replies, and what is told of a change."""

from __future__ import annotations

from typing import Any

import pytest

from tests.redis.server.commands.rows import Row, check_reply, check_told
from tests.redis.server.scripted import Clients, ScriptedClient

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    (["SET k foobar"], "BITCOUNT k", 26),
    (["SET k foobar"], "BITCOUNT k 5 30 BIT", 17),
    (["SETBIT k 9 1"], "BITPOS k 1", 9),
    (["SETBIT k 9 1"], "GETBIT k 9", 1),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)


# Each row: requests that prepare, the request, and what is told: "database:key event".
EVENTS: list[Row[list[str]]] = [
    ([], "SETBIT k 5 0", ["0:k setbit"]),
    (["SETBIT k 5 0"], "SETBIT k 5 0", []),
    (["SETBIT k 5 0"], "SETBIT k 5 1", ["0:k setbit"]),
    (["SET k v"], "BITOP OR d k", ["0:d set"]),
    (["SET d v"], "BITOP OR d k", ["0:d del"]),
    ([], "BITOP OR d k", []),
]


@pytest.mark.parametrize(("before", "request_", "told"), EVENTS)
def test_what_is_told(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, told: list[str]
) -> None:
    check_told(clients, client, before, request_, told)
