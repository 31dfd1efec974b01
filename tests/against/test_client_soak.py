"""Two hundred tasks count while links are cut, killed, refused and stalled, and calls are cancelled.

Each acknowledged increment is counted once, none is lost or doubled but those of which the client said that nobody
knows, and nobody gets the reply of another.
"""

from __future__ import annotations

import asyncio

import pytest

from framewire.redis.client.retries import Retry
from framewire.tap.faults.proxy import FaultProxy
from tests.against.client_soak import soak
from tests.against.client_ways import Way
from tests.waiting import LOOK_AGAIN, PATIENCE

pytestmark = pytest.mark.peer

TASKS = 200


@pytest.mark.parametrize("times", [50, pytest.param(1000, marks=pytest.mark.slow)])
def test_soak(way: Way, times: int) -> None:
    async def main() -> None:
        retry = Retry(retries=20, base=0.001, cap=0.05)
        async with FaultProxy(way.url) as proxy, way.client() as observer, asyncio.timeout(PATIENCE * times):
            await observer.flushall()
            async with way.client(proxy.url, retry=retry, max_connections=20) as client:
                counters = await soak(client, proxy, observer, TASKS, times, seed=times)
            assert sum(counter.acknowledged for counter in counters) > TASKS * times / 2
            assert any(counter.cancelled for counter in counters)
            while len(await observer.client_list()) > 1:  # noqa: ASYNC110 (only the server knows)
                await asyncio.sleep(LOOK_AGAIN)

    way.run(main)
