"""A real cluster: brought together, asked, changed while it holds keys, hurt, reset, and nothing of it left."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from framewire.kits.cluster.cluster import RedisCluster
from framewire.kits.cluster.node import ClusterNode
from framewire.kits.ports import free_port
from framewire.kits.process import Tls
from framewire.kits.programs import Program
from framewire.redis.client.errors import AskError, MovedError, ResponseError
from framewire.redis.slots import SLOTS
from tests.peers import REDIS_7, VALKEY, programs, require

pytestmark = [pytest.mark.slow, pytest.mark.thorough, pytest.mark.peer]

TAG, SLOT = "{tag}", 8338
KEYS = 30


@pytest.fixture(scope="module", params=[REDIS_7, VALKEY])
def program(request: pytest.FixtureRequest) -> Program:
    return programs()[require(request.param)]


@pytest.fixture(scope="module")
def servers(program: Program) -> Iterator[RedisCluster]:
    with RedisCluster(program=program) as cluster:
        yield cluster


@pytest.fixture
def cluster(servers: RedisCluster) -> RedisCluster:
    servers.reset()
    return servers


@pytest.fixture
def filled(cluster: RedisCluster) -> RedisCluster:
    """One whose slot 8338 has thirty keys."""
    owner = cluster.primary_of(TAG)
    for number in range(KEYS):
        owner.client.set(f"{TAG}{number}", number)
    return cluster


def slots_at(node: ClusterNode) -> int:
    return sum(int(bounds[-1]) - int(bounds[0]) + 1 for bounds in node.myself["slots"])


def keys_at(node: ClusterNode) -> int:
    return node.client.cluster_countkeysinslot(SLOT)


def another(cluster: RedisCluster, node: ClusterNode) -> ClusterNode:
    return next(other for other in cluster.primaries if other is not node)


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# -- as it starts -----------------------------------------------------------------------------------------------------


def test_three_primaries_with_a_replica_each(cluster: RedisCluster) -> None:
    assert len(cluster.nodes) == 6
    assert cluster.primaries == cluster.nodes[:3]
    assert [slots_at(node) for node in cluster.nodes] == [5461, 5461, 5462, 0, 0, 0]
    for primary, replica in zip(cluster.nodes[:3], cluster.nodes[3:], strict=True):
        assert cluster.replicas_of(primary) == [replica] and cluster.replicas_of(replica) == []
        assert not replica.is_primary
        assert replica.client.role()[1:3] == [b"127.0.0.1", primary.port]
    assert cluster.url == "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in cluster.nodes)


def test_every_node_tells_clients_of_all(cluster: RedisCluster) -> None:
    for node in cluster.nodes:
        ranges = node.client.cluster_slots()
        assert sum(each["end"] - each["start"] + 1 for each in ranges) == SLOTS
        told = {each["primary"]["id"] for each in ranges}
        told |= {other["id"] for each in ranges for other in each["replicas"]}
        assert told == {other.id for other in cluster.nodes}


def test_who_has_a_slot_or_a_key(cluster: RedisCluster) -> None:
    assert [cluster.primary_of(slot) for slot in (0, 5460, 5461, 16383)] == [cluster.nodes[n] for n in (0, 0, 1, 2)]
    assert cluster.primary_of(TAG) is cluster.primary_of(b"{tag}x") is cluster.primary_of(SLOT) is cluster.nodes[1]
    with pytest.raises(MovedError):
        cluster.nodes[0].client.set(TAG, 1)
    with pytest.raises(LookupError, match="slot 16384"):
        cluster.primary_of(SLOTS)


# -- slots move -------------------------------------------------------------------------------------------------------


def test_a_slot_moves_key_by_key_and_clients_are_asked_on(filled: RedisCluster) -> None:
    source = filled.primary_of(SLOT)
    target = another(filled, source)
    counts: list[tuple[int, int]] = []
    asked: list[str] = []

    def pause() -> None:
        counts.append((keys_at(source), keys_at(target)))
        try:
            source.client.get(f"{TAG}gone")
        except AskError as error:
            asked.append(str(error))

    filled.move_slot(SLOT, target, pause=pause)
    assert counts == [(KEYS - moved, moved) for moved in range(KEYS + 1)]
    assert len(asked) == len(counts) and asked[0].endswith(f"{SLOT} 127.0.0.1:{target.port}")
    assert filled.primary_of(SLOT) is target
    for node in filled.primaries:
        if node is not target:
            with pytest.raises(MovedError, match=f"{SLOT} 127.0.0.1:{target.port}"):
                node.client.get(TAG)
    assert [target.client.get(f"{TAG}{number}") for number in range(KEYS)] == [b"%d" % n for n in range(KEYS)]
    filled.wait_until_ok()


def test_a_move_in_larger_steps(filled: RedisCluster) -> None:
    target = another(filled, filled.primary_of(SLOT))
    steps: list[int] = []
    filled.move_slot(SLOT, target, keys_per_step=10, pause=lambda: steps.append(keys_at(target)))
    assert steps == [0, 10, 20, 30]
    filled.move_slot(SLOT, target, pause=lambda: steps.append(-1))
    assert steps[-1] == 30  # it is there already


def test_a_move_that_stopped_half_way_can_be_ended(filled: RedisCluster) -> None:
    source = filled.primary_of(SLOT)
    target = another(filled, source)

    def pause() -> None:
        if keys_at(target) == 12:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        filled.move_slot(SLOT, target, pause=pause)
    assert (keys_at(source), keys_at(target)) == (KEYS - 12, 12) and filled.primary_of(SLOT) is source
    with pytest.raises(ResponseError, match="ASK"):
        source.client.get(f"{TAG}gone")
    filled.move_slot(SLOT, target)
    assert (keys_at(source), keys_at(target)) == (0, KEYS) and filled.primary_of(SLOT) is target


def test_nodes_come_are_given_slots_and_go(filled: RedisCluster) -> None:
    node = filled.add_node()
    assert node in filled.primaries and slots_at(node) == 0 and str(node.port) in filled.url
    assert filled.rebalance() == SLOTS // 4
    assert {slots_at(each) for each in filled.primaries} == {4096}
    assert filled.rebalance() == 0
    replica = filled.add_node(node)
    assert filled.replicas_of(node) == [replica]

    pid = node.pid
    filled.remove_node(node)
    assert not is_there(pid) and node not in filled.nodes
    assert sum(map(slots_at, filled.primaries)) == SLOTS and len(filled.primaries) == 3
    assert sum(len(filled.replicas_of(each)) for each in filled.primaries) == 4  # the one that it had goes on elsewhere
    filled.remove_node(replica)
    assert len(filled.nodes) == 6
    for each in filled.nodes:
        assert {line["node_id"] for line in each.client.cluster_nodes().values()} == {n.id for n in filled.nodes}
    assert keys_at(filled.primary_of(SLOT)) == KEYS


# -- failovers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["primary", "replica"])
def test_a_replica_takes_the_place_of_its_primary(filled: RedisCluster, by: str) -> None:
    primary = filled.primary_of(SLOT)
    (replica,) = filled.replicas_of(primary)
    assert filled.failover(primary if by == "primary" else replica) is replica
    assert filled.primary_of(SLOT) is replica and not primary.is_primary
    assert keys_at(replica) == KEYS


def test_a_primary_is_killed_and_comes_back(filled: RedisCluster) -> None:
    primary = filled.primary_of(SLOT)
    (replica,) = filled.replicas_of(primary)
    primary.kill()
    filled.wait_until_ok()
    assert filled.primary_of(SLOT) is replica
    with pytest.raises(LookupError, match="no replica that can be asked"):
        filled.failover(primary)
    primary.restart()
    filled.wait_until_ok()
    assert filled.replicas_of(replica) == [primary]
    assert keys_at(replica) == KEYS


def test_a_primary_hangs_and_goes_on(filled: RedisCluster) -> None:
    primary = filled.primary_of(SLOT)
    (replica,) = filled.replicas_of(primary)
    primary.stop()
    filled.wait_until_ok()
    assert filled.primary_of(SLOT) is replica
    primary.resume()
    filled.wait_until_ok()
    assert filled.replicas_of(replica) == [primary]


def test_waiting_for_what_cannot_be_says_why(cluster: RedisCluster) -> None:
    for node in (cluster.nodes[0], *cluster.replicas_of(cluster.nodes[0])):
        node.kill()
    with pytest.raises(TimeoutError, match=r"waited 0.5 s for the cluster: node \w+ says"):
        cluster.wait_until_ok(0.5)


# -- as good as new ---------------------------------------------------------------------------------------------------


def test_a_reset_empties_primaries_and_replicas_and_keeps_the_nodes(filled: RedisCluster) -> None:
    pids = [node.pid for node in filled.nodes]
    owner = filled.primary_of(SLOT)
    script = owner.client.script_load("return 1")
    owner.client.function_load("#!lua name=l\nredis.register_function('f', function() return 1 end)")
    filled.reset()
    assert [node.pid for node in filled.nodes] == pids
    assert [node.client.dbsize() for node in filled.nodes] == [0] * 6
    assert [node.client.function_list() for node in filled.nodes] == [[]] * 6
    assert owner.client.script_exists(script) == [False]


@pytest.mark.parametrize("change", [
    lambda cluster: cluster.nodes[3].kill(),
    lambda cluster: cluster.nodes[0].stop(),
    lambda cluster: cluster.move_slot(0, cluster.nodes[1]),
    lambda cluster: cluster.nodes[1].client.cluster_setslot(cluster.nodes[0].id, 0, "IMPORTING"),
    lambda cluster: cluster.failover(cluster.nodes[0]),
    lambda cluster: cluster.add_node(),
    lambda cluster: cluster.nodes[2].client.config_set("maxmemory", 100_000_000),
    lambda cluster: cluster.nodes[2].client.execute("ACL", "SETUSER", "somebody"),
], ids=["killed", "stopped", "moved", "open", "failover", "added", "parameter", "user"])  # fmt: skip
def test_a_reset_makes_new_nodes_where_more_was_changed(
    cluster: RedisCluster, change: Callable[[RedisCluster], object]
) -> None:
    before = {node.pid for node in cluster.nodes}
    change(cluster)
    cluster.reset()
    assert not any(map(is_there, before))
    assert [slots_at(node) for node in cluster.nodes] == [5461, 5461, 5462, 0, 0, 0]


# -- other kinds, and the end -----------------------------------------------------------------------------------------


def test_a_password_hostnames_ipv6_and_what_is_stored(program: Program) -> None:
    try:
        free_port("::1")
    except OSError:
        pytest.skip("no IPv6 on this machine")

    def arguments(node: ClusterNode) -> list[str]:
        named = ["--cluster-announce-hostname", f"node-{node.port}.test"]
        named += ["--cluster-preferred-endpoint-type", "hostname"]
        return [*named, "--appendonly", "yes", "--appendfsync", "always"]

    with RedisCluster(1, 1, program=program, arguments=arguments, host="::1", password="p/w") as cluster:
        first, second = cluster.nodes
        assert cluster.url == f"redis+cluster://:p%2Fw@[::1]:{first.port},[::1]:{second.port}"
        (shard,) = second.client.cluster_slots()
        assert shard["primary"]["host"] == f"node-{first.port}.test"
        first.client.set("key", "value")
        for node in cluster.nodes:
            node.kill()
        for node in cluster.nodes:
            node.launch()
        for node in cluster.nodes:
            node.ready()
        cluster.wait_until_ok()
        assert first.client.get("key") == b"value"
        added = cluster.add_node()
        cluster.move_slot(12539, added)  # that of `key`
        assert added.client.get("key") == b"value"


def test_tls(_key_and_certificate: tuple[str, str]) -> None:
    """The Valkey of the wheel speaks none."""
    key, certificate = _key_and_certificate
    tls = Tls(certificate, key, certificate)
    with RedisCluster(2, 1, program=programs()[require(REDIS_7)], tls=tls) as cluster:
        assert cluster.url.startswith("rediss+cluster://127.0.0.1:")
        owner = cluster.primary_of(TAG)
        owner.client.set(TAG, "value")
        target = another(cluster, owner)
        cluster.move_slot(SLOT, target)
        assert target.client.get(TAG) == b"value"


def test_nothing_is_left_whatever_happens(program: Program) -> None:
    pids: list[int] = []
    with pytest.raises(ZeroDivisionError), RedisCluster(1, 1, program=program) as cluster:
        pids += [node.pid for node in cluster.nodes]
        folders = [node.directory for node in cluster.nodes]
        cluster.nodes[0].stop()
        cluster.nodes[1].kill()
        raise ZeroDivisionError
    assert not any(map(is_there, pids)) and not any(folder.exists() for folder in folders)
    assert cluster.nodes == []
    cluster.stop()


def test_nothing_is_left_of_a_start_that_fails(program: Program) -> None:
    started: list[ClusterNode] = []

    def arguments(node: ClusterNode) -> list[str]:
        started.append(node)
        return ["--nonsense", "yes"] if len(started) == 3 else []

    with pytest.raises(RuntimeError, match=r"(?s)did not start.*nonsense"):
        RedisCluster(2, 1, program=program, arguments=arguments).start()
    assert len(started) == 4 and not any(is_there(node.pid) for node in started)


@pytest.mark.parametrize(("primaries", "replicas"), [(0, 1), (SLOTS + 1, 0), (3, -1)])
def test_numbers_that_make_no_cluster(program: Program, primaries: int, replicas: int) -> None:
    with pytest.raises(ValueError, match=str(primaries) if primaries != 3 else "replicas must be 0 or more, not -1"):
        RedisCluster(primaries, replicas, program=program)
