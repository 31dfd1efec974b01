"""Nodes by their addresses: made, renewed, and ended some time after they have left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.client.options import Options
from framewire.redis.client.retries import Retry
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.blocking import nodes as module
from framewire.redis.cluster.blocking.nodes import Families, Nodes
from tests.redis.client.blocking.ends import together

ONE, TWO = Address("127.0.0.1", 7001), Address("::1", 7002)
OPTIONS = Options(startup_nodes=[ONE], password="p", retry=Retry(5, 0.5, 1.0), cache=CacheConfig())


@pytest.fixture
def families() -> Families:
    return {}


@pytest.fixture
def nodes(families: Families) -> Iterator[Nodes]:
    nodes = Nodes(OPTIONS, Opener(OPTIONS), families, lambda address: None)
    yield nodes
    nodes.close()


def test_one_for_each_address_however_many_threads_ask(nodes: Nodes) -> None:
    made = together(*[lambda: nodes.at(ONE)] * 8)
    assert len(set(map(id, made))) == 1
    assert nodes.at(TWO) is not made[0]
    assert list(nodes) == [nodes.known(ONE), nodes.known(TWO)]


def test_the_caches_of_a_node_know_of_each_other(nodes: Nodes, families: Families) -> None:
    """Those of other databases do; after it was renewed, the new one's is the one that is told."""
    first = nodes.at(ONE)
    assert families[ONE] == {0: first.cached}
    renewed = nodes.renew(first)
    assert families[ONE] == {0: renewed.cached}


def test_renewing_happens_once(nodes: Nodes) -> None:
    """Threads that find out at the same time get the same."""
    first = nodes.at(ONE)
    renewed = together(*[lambda: nodes.renew(first)] * 8)
    assert len(set(map(id, renewed))) == 1
    assert renewed[0] is nodes.known(ONE) is not first
    assert not first.closed


def test_a_name_is_not_resolved_anew_for_each_call(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sends all calls back to itself would be given a link for each."""
    now = 100.0
    monkeypatch.setattr(module, "monotonic", lambda: now)
    first = nodes.renew(nodes.at(ONE))
    assert nodes.renew(first) is first
    now = 101.0
    second = nodes.renew(first)
    assert second is not first
    nodes.retire(ONE)
    assert nodes.renew(nodes.at(ONE)) is not second  # that is another node


def test_nothing_is_kept_of_addresses_where_nobody_is(
    nodes: Nodes, families: Families, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even the cache. What another database of that node knows stays, and what is known of who is there again."""
    now = 100.0
    monkeypatch.setattr(module, "monotonic", lambda: now)
    other = Nodes(replace(OPTIONS, db=1), Opener(OPTIONS), families, lambda address: None)
    other.at(TWO)
    for address in (ONE, TWO):
        nodes.at(address)
        nodes.retire(address)
    again = nodes.at(ONE)
    now = 200.0
    nodes.end_left()
    assert families == {ONE: {0: again.cached}, TWO: {1: other.at(TWO).cached}}
    nodes.retire(ONE)
    now = 300.0
    nodes.end_left()
    assert ONE not in families
    other.close()


def test_who_has_left_may_still_answer_for_a_while(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(module, "monotonic", lambda: now)
    gone, stays = nodes.at(ONE), nodes.at(TWO)
    nodes.retire(ONE)
    nodes.retire(ONE)  # it is none any more
    assert nodes.known(ONE) is None
    assert nodes.end_left() == 105.0
    assert not gone.closed
    now = 105.0
    assert nodes.end_left() is None
    assert gone.closed and not stays.closed
    assert nodes.at(ONE) is not gone


def test_closing_ends_all_and_those_that_come_later(nodes: Nodes) -> None:
    left, there = nodes.at(ONE), nodes.at(TWO)
    nodes.retire(ONE)
    nodes.close()
    assert left.closed and there.closed
    assert nodes.at(ONE).closed
