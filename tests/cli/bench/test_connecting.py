"""Connections that are greeted, all or none; the server's own account of its CPU."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from framewire.cli.bench.connecting import AT_ONCE, GreetingError, cpu_seconds, open_link, open_links
from tests.cli.bench.scripted import Gone, scripted
from tests.waiting import PATIENCE, until_in_loop


def ok(request: list[bytes]) -> bytes:
    return b"+OK\r\n"


async def test_as_many_as_asked_for_each_greeted() -> None:
    async with scripted(ok) as server:
        links = await open_links(replace(server.target, db=3), AT_ONCE + 5)
        assert server.requests == [[b"SELECT", b"3"]] * (AT_ONCE + 5)
        assert server.open == len(links) == AT_ONCE + 5
        for link in links:
            link.close()


async def test_where_one_is_refused_none_is_left() -> None:
    served = count(1)
    async with scripted(lambda request: b"-ERR no\r\n" if next(served) == AT_ONCE + 3 else b"+OK\r\n") as server:
        with pytest.raises(GreetingError, match="SELECT was answered: ERR no"):
            await open_links(replace(server.target, db=3), AT_ONCE + 5)
        await until_in_loop(lambda: not server.open)


INFO = b"# CPU\r\nused_cpu_sys:1.25\r\nused_cpu_user:0.5\r\n"


@pytest.mark.parametrize(("says", "seconds"), [
    (b"$%d\r\n%b\r\n" % (len(INFO), INFO), 1.75),
    (b"=%d\r\ntxt:%b\r\n" % (len(INFO) + 4, INFO), 1.75),
    (b"$5\r\n# CPU\r\n", None),
    (b"$-1\r\n", None),
    (b"-NOPERM no permission\r\n", None),
    (b"*0\r\n", None),
])  # fmt: skip
async def test_cpu_of_the_server_where_it_says(says: bytes, seconds: float | None) -> None:
    async with scripted(ok) as server:
        server.reply = lambda request: says  # type: ignore[method-assign]
        link = await open_link(server.target)
        assert await cpu_seconds(link, PATIENCE) == seconds
        link.close()


async def test_a_server_that_is_gone_or_silent_says_nothing() -> None:
    def gone(request: list[bytes]) -> bytes:
        raise Gone

    async with scripted(ok) as server:
        link = await open_link(server.target)
        server.reply = lambda request: b""  # type: ignore[method-assign]
        assert await cpu_seconds(link, 0.05) is None
        server.reply = gone  # type: ignore[method-assign]
        assert await cpu_seconds(link, PATIENCE) is None
        assert await cpu_seconds(link, PATIENCE) is None
