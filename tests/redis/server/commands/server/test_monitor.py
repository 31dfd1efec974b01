"""MONITOR: what is shown, and that nothing stays behind."""

from __future__ import annotations

from framewire.frames.resp import Error, Simple
from tests.redis.server.scripted import NOON, Clients, ScriptedClient

OK = Simple(b"OK")


class TestMonitor:
    def test_commands_are_shown(self, clients: Clients, client: ScriptedClient) -> None:
        monitor = clients.new()
        assert monitor("MONITOR") == OK
        client('SET k "a')
        head = b"%d.000000 [0 127.0.0.1:50000] " % (NOON // 1000)
        assert monitor.heard == [Simple(head + b'"SET" "k" "\\"a"')]

    def test_the_last_one_that_leaves_gives_the_short_path_back(self, clients: Clients, client: ScriptedClient) -> None:
        first, second = clients.new(), clients.new()
        for monitor in (first, second, second):
            monitor("MONITOR")
        first.session.close()
        assert clients.state.hooks
        second("RESET")
        assert not clients.state.hooks
        client("SET k v")
        assert second.heard == []

    def test_it_may_not_touch_keys(self, clients: Clients) -> None:
        monitor = clients.new()
        monitor("MONITOR")
        assert monitor("GET k") == Error(b"ERR Replica can't interact with the keyspace")
        assert b" flags=O " in monitor("CLIENT INFO")[-1].data
