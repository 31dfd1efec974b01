"""The proof of the cluster client: under load, while everything happens to the cluster that may, no write is lost,
doubled, or lied about.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from framewire.kits.cluster.cluster import RedisCluster
from framewire.redis.client.aio.client import Client
from tests.against.cluster_ledger import Ledger, judge
from tests.against.cluster_load import Load, Progress
from tests.against.cluster_scenes import CLIENT_NAME, SCENES, Stage, play, read_all
from tests.peers import REDIS_7, VALKEY, require
from tests.redis.client.aio.scripted import no_complaints
from tests.waiting import PATIENCE

pytestmark = [pytest.mark.peer, pytest.mark.slow, pytest.mark.timeout(900)]

STORED = ("--appendonly", "yes", "--appendfsync", "always")


@pytest.fixture(params=[REDIS_7, VALKEY])
def cluster(request: pytest.FixtureRequest) -> Iterator[RedisCluster]:
    with RedisCluster(program=require(request.param), arguments=STORED) as cluster:
        yield cluster


def test_no_write_is_lost_doubled_or_lied_about(cluster: RedisCluster) -> None:
    ledger = Ledger()

    async def main() -> Progress:
        with no_complaints():
            async with Client.from_url(cluster.url, client_name=CLIENT_NAME, socket_timeout=PATIENCE) as client:
                load = Load(client, ledger, seed=1)
                load.start()
                stage = Stage(cluster, ledger, load.progress, lambda: load.failed)
                try:
                    for scene in SCENES:
                        await asyncio.to_thread(play, scene, stage)
                finally:
                    await load.stop()
        return load.progress

    _judge(cluster, ledger, asyncio.run(main()))


def _judge(cluster: RedisCluster, ledger: Ledger, progress: Progress) -> None:
    cluster.wait_until_ok()
    found, faults = read_all(cluster)
    ledger.faults += faults
    verdict = judge(ledger, found)
    print(f"{cluster.program.version}: {verdict}, redirects {progress.redirects}")
    verdict.hold()
    assert verdict.confirmed > 100
    assert progress.redirects > 100
