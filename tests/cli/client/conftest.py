"""A Mini-Redis for the tests of `framewire cli`, empty for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from framewire.cli.client.session import Session
from framewire.redis import ThreadServer, run_in_thread
from framewire.redis.client.options import Options
from framewire.redis.client.retries import Retry


@pytest.fixture(scope="session")
def running() -> Iterator[ThreadServer]:
    with run_in_thread() as server:
        yield server


@pytest.fixture
def server(running: ThreadServer) -> ThreadServer:
    with Session(options_for(running)) as session:
        session.ask((b"FLUSHALL",))
    return running


def options_for(server: Any, protocol: int = 2) -> Options:
    """What `framewire cli` would have without a word about it."""
    return Options(
        host=server.host, port=server.port, protocol=protocol, lib_name=None, socket_timeout=None,
        health_check_interval=0, retry=Retry(retries=0),
    )  # fmt: skip


@pytest.fixture(params=[2, 3], ids=["RESP2", "RESP3"])
def session(server: ThreadServer, request: pytest.FixtureRequest) -> Iterator[Session]:
    with Session(options_for(server, request.param)) as session:
        yield session
