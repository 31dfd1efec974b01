"""The two servers that are compared: ours, and a real one; one of each for a test file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from framewire.redis import ThreadServer, run_in_thread
from tests.peers import RedisServer


@pytest.fixture(scope="module")
def peer() -> Iterator[RedisServer]:
    with RedisServer("--enable-debug-command", "yes") as peer:
        yield peer


@pytest.fixture(scope="module")
def ours() -> Iterator[ThreadServer]:
    with run_in_thread() as server:
        yield server
