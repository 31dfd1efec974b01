"""A played cluster of three primaries, and who goes to it, for tests that want nothing else of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from framewire.redis.client.aio.client import Client
from framewire.redis.cluster.aio.route import ClusterRoute
from tests.redis.cluster.aio.played import PlayedCluster, client_of, played, route_to


@pytest.fixture
async def cluster() -> AsyncIterator[PlayedCluster]:
    async with played() as cluster:
        yield cluster


@pytest.fixture
async def route(cluster: PlayedCluster) -> AsyncIterator[ClusterRoute]:
    async with route_to(cluster) as route:
        yield route


@pytest.fixture
async def client(cluster: PlayedCluster) -> AsyncIterator[Client]:
    async with client_of(cluster) as client:
        yield client
