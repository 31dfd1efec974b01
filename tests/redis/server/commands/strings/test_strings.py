"""Whole strings: replies, what is told of a change, and what is logged.

`tests/against` compares the replies with a real Redis, form by form; the events are those that it sent.
"""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Error
from tests.redis.server.commands.rows import Row, check_logged, check_reply, check_told
from tests.redis.server.scripted import Clients, ScriptedClient

SYNTAX = Error(b"ERR syntax error")
NOT_AN_INTEGER = Error(b"ERR value is not an integer or out of range")

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    ([], "GET k", None),
    (["SET k v"], "GET k", b"v"),
    (["SET k v EXAT 1"], "GET k", None),
    (["SET k v"], "SET k w NX", None),
    (["SET k v"], "SET k w NX GET", b"v"),
    ([], "SET k w XX", None),
    ([], "SET k w XX GET", None),
    ([], "SET k v NX XX", SYNTAX),
    ([], "SET k v EX 18446744073709551615", NOT_AN_INTEGER),
    ([], "SET k v EX 9223372036854775807", Error(b"ERR invalid expire time in 'set' command")),
    ([], "SET k v PX 0", Error(b"ERR invalid expire time in 'set' command")),
    (["APPEND k abc", "APPEND k de"], "GET k", b"abcde"),
    (["APPEND k abc", "APPEND k de"], "MGET k x", [b"abcde", None]),
    (["SET k hello", "SETRANGE k 7 x"], "GET k", b"hello\0\0x"),
    (["SET k v"], "GETDEL k", b"v"),
    (["SET k v"], "GETSET k w", b"v"),
    ([], "GETEX k EX x", None),
    (["SET k v"], "GETEX k EX x", Error(b"ERR value is not an integer or out of range")),
    ([], "SETEX k 0 v", Error(b"ERR invalid expire time in 'setex' command")),
    (["SET k v"], "SETNX k w", 0),
    (["MSET a 1 b 2"], "MGET a b", [b"1", b"2"]),
    (["SET a 1"], "MSETNX a 2 b 2", 0),
    ([], "MSETNX a 2 b 2", 1),
    ([], "MSET a", Error(b"ERR wrong number of arguments for 'mset' command")),
    ([], "MSET a 1 b", Error(b"ERR wrong number of arguments for 'mset' command")),
    (["SET a foo", "SET b bar", "BITOP AND d a b"], "GET d", b"bab"),
    (["MSET k v l w", "COPY k l REPLACE"], "GET l", b"v"),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)


# Each row: requests that prepare, the request, and what is told: "database:key event".
EVENTS: list[Row[list[str]]] = [
    ([], "SET k v", ["0:k set"]),
    ([], "SET k v EX 10", ["0:k set", "0:k expire"]),
    (["SET k v EX 10"], "SET k v KEEPTTL", ["0:k set"]),
    (["SET k v"], "SET k v NX", []),
    (["SET k v"], "GETEX k EX 10", ["0:k expire"]),
    (["SET k v EX 10"], "GETEX k PERSIST", ["0:k persist"]),
    (["SET k v"], "GETEX k PERSIST", []),
    (["SET k v"], "GETEX k EXAT 1", ["0:k del"]),
    (["SET k v"], "GETEX k", []),
    ([], "MSET a 1 a 2", ["0:a set", "0:a set"]),
    ([], "MSETNX a 1 b 2", ["0:a set", "0:b set"]),
    ([], "SETNX a 1", ["0:a set"]),
    ([], "SETEX k 9 v", ["0:k set", "0:k expire"]),
    ([], "GETSET k v", ["0:k set"]),
    (["SET k v"], "GETDEL k", ["0:k del"]),
    ([], "GETDEL k", []),
]


@pytest.mark.parametrize(("before", "request_", "told"), EVENTS)
def test_what_is_told(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, told: list[str]
) -> None:
    check_told(clients, client, before, request_, told)


# Each row: requests that prepare, the request, and what the append-only file holds in its place.
LOGGED: list[Row[str]] = [
    ([], "SET k v EX 10", "SET k v PXAT 1700000010000"),
    ([], "SET k v NX GET PX 10", "SET k v PXAT 1700000000010"),
    ([], "SETEX k 10 v", "SET k v PXAT 1700000010000"),
    ([], "PSETEX k 10 v", "SET k v PXAT 1700000000010"),
    (["SET k v"], "GETEX k EX 10", "PEXPIREAT k 1700000010000"),
    (["SET k v EX 10"], "GETEX k PERSIST", "PERSIST k"),
    (["SET k v"], "GETEX k PXAT 5", "DEL k"),
]


@pytest.mark.parametrize(("before", "request_", "logged"), LOGGED)
def test_what_is_logged_means_the_same_later(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, logged: str
) -> None:
    check_logged(clients, client, before, request_, logged)
