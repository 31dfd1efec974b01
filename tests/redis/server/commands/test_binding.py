"""The command table, and each command by a clock that stands still. `tests/against` compares them with a real Redis."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Array, Error, Push, Simple, Verbatim
from framewire.redis.server.commands.binding import BARRIERS, COMMANDS, HANDLERS, Command
from scripts.list_commands import GROUPS
from tests.redis.server.scripted import NOON, Clients, ScriptedClient

OK = Simple(b"OK")
SYNTAX = Error(b"ERR syntax error")
NOT_AN_INTEGER = Error(b"ERR value is not an integer or out of range")
WRONG_TYPE = Error(b"WRONGTYPE Operation against a key holding the wrong kind of value")


@pytest.fixture
def clients() -> Clients:
    return Clients()


@pytest.fixture
def client(clients: Clients) -> ScriptedClient:
    return clients.new()


# Each row: requests that prepare, the request, its reply.
REPLIES: list[tuple[list[str], str, Any]] = [
    ([], "PING", Simple(b"PONG")),
    ([], "PING x", b"x"),
    ([], "ECHO x", b"x"),
    ([], "GET k", None),
    (["SET k v"], "GET k", b"v"),
    (["SET k v EX 10"], "TTL k", 10),
    (["SET k v EX 10", "SET k w"], "TTL k", -1),
    (["SET k v EX 10", "SET k w KEEPTTL"], "PTTL k", 10_000),
    (["SET k v PXAT 1700000001234"], "PTTL k", 1_234),
    (["SET k v EXAT 1700000002"], "PTTL k", 2_000),
    (["SET k v EXAT 1"], "GET k", None),
    (["SET k v"], "SET k w NX", None),
    (["SET k v"], "SET k w NX GET", b"v"),
    ([], "SET k w XX", None),
    ([], "SET k w XX GET", None),
    ([], "SET k v NX XX", SYNTAX),
    ([], "SET k v EX 18446744073709551615", NOT_AN_INTEGER),
    ([], "SET k v EX 9223372036854775807", Error(b"ERR invalid expire time in 'set' command")),
    ([], "SET k v PX 0", Error(b"ERR invalid expire time in 'set' command")),
    ([], "INCR k", 1),
    (["SET k 41 EX 10", "INCR k"], "TTL k", 10),
    (["SET k 9223372036854775807"], "INCR k", Error(b"ERR increment or decrement would overflow")),
    (["SET k 01"], "INCR k", NOT_AN_INTEGER),
    (["SET k 41"], "INCRBY k -42", -1),
    (["SET k -9223372036854775808"], "INCRBY k -1", Error(b"ERR increment or decrement would overflow")),
    (["SET a 1", "SET b 1"], "DEL a b c a", 2),
    (["SET a 1"], "EXISTS a a b", 2),
    (["SET a 1"], "TYPE a", Simple(b"string")),
    ([], "TYPE a", Simple(b"none")),
    ([], "TTL k", -2),
    (["SET k v PX 1499"], "TTL k", 1),
    (["SET k v PX 1500"], "TTL k", 2),
    (["SET k v EX 10"], "PERSIST k", 1),
    (["SET k v"], "PERSIST k", 0),
    (["SET k v", "EXPIRE k 5"], "PTTL k", 5_000),
    (["SET k v", "PEXPIRE k 5"], "PTTL k", 5),
    (["SET k v", "EXPIRE k -1"], "EXISTS k", 0),
    (["SET k v"], "EXPIRE k 9223372036854775807", Error(b"ERR invalid expire time in 'expire' command")),
    (["SET k v"], "EXPIRE k 5 XX", 0),
    (["SET k v"], "EXPIRE k 5 GT", 0),
    (["SET k v"], "EXPIRE k 5 LT", 1),
    (["SET k v EX 9"], "EXPIRE k 9 GT", 0),
    (["SET k v EX 9"], "EXPIRE k 9 LT", 0),
    (["SET k v EX 9"], "EXPIRE k 10 NX", 0),
    (["SET a 1", "SET ab 1"], "KEYS a?", [b"ab"]),
    (["SET a 1", "SELECT 1"], "DBSIZE", 0),
    (["SET a 1", "FLUSHDB ASYNC"], "DBSIZE", 0),
    (["SET a 1", "SELECT 1", "FLUSHALL", "SELECT 0"], "DBSIZE", 0),
    ([], "FLUSHALL SOON", SYNTAX),
    ([], "SELECT 16", Error(b"ERR DB index is out of range")),
    ([], "PUBLISH c m", 0),
    ([], "SUBSCRIBE a b", [Push((b"subscribe", b"a", 1)), Push((b"subscribe", b"b", 2))]),
    ([], "UNSUBSCRIBE", Push((b"unsubscribe", None, 0))),
    (["SUBSCRIBE a", "PSUBSCRIBE b"], "UNSUBSCRIBE", Push((b"unsubscribe", b"a", 1))),
    (["CLIENT SETNAME me"], "CLIENT GETNAME", b"me"),
    ([], "CLIENT GETNAME", None),
    ([], "CLIENT ID", 1),
    ([], "CLIENT SETINFO LIB-NAME mine", OK),
    ([], "CLIENT SETINFO LIB-VER 1.0", OK),
    ([], "CLIENT SETINFO LIB-AGE 1", Error(b"ERR Unrecognized option 'LIB-AGE'")),
    ([], "CLIENT SETINFO LIB-NAME a\nb", Error(b"ERR lib-name cannot contain spaces, newlines or special characters.")),
    ([], "TIME", [b"1700000000", b"0"]),
    ([], "CONFIG GET timeout", {b"timeout": b"0"}),
    (["CONFIG SET timeout 7"], "CONFIG GET timeout", {b"timeout": b"7"}),
    ([], "COMMAND COUNT", len(COMMANDS)),
    ([], "COMMAND GETKEYS DEL a b", [b"a", b"b"]),
    ([], "COMMAND LIST FILTERBY PATTERN p?ersist", []),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    for request in before:
        assert not isinstance(client(request), Error), request
    assert client(request_) == reply


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


def test_other_types_are_refused_by_string_commands(clients: Clients, client: ScriptedClient) -> None:
    clients.state.databases[0].set(b"k", [b"a list"])
    for request in ("GET k", "INCR k", "SET k v GET"):
        assert client(request) == WRONG_TYPE
    assert client("SET k v") == OK


class TestHello:
    def test_it_describes_the_server_as_redis_7(self, client: ScriptedClient) -> None:
        reply = client("HELLO 3")
        assert reply == {
            b"server": b"redis", b"version": b"7.0.15", b"proto": 3, b"id": 1, b"mode": b"standalone",
            b"role": b"master", b"modules": [],
        }  # fmt: skip

    def test_it_takes_a_name_and_a_password(self) -> None:
        client = Clients(requirepass=b"secret").new()
        assert client("HELLO 3 AUTH default secret SETNAME me")[b"proto"] == 3
        assert client("CLIENT GETNAME") == b"me"


class TestInfo:
    def lines(self, client: ScriptedClient, request: str) -> list[str]:
        reply = client(request)
        assert isinstance(reply, Verbatim)
        return reply.data.decode().split("\r\n")

    def test_sections(self, client: ScriptedClient) -> None:
        titles = [line for line in self.lines(client, "INFO") if line.startswith("#")]
        assert titles[0] == "# Server"
        assert "# Commandstats" not in titles
        assert "# Commandstats" in self.lines(client, "INFO everything")
        assert self.lines(client, "INFO nonsense") == [""]

    def test_it_counts(self, clients: Clients, client: ScriptedClient) -> None:
        for request in ("SET a 1", "SET b 1 PX 500", "GET a", "GET x", "nonsense", "GET"):
            client(request)
        assert "db0:keys=2,expires=1,avg_ttl=500" in self.lines(client, "INFO keyspace")
        stats = self.lines(client, "INFO stats")
        for line in ("keyspace_hits:1", "keyspace_misses:1", "total_error_replies:2", "total_connections_received:1"):
            assert line in stats
        assert "errorstat_ERR:count=2" in self.lines(client, "INFO errorstats")
        clients.now += 5_000
        assert "db0:keys=1,expires=0,avg_ttl=0" in self.lines(client, "INFO keyspace")
        assert "uptime_in_seconds:5" in self.lines(client, "INFO server")

    def test_a_client_describes_itself(self, clients: Clients, client: ScriptedClient) -> None:
        clients.now += 3_000
        client("CLIENT SETINFO LIB-NAME mine")
        line = client("CLIENT INFO").data.decode()
        fields = dict(field.split("=", 1) for field in line.split())
        assert fields["addr"] == "127.0.0.1:50000"
        assert (fields["age"], fields["idle"], fields["fd"], fields["resp"]) == ("3", "0", "9", "2")
        assert fields["lib-name"] == "mine"
        assert line.endswith("\n")


def every_command() -> list[Command]:
    return [each for command in COMMANDS.values() for each in (command, *command.subcommands.values())]


@pytest.mark.parametrize("command", every_command(), ids=lambda command: command.name)
class TestTable:
    def test_it_is_complete(self, command: Command) -> None:
        assert command.name == command.name.lower()
        assert command.arity != 0
        assert command.summary.endswith(".")
        assert command.complexity
        assert command.group in GROUPS
        assert command.name in HANDLERS or command.subcommands

    def test_fewer_arguments_than_its_arity_are_refused(self, command: Command) -> None:
        """And more, where it has a limit. A refused request changes nothing, so one client serves for all."""
        client = Clients().new()
        name = command.name.split("|")
        error = f"ERR wrong number of arguments for '{command.name}' command"
        wrong = [command.least - 1] if command.least > len(name) else []
        wrong += [command.arity + 1] if command.arity > 0 else []
        for length in wrong:
            (reply,) = client.batch([part.encode() for part in (*name, *["x"] * (length - len(name)))])
            assert str(reply).endswith(error.removeprefix("ERR ") if command.name == "exec" else error)

    def test_it_is_described(self, command: Command) -> None:
        client = Clients().new()
        (described,) = client("COMMAND", "INFO", command.name)
        assert isinstance(described, Array)
        assert len(described.items) == 10
        (document,) = client("COMMAND", "DOCS", command.name).values()
        assert document[b"summary"] == command.summary.encode()


def test_every_handler_has_its_facts() -> None:
    names = {command.name for command in every_command()}
    assert set(HANDLERS) <= names
    assert BARRIERS <= names


def test_command_without_arguments_describes_all(client: ScriptedClient) -> None:
    assert len(client("COMMAND")) == len(client("COMMAND INFO")) == len(client("COMMAND DOCS")) == len(COMMANDS)
    assert len(client("COMMAND LIST")) == len(every_command())


@pytest.mark.parametrize("container", ["CLIENT", "CONFIG", "COMMAND", "OBJECT"])
def test_help_names_every_subcommand(client: ScriptedClient, container: str) -> None:
    text = b"\n".join(line.data for line in client(f"{container} HELP")).decode()
    for name in COMMANDS[container.lower().encode()].subcommands:
        assert name.decode().upper() in text


def test_the_clock_of_these_tests_stands_still(client: ScriptedClient) -> None:
    assert client("TIME") == [b"%d" % (NOON // 1000), b"0"]
