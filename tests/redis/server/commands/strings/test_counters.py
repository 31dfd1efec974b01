"""Strings that are numbers: replies, events, what is logged."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Error
from tests.redis.server.commands.rows import Row, check_logged, check_reply, check_told
from tests.redis.server.scripted import Clients, ScriptedClient

NOT_AN_INTEGER = Error(b"ERR value is not an integer or out of range")

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    ([], "INCR k", 1),
    (["SET k 9223372036854775807"], "INCR k", Error(b"ERR increment or decrement would overflow")),
    (["SET k 01"], "INCR k", NOT_AN_INTEGER),
    (["SET k 41"], "INCRBY k -42", -1),
    (["SET k -9223372036854775808"], "INCRBY k -1", Error(b"ERR increment or decrement would overflow")),
    (["APPEND k 4", "APPEND k 1"], "INCR k", 42),
    (["SET k 41"], "DECRBY k 42", -1),
    ([], "DECRBY k -9223372036854775808", Error(b"ERR decrement would overflow")),
    (["SET k 10.5"], "INCRBYFLOAT k 0.1", b"10.6"),
    (["SET k v"], "INCRBYFLOAT k 1", Error(b"ERR value is not a valid float")),
    ([], "INCRBYFLOAT k inf", Error(b"ERR increment would produce NaN or Infinity")),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)


# Each row: requests that prepare, the request, and what is told: "database:key event".
EVENTS: list[Row[list[str]]] = [
    ([], "INCR k", ["0:k incrby"]),
    ([], "DECRBY k 5", ["0:k incrby"]),
    (["SET k x"], "INCR k", []),
    ([], "INCRBYFLOAT k 5", ["0:k incrbyfloat"]),
]


@pytest.mark.parametrize(("before", "request_", "told"), EVENTS)
def test_what_is_told(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, told: list[str]
) -> None:
    check_told(clients, client, before, request_, told)


# Each row: requests that prepare, the request, and what the append-only file holds in its place.
LOGGED: list[Row[str]] = [
    (["SET k 0.1"], "INCRBYFLOAT k 0.2", "SET k 0.3 KEEPTTL"),
]


@pytest.mark.parametrize(("before", "request_", "logged"), LOGGED)
def test_what_is_logged_means_the_same_later(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, logged: str
) -> None:
    check_logged(clients, client, before, request_, logged)
