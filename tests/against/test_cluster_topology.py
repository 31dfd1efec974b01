"""What real clusters answer, and what the topology makes of it: for each way in which nodes call one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from random import Random

import pytest

from framewire.kits.cluster.cluster import RedisCluster
from framewire.kits.cluster.node import ClusterNode
from framewire.kits.programs import Program
from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.errors import ResponseError
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.decisions import Again, Asked, Decision, Send
from framewire.redis.cluster.map_replies import read_map
from framewire.redis.cluster.slot_map import SlotMap
from framewire.redis.cluster.topology import Topology
from framewire.redis.slots import slot_of
from tests.peers import PEERS, programs, require
from tests.redis.cluster.clocks import Chance, Clock

pytestmark = pytest.mark.slow

PREFER = "--cluster-preferred-endpoint-type"


def plain(node: ClusterNode) -> list[str]:
    return []


def named(node: ClusterNode) -> list[str]:
    return [PREFER, "hostname", "--cluster-announce-hostname", "localhost"]


def nameless(node: ClusterNode) -> list[str]:
    return [PREFER, "hostname"]


def unknown(node: ClusterNode) -> list[str]:
    return [PREFER, "unknown-endpoint"]


WAYS: dict[str, tuple[Callable[[ClusterNode], list[str]], str, str]] = {
    "addresses": (plain, "127.0.0.1", "127.0.0.1"),
    "hostnames": (named, "127.0.0.1", "localhost"),
    "hostnames, none announced": (nameless, "127.0.0.1", "127.0.0.1"),
    "no endpoints": (unknown, "127.0.0.1", "127.0.0.1"),
    "IPv6": (plain, "::1", "::1"),
}
"""How nodes call one another: their options, where they listen, the host by which they are found."""


@pytest.fixture(scope="module", params=PEERS)
def program(request: pytest.FixtureRequest) -> Program:
    return Program(*programs()[require(request.param)])


@pytest.fixture(scope="module", params=WAYS)
def cluster(request: pytest.FixtureRequest, program: Program) -> Iterator[tuple[RedisCluster, str]]:
    """Two primaries, each with a replica, and the host by which they are to be found."""
    options, host, found = WAYS[request.param]
    with RedisCluster(2, 1, program=program, arguments=options, host=host) as running:
        yield running, found


def address_of(node: ClusterNode) -> Address:
    return Address(node.host, node.port)


def map_of(node: ClusterNode, command: str, protocol: int) -> SlotMap:
    with closing(BlockingClient(node.host, node.port, protocol=protocol)) as client:
        return read_map(client.execute("CLUSTER", command), address_of(node))


def parts_of(slot_map: SlotMap) -> set[tuple[object, ...]]:
    """All of it that must be the same whoever is asked, and however: replies have no order."""
    return {(shard.primary, frozenset(shard.replicas), shard.slots) for shard in slot_map.shards}


def topology_of(node: ClusterNode) -> Topology:
    """What a client knows that has asked this node."""
    topology = Topology([address_of(node)], clock=Clock(), chance=Chance(0.0))
    topology.begin_refresh()
    topology.refreshed(address_of(node), node.client.execute("CLUSTER", "SLOTS"))
    return topology


@pytest.mark.parametrize("protocol", [2, 3])
def test_the_map_is_the_same_whoever_is_asked_and_however(cluster: tuple[RedisCluster, str], protocol: int) -> None:
    running, host = cluster
    primaries = [running.primary_of(slot) for slot in (0, 16383)]
    expected = {
        (Address(host, node.port), frozenset(Address(host, each.port) for each in running.replicas_of(node)), slots)
        for node, slots in zip(primaries, (((0, 8191),), ((8192, 16383),)), strict=True)
    }
    for node in running.nodes:
        for command in ("SLOTS", "SHARDS"):
            slot_map = map_of(node, command, protocol)
            assert parts_of(slot_map) == expected
            assert {slot_map.ids[Address(host, each.port)] for each in running.nodes} == {n.id for n in running.nodes}


def refused(topology: Topology, asked: Asked, node: ClusterNode, *request: str) -> tuple[str, Decision | None]:
    """What the node says to that, and what follows."""
    with pytest.raises(ResponseError) as caught:
        node.client.execute(*request)
    text = str(caught.value)
    return text.split(" ")[0], topology.refused(asked, text)


def test_a_key_at_another_node(cluster: tuple[RedisCluster, str]) -> None:
    """Also where the map says otherwise: it is patched with the very address that a right one has."""
    running, host = cluster
    slot = slot_of(b"key")
    owner = running.primary_of(slot)
    other = next(node for node in running.primaries if node is not owner)
    topology = topology_of(other)
    right = topology.owner_of(slot)
    assert right == Address(host, owner.port)
    asked = Asked(Address(host, other.port), slot)
    assert refused(topology, asked, other, "GET", "key") == ("MOVED", Send(right))
    topology.refused(asked, f"MOVED {slot} {host}:{other.port}")
    assert topology.owner_of(slot) == Address(host, other.port)
    assert refused(topology, asked, other, "GET", "key") == ("MOVED", Send(right))
    assert topology.owner_of(slot) == right
    assert topology.nodes == topology.slot_map.nodes  # nobody was named who is not in the map


def test_a_replica_sends_to_its_primary(cluster: tuple[RedisCluster, str]) -> None:
    running, host = cluster
    slot = slot_of(b"key")
    owner = running.primary_of(slot)
    (replica,) = running.replicas_of(owner)
    topology = topology_of(replica)
    asked = Asked(Address(host, replica.port), slot, reads=True)
    assert refused(topology, asked, replica, "GET", "key") == ("MOVED", Send(Address(host, owner.port)))


def test_a_slot_on_its_way(cluster: tuple[RedisCluster, str]) -> None:
    running, host = cluster
    slot = slot_of(b"{way}1")
    source = running.primary_of(slot)
    target = next(node for node in running.primaries if node is not source)
    topology = topology_of(source)
    at_source, at_target = Address(host, source.port), Address(host, target.port)
    source.client.execute("SET", "{way}1", "v")
    target.client.execute("CLUSTER", "SETSLOT", slot, "IMPORTING", source.id)
    source.client.execute("CLUSTER", "SETSLOT", slot, "MIGRATING", target.id)
    both = ("MGET", "{way}1", "{way}2")
    try:
        asked = Asked(at_source, slot)
        assert refused(topology, asked, source, "GET", "{way}2") == ("ASK", Send(at_target, asking=True))
        assert refused(topology, asked, source, *both) == ("TRYAGAIN", Again(0.05, from_start=True))
        assert refused(topology, Asked(at_target, slot), target, "GET", "{way}2") == ("MOVED", Send(at_source))
        assert topology.owner_of(slot) == at_source
    finally:
        for node in (source, target):
            node.client.execute("CLUSTER", "SETSLOT", slot, "STABLE")


def test_keys_of_several_slots_are_the_callers_business(cluster: tuple[RedisCluster, str]) -> None:
    running, host = cluster
    node = running.primary_of(slot_of(b"a"))
    asked = Asked(Address(host, node.port))
    assert refused(topology_of(node), asked, node, "MGET", "a", "b") == ("CROSSSLOT", None)


def test_slots_of_keys(cluster: tuple[RedisCluster, str]) -> None:
    running, _ = cluster
    random = Random(5)
    for _ in range(200):
        key = bytes(random.choices(b"ab{}\x00\xff", k=random.randrange(12)))
        assert running.nodes[0].client.execute("CLUSTER", "KEYSLOT", key) == slot_of(key)


def test_who_serves_no_slot(program: Program) -> None:
    """A node of its own, before it has slots, and while some of them are nobody's."""
    node = ClusterNode(program)
    try:
        node.launch()
        node.ready()
        topology = Topology([address_of(node)], clock=Clock(), chance=Chance(0.0))
        topology.begin_refresh()
        with pytest.raises(ValueError, match="knows no node that serves a slot"):
            topology.refreshed(address_of(node), node.client.execute("CLUSTER", "SLOTS"))
        asked = Asked(address_of(node), slot_of(b"key"))
        assert refused(topology, asked, node, "GET", "key") == ("CLUSTERDOWN", Again(0.025))
        node.client.execute("CLUSTER", "ADDSLOTSRANGE", 0, 100)
        topology.refreshed(address_of(node), node.client.execute("CLUSTER", "SLOTS"))
        assert topology.owner_of(100) == address_of(node)
        assert topology.owner_of(101) is None
    finally:
        node.end()
