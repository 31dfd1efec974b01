"""Lines of MONITOR as redis-py has them."""

from __future__ import annotations

import pytest

from framewire.redis.client.monitored import monitored
from framewire.redis.compat.monitoring import command_of


@pytest.mark.parametrize(("line", "address", "port", "kind", "command"), [
    (b'1.5 [9 127.0.0.1:50] "GET" "foo"', "127.0.0.1", "50", "tcp", "GET foo"),
    (b'1.5 [9 ::1:50] "PING"', "::1", "50", "tcp", "PING"),
    (b'1.5 [9 lua] "PING"', "lua", "", "lua", "PING"),
    (b'1.5 [9 unix:/s] "PING"', "unix", "/s", "unix", "PING"),
    (b'1.5 [9 a:1] "SET" "a \\"b\\"" "\\x00\\n\\\\"', "a", "1", "tcp", 'SET a "b" \\x00\\n\\\\'),
])  # fmt: skip
def test_commands(line: bytes, address: str, port: str, kind: str, command: str) -> None:
    assert command_of(monitored(line)) == {
        "time": 1.5, "db": 9, "client_address": address, "client_port": port, "client_type": kind, "command": command,
    }  # fmt: skip
