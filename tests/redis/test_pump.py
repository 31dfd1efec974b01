"""`ClientPump` where something goes wrong, and where a client makes it wait: both loops, real sockets, one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from framewire.redis import Server
from framewire.redis import pump as pump_module
from framewire.redis.loops import new_event_loop
from tests.serving import command

PING = command(b"PING")

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Iterator[Callable[[Awaitable[None]], None]]:
    """Runs one coroutine on a loop of each kind."""
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    with asyncio.Runner(loop_factory=lambda: new_event_loop(request.param)) as runner:
        yield runner.run


@asynccontextmanager
async def client_of(server: Server) -> AsyncIterator[Streams]:
    reader, writer = await asyncio.open_connection(server.host, server.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


def test_a_failure_closes_one_client_and_shows_its_bytes_to_nobody(
    run: Callable[..., None], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """All clients are received into one block: what a failing call leaves there must not be the next one's request."""
    encode_values = pump_module.encode_values
    failures = [MemoryError("no room for the reply")]

    def fail_once(*arguments: Any) -> None:
        if failures:
            raise failures.pop()
        encode_values(*arguments)

    async def main() -> None:
        async with Server(port=0) as server, client_of(server) as unlucky, client_of(server) as other:
            monkeypatch.setattr(pump_module, "encode_values", fail_once)
            unlucky[1].write(PING * 40 + command(b"ECHO", b"secret")[:-4])
            assert await unlucky[0].read() == b""
            other[1].write(command(b"ECHO", b"mine"))
            assert await other[0].readexactly(10) == b"$4\r\nmine\r\n"

    run(main())
    assert "no room for the reply" in caplog.text
