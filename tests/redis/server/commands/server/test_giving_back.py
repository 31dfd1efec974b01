"""Memory that keys took goes back to the system when they are gone."""

from __future__ import annotations

import pytest

from framewire.redis.server.commands.server.sizes import _malloc_trim
from tests.serving import Serving, command

MIB = 1024 * 1024

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(_malloc_trim() is None, reason="this C library has no malloc_trim"),
]


@pytest.mark.parametrize("last", [[b"FLUSHALL"], [b"MEMORY", b"PURGE"]], ids=lambda last: last[0].decode())
def test_it_goes_back(last: list[bytes]) -> None:
    with Serving() as server:
        empty = server.rss
        for start in range(0, 40_000, 4_000):
            pairs = [part for n in range(start, start + 4_000) for part in (b"key:%d" % n, b"%d" % n * 300)]
            server.ask(command(b"MSET", *pairs), b"+OK\r\n")
        full = server.rss
        assert full - empty > 40 * MIB
        if last != [b"FLUSHALL"]:
            for start in range(0, 40_000, 4_000):  # all but one of a hundred, so that no end of the heap is free
                doomed = [b"key:%d" % n for n in range(start, start + 4_000) if n % 100]
                server.ask(command(b"DEL", *doomed), b":%d\r\n" % len(doomed))
        server.ask(command(*last), b"+OK\r\n")
        assert server.rss - empty < (full - empty) / 2
