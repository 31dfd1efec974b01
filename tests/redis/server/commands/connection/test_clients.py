"""What clients do to each other: pauses, lists, ends."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Error, Simple
from tests.redis.server.scripted import NOON, Clients, ScriptedClient

OK = Simple(b"OK")
PONG = Simple(b"PONG")


def words(*requests: str) -> list[list[bytes]]:
    return [request.encode().split(b" ") for request in requests]


class TestPause:
    def postponed(self, clients: Clients, *requests: str) -> tuple[ScriptedClient, int]:
        """A client that begins to send these, and how many of them were run."""
        other = clients.new()
        replies: list[object] = []
        other.session.state.tick()
        return other, other.session.execute(words(*requests), replies)

    @pytest.mark.parametrize("request_", ["SET k v", "PUBLISH c m", "FLUSHALL", "set k v"])
    def test_writes_wait(self, clients: Clients, client: ScriptedClient, request_: str) -> None:
        client("CLIENT PAUSE 1000 WRITE")
        other, done = self.postponed(clients, "GET k", "PING", request_)
        assert done == 2
        assert other.client.postponed
        assert client("CLIENT UNPAUSE") == OK
        assert other.client.blocked is None
        assert other.heard == []
        assert not isinstance(other(request_), Error)

    def test_all_wait_until_the_end(self, clients: Clients, client: ScriptedClient) -> None:
        client("CLIENT PAUSE 1000")
        other, done = self.postponed(clients, "GET k")
        assert done == 0
        assert other.client.blocked is not None
        assert other.client.blocked.deadline == NOON + 1000
        clients.now += 1000
        clients.state.expire_cycle()
        assert other.client.blocked is None
        assert other("PING") == PONG

    def test_exec_waits_if_it_would_write(self, clients: Clients, client: ScriptedClient) -> None:
        writer, reader = clients.new(), clients.new()
        writer.batch(*words("MULTI", "SET k v"))
        reader.batch(*words("MULTI", "GET k"))
        client("CLIENT PAUSE 1000 WRITE")
        replies: list[object] = []
        assert writer.session.execute([[b"EXEC"]], replies) == 0
        assert reader.session.execute([[b"EXEC"]], replies) == 1
        assert replies == [[None]]

    def test_nothing_expires_meanwhile(self, clients: Clients, client: ScriptedClient) -> None:
        client("SET k v PX 10")
        client("CLIENT PAUSE 1000 WRITE")
        clients.now += 500
        clients.state.expire_cycle()
        assert b"k" in clients.state.databases[0].values
        clients.now += 500
        clients.state.expire_cycle()
        assert b"k" not in clients.state.databases[0].values

    def test_who_waits_for_the_end_cannot_be_woken(self, clients: Clients, client: ScriptedClient) -> None:
        client("CLIENT PAUSE 1000 WRITE")
        other, _ = self.postponed(clients, "SET k v")
        assert client(f"CLIENT UNBLOCK {other.client.id}") == 0
        assert clients.state.databases.blocked.__len__() == 1
        other.session.close()
        assert clients.state.databases.blocked.__len__() == 0

    def test_a_sleep_is_a_pause_with_a_reply(self, clients: Clients, client: ScriptedClient) -> None:
        assert client("DEBUG SLEEP 0.5") == []
        wait = client.client.blocked
        assert wait is not None
        assert wait.deadline == NOON + 500
        assert clients.new().session.execute([[b"PING"]], []) == 0
        client.client.end_wait(wait.otherwise)
        assert client.heard == [OK]


class TestOthers:
    def test_a_killed_client_is_gone_at_once(self, clients: Clients, client: ScriptedClient) -> None:
        other, ended = clients.new(), []
        other.client.on_kill = lambda: ended.append(True)
        other("SUBSCRIBE c")
        assert client(f"CLIENT KILL ID {other.client.id}") == 1
        assert ended == [True]
        assert client("PUBLISH c m") == 0
        assert client(f"CLIENT LIST ID {other.client.id}").data == b""

    def test_who_kills_himself_gets_the_reply(self, clients: Clients, client: ScriptedClient) -> None:
        assert client.batch(*words("CLIENT KILL 127.0.0.1:50000", "SET k v")) == [OK]
        assert client.client.closing
        assert clients.state.databases[0].values == {}

    def test_unblocking(self, clients: Clients, client: ScriptedClient) -> None:
        for reason, reply in (("TIMEOUT", "Null"), ("ERROR", "Error")):
            other = clients.new()
            other("BLPOP k 0")
            assert client(f"CLIENT UNBLOCK {other.client.id} {reason}") == 1
            assert [type(each).__name__ for each in other.heard] == [reply]

    def test_the_line_of_a_client(self, clients: Clients, client: ScriptedClient) -> None:
        other = clients.new()
        for request in ("SELECT 2", "WATCH k", "CLIENT NO-EVICT ON", "MULTI", "PING"):
            other(request)
        client.batch(*words("SELECT 2", "SET k v"))
        clients.now += 5_000
        line = client(f"CLIENT LIST ID {other.client.id}").data
        for field in (b"flags=xde", b"db=2", b"multi=1", b"age=5", b"idle=5", b"cmd=ping"):
            assert field in line.split(), field

    @pytest.mark.parametrize(
        ("request_", "shown"),
        [
            ("get k", b"get"),
            ("nonsense", b"NULL"),
            ("SET k v", b"set"),
            ("OBJECT HELP", b"object|help"),
            ("GET", b"get"),
        ],
    )
    def test_the_last_command_is_shown(
        self, clients: Clients, client: ScriptedClient, request_: str, shown: bytes
    ) -> None:
        other = clients.new()
        other(request_)
        assert b" cmd=%s " % shown in client(f"CLIENT LIST ID {other.client.id}").data
