"""RENAME, MOVE, COPY, SWAPDB: replies, times, and who waited for a key that comes this way."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Error, Simple
from tests.redis.server.commands.rows import Row, check_reply, check_told
from tests.redis.server.scripted import Clients, ScriptedClient

OK = Simple(b"OK")

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    ([], "RENAME k l", Error(b"ERR no such key")),
    (["MSET k v l w"], "RENAMENX k l", 0),
    (["SET k v"], "MOVE k 0", Error(b"ERR source and destination objects are the same")),
    (["MSET k v l w"], "COPY k l", 0),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)


# Each row: requests that prepare, the request, and what is told: "database:key event".
EVENTS: list[Row[list[str]]] = [
    (["SET a b"], "RENAME a c", ["0:a rename_from", "0:c rename_to"]),
    (["SET a b"], "RENAME a a", []),
    (["SET a b"], "RENAMENX a c", ["0:a rename_from", "0:c rename_to"]),
    (["SET a b"], "MOVE a 1", ["0:a move_from", "1:a move_to"]),
    (["SET a b"], "COPY a c", ["0:c copy_to"]),
    (["SET a b"], "COPY a c DB 2", ["2:c copy_to"]),
]


@pytest.mark.parametrize(("before", "request_", "told"), EVENTS)
def test_what_is_told(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, told: list[str]
) -> None:
    check_told(clients, client, before, request_, told)


class TestSwappedDatabases:
    def test_clients_stay_and_times_go_along(self, clients: Clients, client: ScriptedClient) -> None:
        other = clients.new()
        other("SELECT 1")
        client("SET k v PX 100")
        assert client("SWAPDB 0 1") == OK
        assert client("EXISTS k") == 0
        assert other("PTTL k") == 100
        clients.now += 100
        clients.state.expire_cycle()
        assert clients.state.databases[1].values == {}

    @pytest.mark.parametrize(("watched", "changed"), [("a", True), ("b", True), ("c", False)])
    def test_a_watched_key_that_is_in_one_of_them_has_changed(
        self, clients: Clients, client: ScriptedClient, watched: str, changed: bool
    ) -> None:
        client("SET a 1")
        client("SELECT 1")
        client("SET b 1")
        client("SELECT 0")
        client(f"WATCH {watched}")
        clients.new()("SWAPDB 1 0")
        assert client.client.watched_keys_changed() is changed

    def test_who_waits_for_a_list_that_comes_this_way_gets_it(self, clients: Clients, client: ScriptedClient) -> None:
        waiting = clients.new()
        waiting("BLPOP l 0")
        client("SELECT 1")
        client("RPUSH l x")
        assert waiting.heard == []
        client("SWAPDB 0 1")
        assert waiting.heard == [[b"l", b"x"]]


@pytest.mark.parametrize("request_", ["RENAME m l", "RENAMENX m l", "COPY m l", "SORT m BY nosort STORE l"])
def test_who_waits_for_a_list_gets_it_however_it_comes(clients: Clients, client: ScriptedClient, request_: str) -> None:
    waiting = clients.new()
    waiting("BLPOP l 0")
    client("RPUSH m x")
    client(request_)
    assert waiting.heard == [[b"l", b"x"]]


def test_who_waits_in_another_database_gets_what_is_moved_there(clients: Clients, client: ScriptedClient) -> None:
    waiting = clients.new()
    waiting("SELECT 1")
    waiting("BLPOP l 0")
    client("RPUSH l x")
    client("MOVE l 1")
    assert waiting.heard == [[b"l", b"x"]]
