"""What nodes and the topology of a cluster's client are told."""

from __future__ import annotations

from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.client.options import Options
from framewire.redis.client.retries import Retry
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.decisions import Asked, Send
from framewire.redis.cluster.told import options_at, topology_of

ONE, TWO = Address("127.0.0.1", 7001), Address("::1", 7002)
OPTIONS = Options(startup_nodes=[ONE, TWO], password="p", retry=Retry(5, 0.5, 1.0), cache=CacheConfig())


def test_each_node_is_told_where_it_is_and_tries_once() -> None:
    options = options_at(OPTIONS, TWO)
    assert (options.host, options.port, options.startup_nodes) == (*TWO, ())
    assert options.retry == Retry(0, 0.5, 1.0)
    assert (options.password, options.cache) == (OPTIONS.password, OPTIONS.cache)


def test_a_topology_knows_its_seeds_and_how_patient_it_is() -> None:
    topology = topology_of(Options(startup_nodes=[ONE, TWO], max_redirects=3, topology_age=7.0))
    assert set(topology.begin_refresh()) == {ONE, TWO}
    assert (topology.settings.max_redirects, topology.settings.max_age) == (3, 7.0)


def test_and_how_addresses_are_translated() -> None:
    topology = topology_of(Options(startup_nodes=[ONE], address_remap=lambda address: ("nat", address[1] + 1)))
    sent = topology.refused(Asked(ONE), "MOVED 1 10.0.0.1:5")
    assert sent == Send(Address("nat", 6)) and type(sent.to) is Address  # type: ignore[union-attr]
