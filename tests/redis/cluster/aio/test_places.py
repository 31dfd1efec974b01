"""Which node serves a slot, and what follows where the map changes."""

from __future__ import annotations

import asyncio

import pytest

from framewire.redis.client.errors import ClusterDownError, ConnectionError, ResponseError
from framewire.redis.client.retries import Retry
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.aio import nodes
from framewire.redis.cluster.aio.places import Places
from framewire.redis.cluster.aio.route import ClusterRoute
from framewire.redis.cluster.decisions import Asked, Send
from framewire.redis.slots import slot_of
from tests.redis.cluster.aio.played import PlayedCluster, PlayedNode, played, route_to
from tests.redis.cluster.played import SILENT, USUAL
from tests.waiting import PATIENCE, until_in_loop

KEY = b"key"
SLOT = slot_of(KEY)


async def known(route: ClusterRoute) -> Places:
    """Once there is a map."""
    await route.call((b"PING",), None, PATIENCE)
    return route.places


def soon() -> float:
    return asyncio.get_running_loop().time() + PATIENCE


async def refreshed(places: Places) -> None:
    await places.refreshed(soon())


async def test_every_slot_has_its_node(cluster: PlayedCluster, route: ClusterRoute) -> None:
    places = await known(route)
    assert [node and node.address for node in places.by_slot] == [node and node.address for node in cluster.owners]
    assert len(set(places.by_slot)) == 3


async def test_before_the_map_nobody_is_known(cluster: PlayedCluster, route: ClusterRoute) -> None:
    assert route.places.choose(SLOT, (b"GET", KEY)) is None
    assert route.places.choose(None, (b"PING",)) is None
    owner = await route.places.owner(SLOT, soon())
    assert owner.address == cluster.owner_of(KEY).address


async def test_a_slot_that_has_moved_is_looked_up_again(cluster: PlayedCluster, route: ClusterRoute) -> None:
    places = await known(route)
    owner, other = cluster.owner_of(KEY).address, cluster.other_than(cluster.owner_of(KEY)).address
    asked = Asked(owner, SLOT)
    assert isinstance(places.refused(asked, f"ASK {SLOT} {other}"), Send)
    assert places.refused(asked, "WRONGTYPE no list") is None
    assert places.choose(SLOT, (b"GET", KEY)).address == owner  # type: ignore[union-attr]
    assert places.refused(asked, f"MOVED {SLOT} {other}") == Send(other)
    assert places.choose(SLOT, (b"GET", KEY)).address == other  # type: ignore[union-attr]


async def test_a_refresh_keeps_links_and_retires_what_has_gone(
    cluster: PlayedCluster, route: ClusterRoute, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "DRAIN_SECONDS", 0.01)
    places = await known(route)
    await route.call((b"DBSIZE",), None, PATIENCE)
    before = dict(zip(map(Address._make, (node.address for node in cluster.nodes)), places.nodes, strict=True))
    gone, new = cluster.nodes[2], PlayedNode(cluster)
    await new.start()
    cluster.owners = [new if node is gone else node for node in cluster.owners]
    await refreshed(places)
    assert {node.address for node in places.nodes} == {cluster.nodes[0].address, cluster.nodes[1].address, new.address}
    assert all(before[node.address] is node for node in places.nodes if node.address != new.address)
    assert gone.address not in {node and node.address for node in places.by_slot}
    await until_in_loop(lambda: not gone.open)
    assert cluster.nodes[0].connects == 1
    await new.end()


async def test_a_failed_refresh_keeps_the_map(cluster: PlayedCluster, route: ClusterRoute) -> None:
    places = await known(route)
    before = list(places.by_slot)
    for node in cluster.nodes:
        node.script = lambda words: b"-ERR no\r\n" if words[0] == b"CLUSTER" else USUAL
    places.topology.refreshing.want(at_once=True)
    places.plan()
    await until_in_loop(lambda: places.topology.refreshing.failures)
    assert places.by_slot == before
    assert await route.call((b"INCR", KEY), None, PATIENCE) == 1


async def test_many_who_want_a_map_have_it_asked_for_once(cluster: PlayedCluster, route: ClusterRoute) -> None:
    places = await known(route)
    asked = sum(words[0] == b"CLUSTER" for node in cluster.nodes for words in node.asked)
    await asyncio.gather(*[refreshed(places) for _ in range(10)])
    assert sum(words[0] == b"CLUSTER" for node in cluster.nodes for words in node.asked) == asked + 1


