"""What clients do to each other, and to themselves: monitors, silence, pauses, lists, ends."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Error, Push, Simple
from framewire.redis.server.commands.binding import COMMANDS
from tests.redis.server.scripted import NOON, Clients, ScriptedClient

OK = Simple(b"OK")
PONG = Simple(b"PONG")


@pytest.fixture
def clients() -> Clients:
    return Clients()


@pytest.fixture
def client(clients: Clients) -> ScriptedClient:
    return clients.new()


def words(*requests: str) -> list[list[bytes]]:
    return [request.encode().split(b" ") for request in requests]


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


class TestReply:
    def test_off_and_on(self, client: ScriptedClient) -> None:
        replies = client.batch(
            *words("PING", "CLIENT REPLY OFF", "PING", "SET k v", "nonsense", "CLIENT REPLY ON", "GET k")
        )
        assert replies == [PONG, OK, b"v"]

    def test_skip(self, client: ScriptedClient) -> None:
        assert client.batch(*words("CLIENT REPLY SKIP", "PING", "ECHO a")) == [b"a"]
        assert client.batch(*words("CLIENT REPLY SKIP", "CLIENT REPLY SKIP", "PING", "ECHO a")) == [b"a"]

    def test_messages_are_no_replies(self, client: ScriptedClient) -> None:
        (subscribed, message) = client.batch(*words("CLIENT REPLY OFF", "HELLO 3", "SUBSCRIBE c", "PUBLISH c m"))
        assert isinstance(subscribed, Push)
        assert message == Push((b"message", b"c", b"m"))

    def test_what_was_waited_for_is_skipped_too(self, clients: Clients, client: ScriptedClient) -> None:
        client.batch(*words("CLIENT REPLY SKIP", "BLPOP list 0"))
        clients.new()("RPUSH list x")
        assert client.client.blocked is None
        assert client.heard == []
        assert client("PING") == PONG

    def test_reset_ends_it(self, client: ScriptedClient) -> None:
        assert client.batch(*words("CLIENT REPLY OFF", "RESET", "PING")) == [Simple(b"RESET"), PONG]


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


@pytest.mark.parametrize("container", [name for name, command in COMMANDS.items() if command.subcommands])
def test_help_names_every_subcommand(client: ScriptedClient, container: bytes) -> None:
    text = b"\n".join(line.data for line in client(f"{container.decode()} HELP"))
    for name in COMMANDS[container].subcommands:
        assert name.upper() in text, name
