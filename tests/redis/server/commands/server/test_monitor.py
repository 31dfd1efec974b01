"""MONITOR: what is shown, and that nothing stays behind."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Error, Simple
from framewire.redis.redaction import quoted
from framewire.redis.server.clients import monitors
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
        assert b" flags=O " in monitor("CLIENT INFO")[0].data

    def test_a_transaction_of_its_own_stays_whole(self, clients: Clients) -> None:
        monitor = clients.new()
        for request in ("MONITOR", "MULTI", "PING", "ECHO x"):
            monitor(request)
        reply, *lines = monitor("EXEC")
        assert reply == [Simple(b"PONG"), b"x"]
        assert [line.data.split(b"] ")[1] for line in lines] == [b'"PING"', b'"ECHO" "x"', b'"EXEC"']

    def test_an_error_of_its_own_comes_first(self, clients: Clients) -> None:
        monitor = clients.new()
        monitor("MONITOR")
        error, line = monitor("CLIENT SETNAME a\nb")
        assert isinstance(error, Error)
        assert line.data.endswith(b'"CLIENT" "SETNAME" "a\\nb"')

    def test_a_line_is_made_once_for_all(
        self, clients: Clients, client: ScriptedClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: list[bytes] = []

        def counted(part: bytes) -> bytes:
            made.append(part)
            return quoted(part)

        monkeypatch.setattr(monitors, "quoted", counted)
        listeners = [clients.new() for _ in range(5)]
        for monitor in listeners:
            monitor("MONITOR")
        client("SET k v")
        assert made == [b"SET", b"k", b"v"]
        assert len({id(line) for monitor in listeners for line in monitor.heard[-1:]}) == 1

    def test_what_waits_is_shown_once(self, clients: Clients, client: ScriptedClient) -> None:
        monitor, waiting = clients.new(), clients.new()
        monitor("MONITOR")
        waiting("BLPOP l 0")
        client("RPUSH m 1")
        client("RPUSH l 1")
        assert [line.data.split(b"] ")[1] for line in monitor.heard] == [
            b'"BLPOP" "l" "0"', b'"RPUSH" "m" "1"', b'"RPUSH" "l" "1"',
        ]  # fmt: skip