async def test_who_waits_for_a_map_is_told_why_there_is_none(cluster: PlayedCluster) -> None:
    async with route_to(cluster, retry=Retry(1)) as route:
        places = await known(route)
        for node in cluster.nodes:
            node.script = lambda words: b"-ERR no map\r\n" if words[0] == b"CLUSTER" else USUAL
        first, second = await asyncio.gather(refreshed(places), refreshed(places), return_exceptions=True)
        assert isinstance(first, ResponseError) and "no map" in str(first)
        assert isinstance(second, ResponseError) and second is not first


async def test_or_waits_no_longer_than_it_may(cluster: PlayedCluster, route: ClusterRoute) -> None:
    cluster.nodes[0].script = lambda words: SILENT if words[0] == b"CLUSTER" else USUAL
    await route.places.refreshed(asyncio.get_running_loop().time() + 0.01)
    with pytest.raises(ClusterDownError, match=str(SLOT)):
        await route.places.owner(SLOT, asyncio.get_running_loop().time() + 0.01)
    assert len(route.places._waiting) <= 3


async def test_any_node_is_a_primary_and_not_the_one_to_avoid() -> None:
    async with played(2, replicas=True) as cluster, route_to(cluster) as route:
        places = await known(route)
        primaries = [node.address for node in cluster.nodes[:2]]
        chosen = {places.choose(None, (b"PING",)).address for _ in range(64)}  # type: ignore[union-attr]
        assert chosen == set(primaries)
        assert {places.choose(None, (b"PING",), primaries[0]).address for _ in range(16)} == {primaries[1]}  # type: ignore[union-attr]
        places.topology.failures.add(primaries[1])
        assert {places.choose(None, (b"PING",)).address for _ in range(16)} == {primaries[0]}  # type: ignore[union-attr]
        assert places.choose(None, (b"PING",), primaries[0]) is not None  # better one of these than nobody


async def test_reads_go_to_replicas_where_that_is_wanted() -> None:
    async with played(1, replicas=True) as cluster, route_to(cluster, read_from="any") as route:
        places = await known(route)
        primary, replica = (node.address for node in cluster.nodes)
        assert {places.choose(0, (b"GET", KEY)).address for _ in range(8)} == {primary, replica}  # type: ignore[union-attr]
        assert {places.choose(0, (b"SET", KEY)).address for _ in range(8)} == {primary}  # type: ignore[union-attr]
        assert {places.choose(0, (b"GET", KEY), primary).address for _ in range(8)} == {replica}  # type: ignore[union-attr]
        assert await route.call((b"GET", KEY), None, PATIENCE) is None
        assert await route.call((b"GET", KEY), None, PATIENCE) is None
        assert all([b"READONLY"] in node.asked for node in cluster.nodes)
        assert not any(b"MOVED" in words for node in cluster.nodes for words in node.asked)


async def test_a_node_is_found_by_its_id_whatever_others_call_it(cluster: PlayedCluster, route: ClusterRoute) -> None:
    places = await known(route)
    address = cluster.nodes[1].address
    assert places.locate(f"id-{address.port}", Address("inside", 1)) == address
    assert places.locate("nobody", Address("inside", 1)) == Address("inside", 1)


async def test_a_renewed_node_has_all_slots_of_the_old_one(cluster: PlayedCluster, route: ClusterRoute) -> None:
    places = await known(route)
    node = places.choose(SLOT, (b"GET", KEY))
    assert node is not None
    count = places.by_slot.count(node)
    another = places.renew(node)
    assert places.by_slot.count(another) == count and node not in places.by_slot


async def test_addresses_are_translated(cluster: PlayedCluster) -> None:
    """Nodes tell what they are called inside; seeds are called as they are."""
    inside = {Address("10.0.0.1", 7000 + number): node.address for number, node in enumerate(cluster.nodes)}
    real = [node.address for node in cluster.nodes]
    slots = cluster.slots

    def told() -> bytes:
        for address, node in zip(inside, cluster.nodes, strict=True):
            node.address = address
        try:
            return slots()
        finally:
            for address, node in zip(real, cluster.nodes, strict=True):
                node.address = address

    cluster.slots = told  # type: ignore[method-assign]
    async with route_to(cluster, address_remap=lambda address: inside[Address(*address)]) as route:
        places = await known(route)
        assert set(places.topology.primaries) == set(real)
        assert await route.call((b"INCR", KEY), None, PATIENCE) == 1


async def test_closing_tells_who_waits(cluster: PlayedCluster) -> None:
    cluster.nodes[0].script = lambda words: SILENT if words[0] == b"CLUSTER" else USUAL
    async with route_to(cluster) as route:
        waits = asyncio.ensure_future(refreshed(route.places))
        await cluster.nodes[0].came(b"HELLO", 0)
        await until_in_loop(lambda: route.places._waiting)
        await route.close()
        with pytest.raises(ConnectionError, match="closed"):
            await waits
