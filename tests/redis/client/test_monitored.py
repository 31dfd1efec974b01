"""Lines of MONITOR. The forms are those of redis-server's `replicationFeedMonitors`."""

from __future__ import annotations

import pytest

from framewire.redis.client.monitored import Monitored, monitored


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        (rb'1.5 [0 127.0.0.1:1] "GET" "a"', Monitored(1.5, 0, "127.0.0.1:1", [b"GET", b"a"])),
        (rb'1.000001 [9 [::1]:6379] "PING"', Monitored(1.000001, 9, "[::1]:6379", [b"PING"])),
        (rb'1.5 [0 unix:/a b] "GET" ""', Monitored(1.5, 0, "unix:/a b", [b"GET", b""])),
        (rb'1.5 [0 lua] "GET" "\x00\n\r\t\a\b\\\"\xff"', Monitored(1.5, 0, "lua", [b"GET", b'\0\n\r\t\a\b\\"\xff'])),
        (rb'1.5 [0 lua] "GET" "] \"a\""', Monitored(1.5, 0, "lua", [b"GET", b'] "a"'])),
    ],
)
def test_what_they_say(line: bytes, meant: Monitored) -> None:
    assert monitored(line) == meant


@pytest.mark.parametrize("line", [b"", b"OK", b"1.5 GET a"])
def test_what_is_none(line: bytes) -> None:
    with pytest.raises(ValueError, match="no line of MONITOR"):
        monitored(line)
