"""Servers as processes: started, hurt, and there again."""

from __future__ import annotations

import pytest

from framewire.kits.process import ServerProcess
from tests.peers import require

pytestmark = pytest.mark.peer

SLOW_TO_READ = ("--appendonly", "yes", "--key-load-delay", "50")  # microseconds


def test_a_server_that_still_reads_its_files_is_waited_for() -> None:
    require()
    with ServerProcess(arguments=SLOW_TO_READ) as server:
        with server.client.pipeline() as pipeline:
            for number in range(20_000):
                pipeline.set(f"key:{number}", number)
        server.restart()
        assert server.client.dbsize() == 20_000
