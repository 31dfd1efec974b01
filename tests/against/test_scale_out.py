"""What the pages about clusters say is so: their programs run on real ones; the first of them on every kind of URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from framewire.kits.cluster.cluster import RedisCluster
from framewire.kits.sentinel.sentinel import RedisSentinel
from framewire.redis import run_in_thread
from tests.pages import ON_REAL_SERVERS, ROOT, check_page, check_program, program
from tests.peers import REDIS_7, VALKEY, programs, require

pytestmark = pytest.mark.slow

DOCS = ROOT / "docs"


@pytest.fixture(scope="module", params=[REDIS_7, VALKEY])
def cluster(request: pytest.FixtureRequest) -> Iterator[RedisCluster]:
    with RedisCluster(program=programs()[require(request.param)]) as cluster:
        yield cluster


@pytest.mark.parametrize("page", ON_REAL_SERVERS)
def test_a_page_about_clusters_runs_on_one(page: str, cluster: RedisCluster, tmp_path: Path) -> None:
    cluster.reset()
    check_page(DOCS / page, tmp_path, {"REDIS_URL": cluster.url})


@pytest.mark.parametrize("kind", ["memory", "server", "sentinel"])
def test_the_same_program_runs_where_there_is_no_cluster(kind: str, tmp_path: Path) -> None:
    shop = program(DOCS / "scale-out.md", until="## Keys have slots")
    with ExitStack() as running:
        url = "memory://shop"
        if kind == "server":
            url = running.enter_context(run_in_thread()).url
        elif kind == "sentinel":
            url = running.enter_context(RedisSentinel(program=programs()[require(REDIS_7)])).url
        check_program(shop, "scale-out.md", tmp_path, {"REDIS_URL": url})
