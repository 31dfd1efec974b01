"""DEBUG: who may use it, and what it does."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Error, Simple
from tests.redis.server.scripted import Clients, ScriptedClient

OK = Simple(b"OK")


class TestDebug:
    @pytest.mark.parametrize(
        ("allowed", "address", "may"),
        [("yes", "192.0.2.1:5", True), ("local", "192.0.2.1:5", False), ("local", "[::1]:5", True),
         ("local", "/tmp/socket:0", True), ("no", "127.0.0.1:5", False)],
    )  # fmt: skip
    def test_not_everybody_may(self, allowed: str, address: str, may: bool) -> None:
        client = Clients(enable_debug_command=allowed).new()
        client.client.address = address
        reply = client("DEBUG SLEEP 0")
        assert reply == OK if may else str(reply).startswith("ERR DEBUG command not allowed.")

    def test_keys_stay_when_nobody_looks(self, clients: Clients, client: ScriptedClient) -> None:
        client("DEBUG SET-ACTIVE-EXPIRE 0")
        client("SET k v PX 5")
        clients.now += 5
        clients.state.expire_cycle()
        assert b"k" in clients.state.databases[0].values
        client("DEBUG SET-ACTIVE-EXPIRE 1")
        clients.state.expire_cycle()
        assert b"k" not in clients.state.databases[0].values

    def test_reloading_keeps_all_but_the_dead(self, clients: Clients, client: ScriptedClient) -> None:
        client("SET k v PX 5")
        client("SET l v")
        clients.now += 5
        assert client("DEBUG RELOAD") == OK
        assert list(clients.state.databases[0].values) == [b"l"]
        assert isinstance(client("DEBUG LOADAOF"), Error)

    def test_a_replication_id_can_be_changed(self, clients: Clients, client: ScriptedClient) -> None:
        before = clients.state.replication_id
        client("DEBUG CHANGE-REPL-ID")
        assert clients.state.replication_id != before
