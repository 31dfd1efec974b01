"""Lines of the server's figures."""

from __future__ import annotations

from framewire.cli.client.stat import HEAD, figures_of, line_of

INFO = (
    b"# Server\r\nredis_version:7.0\r\n\r\nused_memory_human:1.00M\r\nconnected_clients:3\r\nblocked_clients:1\r\n"
    b"total_commands_processed:120\r\ntotal_connections_received:9\r\ndb0:keys=7,expires=0,avg_ttl=0\r\n"
    b"db12:keys=5,expires=0\r\ndbx:keys=100\r\n"
)


def test_lines() -> None:
    figures = figures_of(INFO)
    assert figures["keys"] == 12
    assert line_of(figures, None).split() == ["12", "1.00M", "3", "1", "120", "9"]
    before = {**figures, "total_commands_processed": "100"}
    assert line_of(figures, before).split() == ["12", "1.00M", "3", "1", "120", "(+20)", "9"]
    assert len(line_of(figures, before)) == len(HEAD)


def test_a_server_that_tells_less() -> None:
    assert line_of(figures_of(b"redis_version:7.0\r\n"), None).split() == ["0", "-", "-", "-", "-", "-"]
