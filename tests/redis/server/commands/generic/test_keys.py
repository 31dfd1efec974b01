"""Keys of whatever type: whether they are there, their names, SCAN."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Simple
from tests.redis.server.commands.rows import Row, check_reply, check_told
from tests.redis.server.scripted import Clients, ScriptedClient

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    (["SET a 1", "SET b 1"], "DEL a b c a", 2),
    (["SET a 1"], "EXISTS a a b", 2),
    (["SET a 1"], "TYPE a", Simple(b"string")),
    ([], "TYPE a", Simple(b"none")),
    (["SET k v", "EXPIRE k -1"], "EXISTS k", 0),
    (["SET a 1", "SET ab 1"], "KEYS a?", [b"ab"]),
    (["SET k v", "GETDEL k"], "EXISTS k", 0),
    (["SET k v", "SWAPDB 0 1"], "EXISTS k", 0),
    (["SET k v"], "RANDOMKEY", b"k"),
    ([], "RANDOMKEY", None),
    (["SET k v"], "SCAN 0", [b"0", [b"k"]]),
    (["SET k v"], "SCAN 0 TYPE list", [b"0", []]),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)


# Each row: requests that prepare, the request, and what is told: "database:key event".
EVENTS: list[Row[list[str]]] = [
    (["SET a b", "SET b c"], "DEL a b c", ["0:a del", "0:b del"]),
    (["SET a b"], "UNLINK a", ["0:a del"]),
    (["SET a b"], "TOUCH a", []),
]


@pytest.mark.parametrize(("before", "request_", "told"), EVENTS)
def test_what_is_told(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, told: list[str]
) -> None:
    check_told(clients, client, before, request_, told)


class TestScan:
    def test_what_is_there_throughout_is_returned_while_much_comes_and_goes(
        self, clients: Clients, client: ScriptedClient
    ) -> None:
        for number in range(200):
            client(f"SET stays:{number} v")
            client(f"SET goes:{number} v PX 50")
        found: set[bytes] = set()
        cursor, pages = b"0", 0
        while cursor != b"0" or not pages:
            cursor, names = client("SCAN", cursor, "COUNT", "7")
            found.update(names)
            clients.now += 1
            client(f"SET comes:{pages} v")
            client(f"DEL goes:{pages}")
            pages += 1
        assert found >= {b"stays:%d" % number for number in range(200)}
        assert pages < 80

    def test_a_key_that_has_ended_is_not_returned(self, clients: Clients, client: ScriptedClient) -> None:
        client("SET k v PX 10")
        clients.now += 10
        assert client("SCAN 0") == [b"0", []]


def test_any_key_may_be_the_random_one(clients: Clients, client: ScriptedClient) -> None:
    client("MSET a 1 b 1 c 1")
    client("SET d 1 PX 10")
    clients.now += 10
    assert {client("RANDOMKEY") for _ in range(200)} == {b"a", b"b", b"c"}
