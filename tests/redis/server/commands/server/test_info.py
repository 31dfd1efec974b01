"""INFO: what tools read, and what is counted."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Simple, Verbatim
from tests.redis.server.scripted import Clients, ScriptedClient

OK = Simple(b"OK")


def lines_of(client: ScriptedClient, request: str) -> list[str]:
    reply = client(request)
    assert isinstance(reply, Verbatim)
    return reply.data.decode().split("\r\n")


def fields_of(client: ScriptedClient, sections: str) -> dict[str, str]:
    report = client(f"INFO {sections}")
    assert isinstance(report, Verbatim)
    lines = report.data.decode().split("\r\n")
    return dict(line.split(":", 1) for line in lines if ":" in line)


def test_sections(client: ScriptedClient) -> None:
    titles = [line for line in lines_of(client, "INFO") if line.startswith("#")]
    assert titles[0] == "# Server"
    assert "# Commandstats" not in titles
    assert "# Commandstats" in lines_of(client, "INFO everything")
    assert lines_of(client, "INFO nonsense") == [""]


def test_it_counts(clients: Clients, client: ScriptedClient) -> None:
    for request in ("SET a 1", "SET b 1 PX 500", "GET a", "GET x", "nonsense", "GET"):
        client(request)
    assert "db0:keys=2,expires=1,avg_ttl=500" in lines_of(client, "INFO keyspace")
    stats = lines_of(client, "INFO stats")
    for line in ("keyspace_hits:1", "keyspace_misses:1", "total_error_replies:2", "total_connections_received:1"):
        assert line in stats
    assert "errorstat_ERR:count=2" in lines_of(client, "INFO errorstats")
    clients.now += 5_000
    assert "db0:keys=1,expires=0,avg_ttl=0" in lines_of(client, "INFO keyspace")
    assert "uptime_in_seconds:5" in lines_of(client, "INFO server")


@pytest.mark.parametrize(
    "requests",
    [["CLIENT REPLY OFF", "GET", "CLIENT REPLY ON"], ["CLIENT REPLY SKIP", "GET"], ["MULTI", "GET", "DISCARD"]],
)
def test_errors_that_nobody_hears_are_counted(client: ScriptedClient, requests: list[str]) -> None:
    for request in requests:
        client(request)
    assert fields_of(client, "errorstats")["errorstat_ERR"] == "count=1"


def test_an_error_that_ends_a_wait_is_counted(clients: Clients, client: ScriptedClient) -> None:
    waiting = clients.new()
    waiting("BLPOP l 0")
    client(f"CLIENT UNBLOCK {waiting.client.id} ERROR")
    assert fields_of(client, "errorstats")["errorstat_UNBLOCKED"] == "count=1"


def test_many_kinds_of_errors_are_counted_together(client: ScriptedClient) -> None:
    for number in range(200):
        client("EVAL", "return redis.error_reply(ARGV[1] .. ' x')", "0", f"CODE{number}")
    fields = fields_of(client, "errorstats stats")
    assert fields["total_error_replies"] == "200"
    assert fields["errorstat_CODE127"] == "count=1"
    assert fields["errorstat_ERRORSTATS_OVERFLOW"] == "count=72"
    assert len([name for name in fields if name.startswith("errorstat_")]) == 129


def test_what_tools_read(client: ScriptedClient) -> None:
    fields = fields_of(client, "everything")
    names = (
        "redis_version uptime_in_seconds connected_clients blocked_clients used_memory used_memory_human "
        "used_memory_peak used_memory_rss maxmemory total_system_memory loading aof_enabled rdb_bgsave_in_progress "
        "total_commands_processed total_connections_received expired_keys evicted_keys keyspace_hits "
        "pubsub_channels role connected_slaves used_cpu_sys used_cpu_user cluster_enabled"
    )
    assert set(names.split()) <= set(fields)


def test_statistics_begin_anew(clients: Clients, client: ScriptedClient) -> None:
    for request in ("SET k v PX 5", "GET k", "GET x", "nonsense"):
        client(request)
    clients.now += 5
    clients.state.expire_cycle()
    assert client("CONFIG RESETSTAT") == OK
    fields = fields_of(client, "stats")
    for name in ("keyspace_hits", "keyspace_misses", "expired_keys", "total_error_replies"):
        assert fields[name] == "0", name
