"""Commands about the server: memory, figures, keys in requests, DEBUG, and its end."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Error, Simple, Verbatim
from framewire.redis.sizes import human, peak_memory, resident_memory, size_of, total_memory
from tests.redis.clients import Clients, ScriptedClient
from tests.serving import Serving, command
from tests.waiting import PATIENCE

OK = Simple(b"OK")


@pytest.fixture
def clients() -> Clients:
    return Clients()


@pytest.fixture
def client(clients: Clients) -> ScriptedClient:
    return clients.new()


class TestMemory:
    def test_what_is_bigger_takes_more(self, client: ScriptedClient) -> None:
        for length in (10, 10_000, 1_000_000):
            client("SET", f"s{length}", b"x" * length)
            assert length < client(f"MEMORY USAGE s{length}") < length + 500

    @pytest.mark.parametrize(
        "request_", ["RPUSH k {}", "SADD k {}", "HSET k {0} {0}", "ZADD k 1 {}", "XADD k * f {}", "APPEND k {}"]
    )
    def test_every_type_has_a_size(self, client: ScriptedClient, request_: str) -> None:
        for number in range(1000):
            client(request_.format("x" * 100 + str(number)))
        whole, sampled = client("MEMORY USAGE k SAMPLES 0"), client("MEMORY USAGE k")
        assert whole > 100_000
        assert whole / 3 < sampled < whole * 3

    def test_shared_parts_are_counted_once(self) -> None:
        shared = ["x"] * 1000
        assert size_of([shared, shared, shared]) < 2 * size_of(shared)
        shared.append(shared)  # type: ignore[arg-type]  # a list that holds itself
        assert size_of(shared) > 0

    def test_the_process(self, client: ScriptedClient) -> None:
        assert 0 < resident_memory() <= max(peak_memory(), resident_memory()) < total_memory()
        assert client("MEMORY STATS")[b"keys.count"] == 0

    @pytest.mark.parametrize(("size", "text"), [(0, "0B"), (1023, "1023B"), (1024, "1.00K"), (1_138_176, "1.09M")])
    def test_sizes_for_people(self, size: int, text: str) -> None:
        assert human(size) == text


class TestInfo:
    def fields(self, client: ScriptedClient, sections: str) -> dict[str, str]:
        report = client(f"INFO {sections}")
        assert isinstance(report, Verbatim)
        lines = report.data.decode().split("\r\n")
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def test_what_tools_read(self, client: ScriptedClient) -> None:
        fields = self.fields(client, "everything")
        names = (
            "redis_version uptime_in_seconds connected_clients blocked_clients used_memory used_memory_human "
            "used_memory_peak used_memory_rss maxmemory total_system_memory loading aof_enabled rdb_bgsave_in_progress "
            "total_commands_processed total_connections_received expired_keys evicted_keys keyspace_hits "
            "pubsub_channels role connected_slaves used_cpu_sys used_cpu_user cluster_enabled"
        )
        assert set(names.split()) <= set(fields)

    def test_statistics_begin_anew(self, clients: Clients, client: ScriptedClient) -> None:
        for request in ("SET k v PX 5", "GET k", "GET x", "nonsense"):
            client(request)
        clients.now += 5
        clients.state.expire_cycle()
        assert client("CONFIG RESETSTAT") == OK
        fields = self.fields(client, "stats")
        for name in ("keyspace_hits", "keyspace_misses", "expired_keys", "total_error_replies"):
            assert fields[name] == "0", name


class TestDebug:
    @pytest.mark.parametrize(
        ("allowed", "address", "may"),
        [("yes", "192.0.2.1:5", True), ("local", "192.0.2.1:5", False), ("local", "[::1]:5", True),
         ("local", "/tmp/socket:0", True), ("no", "127.0.0.1:5", False)],
    )  # fmt: skip
    def test_not_everybody_may(self, allowed: str, address: str, may: bool) -> None:
        client = Clients(enable_debug_command=allowed).new()
        client.session.address = address
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


class TestTheEnd:
    def test_a_server_in_a_program_cannot_be_ended(self, client: ScriptedClient) -> None:
        assert client("SHUTDOWN NOSAVE") == Error(b"ERR this server is part of a program, which alone can end it")
        assert not client.session.closing

    def test_who_asked_gets_no_reply(self, clients: Clients, client: ScriptedClient) -> None:
        ended: list[bool] = []
        clients.state.on_shutdown = lambda: ended.append(True)
        assert client.batch([b"SHUTDOWN", b"NOW"], [b"SET", b"k", b"v"]) == []
        assert ended == [True]
        assert clients.state.databases[0].values == {}

    def test_saving_is_refused(self, clients: Clients, client: ScriptedClient) -> None:
        clients.state.on_shutdown = lambda: pytest.fail("it was to be saved first")
        for request in ("SAVE", "BGSAVE", "BGSAVE SCHEDULE", "SHUTDOWN SAVE"):
            assert str(client(request)).startswith("ERR this server writes no RDB files")

    @pytest.mark.thorough
    def test_a_process_of_its_own_ends(self) -> None:
        with Serving() as server, server.connect() as client:
            client.sendall(command(b"SHUTDOWN", b"NOSAVE"))
            assert client.recv(100) == b""
            assert server.process.wait(PATIENCE) == 0
