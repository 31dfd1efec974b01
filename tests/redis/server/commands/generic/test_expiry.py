"""When keys end, by a clock that stands still."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Error
from tests.redis.server.commands.rows import Row, check_logged, check_reply, check_told
from tests.redis.server.scripted import NOON, Clients, ScriptedClient

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    (["SET k v EX 10"], "TTL k", 10),
    (["SET k v EX 10", "SET k w"], "TTL k", -1),
    (["SET k v EX 10", "SET k w KEEPTTL"], "PTTL k", 10_000),
    (["SET k v PXAT 1700000001234"], "PTTL k", 1_234),
    (["SET k v EXAT 1700000002"], "PTTL k", 2_000),
    (["SET k 41 EX 10", "INCR k"], "TTL k", 10),
    ([], "TTL k", -2),
    (["SET k v PX 1499"], "TTL k", 1),
    (["SET k v PX 1500"], "TTL k", 2),
    (["SET k v EX 10"], "PERSIST k", 1),
    (["SET k v"], "PERSIST k", 0),
    (["SET k v", "EXPIRE k 5"], "PTTL k", 5_000),
    (["SET k v", "PEXPIRE k 5"], "PTTL k", 5),
    (["SET k v"], "EXPIRE k 9223372036854775807", Error(b"ERR invalid expire time in 'expire' command")),
    (["SET k v"], "EXPIRE k 5 XX", 0),
    (["SET k v"], "EXPIRE k 5 GT", 0),
    (["SET k v"], "EXPIRE k 5 LT", 1),
    (["SET k v EX 9"], "EXPIRE k 9 GT", 0),
    (["SET k v EX 9"], "EXPIRE k 9 LT", 0),
    (["SET k v EX 9"], "EXPIRE k 10 NX", 0),
    (["SET k v", "GETEX k EX 10"], "PTTL k", 10_000),
    (["SET k v EX 10", "GETEX k PERSIST"], "TTL k", -1),
    (["SETEX k 10 v"], "PTTL k", 10_000),
    (["PSETEX k 10 v"], "PTTL k", 10),
    (["SET k v EX 10", "RENAME k l"], "PTTL l", 10_000),
    (["SET k v EX 10", "MOVE k 1", "SELECT 1"], "PTTL k", 10_000),
    (["SET k v EX 10", "COPY k l"], "PTTL l", 10_000),
    (["SET k v", "EXPIREAT k 1700000010"], "PTTL k", 10_000),
    (["SET k v", "PEXPIREAT k 1700000000001"], "PTTL k", 1),
    (["SET k v PX 1500"], "EXPIRETIME k", 1_700_000_002),
    (["SET k v PX 1500"], "PEXPIRETIME k", 1_700_000_001_500),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)


# Each row: requests that prepare, the request, and what is told: "database:key event".
EVENTS: list[Row[list[str]]] = [
    (["SET a b"], "EXPIRE a 10", ["0:a expire"]),
    (["SET a b"], "EXPIRE a 10 XX", []),
    (["SET a b"], "PEXPIREAT a 5", ["0:a del"]),
    (["SET a b EX 5"], "PERSIST a", ["0:a persist"]),
    (["SET a b"], "PERSIST a", []),
]


@pytest.mark.parametrize(("before", "request_", "told"), EVENTS)
def test_what_is_told(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, told: list[str]
) -> None:
    check_told(clients, client, before, request_, told)


# Each row: requests that prepare, the request, and what the append-only file holds in its place.
LOGGED: list[Row[str]] = [
    (["SET k v"], "EXPIRE k 10", "PEXPIREAT k 1700000010000"),
    (["SET k v"], "PEXPIRE k 10 NX", "PEXPIREAT k 1700000000010"),
    (["SET k v"], "EXPIREAT k 1800000000", "PEXPIREAT k 1800000000000"),
    (["SET k v"], "EXPIRE k -10", "DEL k"),
]


@pytest.mark.parametrize(("before", "request_", "logged"), LOGGED)
def test_what_is_logged_means_the_same_later(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, logged: str
) -> None:
    check_logged(clients, client, before, request_, logged)


class TestTime:
    @pytest.mark.parametrize(
        "request_", ["GET k", "TTL k", "EXISTS k", "TYPE k", "DEL k", "KEYS *", "DBSIZE", "PERSIST k"]
    )
    def test_a_dead_key_is_seen_by_nobody(self, clients: Clients, client: ScriptedClient, request_: str) -> None:
        nothing = client(request_)
        client("SET k v PX 100")
        clients.now += 100
        assert client(request_) == nothing

    def test_a_dead_key_counts_as_missing_for_conditions(self, clients: Clients, client: ScriptedClient) -> None:
        client("SET k v PX 100")
        clients.now += 100
        assert client("SET k w XX") is None
        assert client("EXPIRE k 10") == 0
        assert client("INCR k") == 1
        assert client("TTL k") == -1

    def test_keys_live_to_their_last_millisecond(self, clients: Clients, client: ScriptedClient) -> None:
        client("SET k v PX 100")
        clients.now += 99
        assert client("GET k") == b"v"
        assert client("PTTL k") == 1


def test_the_clock_of_these_tests_is_the_one_of_the_log() -> None:
    assert NOON == 1_700_000_000_000
