"""Connections that ask nothing: held until the user, or the server, ends it."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import pytest

from framewire.cli.bench.idle import idle
from tests.cli.bench.scripted import Gone, scripted


async def test_idle_connections_ask_nothing_until_the_user_ends_it() -> None:
    async with scripted(lambda request: b"") as server:

        def say(text: str) -> None:
            assert "3 idle connections to redis://127.0.0.1:" in text
            os.kill(os.getpid(), signal.SIGINT)

        assert await idle(server.target, 3, say) == 130
        assert (server.connections, server.requests) == (3, [])


async def test_idle_connections_that_are_lost_are_an_error() -> None:
    def hang_up(request: list[bytes]) -> bytes:
        raise Gone

    async with scripted(hang_up) as server:
        with pytest.raises(OSError):
            await idle(replace(server.target, db=1), 3, lambda text: None)
