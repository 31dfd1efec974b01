"""Which node a read goes to: each way of choosing, and who is left out."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.replicas import Reader
from framewire.redis.cluster.slot_map import Shard, SlotMap
from framewire.redis.cluster.topology import Topology
from tests.redis.cluster.clocks import Chance, Clock

P, Q, R = Address("p", 1), Address("q", 2), Address("r", 3)
ALONE = Address("alone", 4)
MAP = SlotMap((Shard(P, (Q, R), ((0, 99),)), Shard(ALONE, (), ((100, 199),))), zones={P: "a", Q: "b", R: "b"})


def reader(read_from: Any, clock: Clock | None = None, **others: Any) -> tuple[Reader, Topology]:
    topology = Topology([P], clock=clock or Clock(), chance=Chance())
    topology.begin_refresh()
    topology.refreshed(P, MAP)
    return Reader(read_from, topology, **others), topology


def picks(reads: Reader, count: int, slot: int = 0, avoid: Address | None = None) -> Counter[Address | None]:
    return Counter(reads.node_for(slot, avoid) for _ in range(count))


def test_primary() -> None:
    reads, topology = reader("primary")
    assert picks(reads, 6) == {P: 6}
    topology.lost(P)
    assert picks(reads, 6, avoid=P) == {P: 6}  # nobody else may answer
    assert reads.node_of(MAP.shards[0]) == P


def test_any_is_each_in_turn() -> None:
    reads, _ = reader("any")
    assert picks(reads, 30) == {P: 10, Q: 10, R: 10}


def test_in_the_same_zone() -> None:
    assert picks(reader("zone", zone="a")[0], 6) == {P: 6}
    assert picks(reader("zone", zone="b")[0], 6) == {Q: 3, R: 3}


def test_where_nobody_is_in_the_zone() -> None:
    assert picks(reader("zone", zone="c")[0], 6) == {P: 2, Q: 2, R: 2}


def test_the_nearest() -> None:
    reads, _ = reader("nearest")
    for node, seconds in ((P, 0.003), (Q, 0.001), (R, 0.002)):
        reads.heard(node, seconds)
    assert picks(reads, 63) == {Q: 63}


def test_nobody_is_near_who_was_never_heard_of_but_all_are_tried() -> None:
    reads, _ = reader("nearest")
    seen = []
    for _ in range(3):
        node = reads.node_for(0)
        assert node is not None
        reads.heard(node, 1.0)
        seen.append(node)
    assert set(seen) == {P, Q, R}


def test_some_reads_look_whether_another_became_the_nearest() -> None:
    reads, _ = reader("nearest")
    for node, seconds in ((P, 0.003), (Q, 0.001), (R, 0.002)):
        reads.heard(node, seconds)
    counted = picks(reads, 64 * 6)
    assert counted == {P: 2, Q: 6 * 63 + 2, R: 2}


def test_times_are_smoothed() -> None:
    reads, _ = reader("nearest")
    for node, seconds in ((P, 0.003), (Q, 0.001), (R, 0.002)):
        reads.heard(node, seconds)
    reads.heard(Q, 0.008)  # once: (7 * 1 + 8) / 8, which is less than 2
    assert reads.node_for(0) == Q
    reads.heard(Q, 0.008)
    assert reads.node_for(0) == R


def test_who_is_gone_is_forgotten() -> None:
    reads, _ = reader("nearest")
    for node, seconds in ((P, 0.003), (Q, 0.001), (R, 0.002)):
        reads.heard(node, seconds)
    reads.forget(P)
    reads.forget(ALONE)
    assert reads.node_for(0) == P  # as if it had never been heard of


@pytest.mark.parametrize(("read_from", "others"), [("any", {}), ("nearest", {}), ("zone", {"zone": "b"})])
def test_who_is_avoided_is_left_out(read_from: str, others: dict[str, str]) -> None:
    reads, _ = reader(read_from, **others)
    assert Q not in picks(reads, 100, avoid=Q)


@pytest.mark.parametrize(("read_from", "others"), [("any", {}), ("nearest", {}), ("zone", {"zone": "b"})])
def test_who_has_just_failed_is_left_out_for_a_while(read_from: str, others: dict[str, str]) -> None:
    clock = Clock()
    reads, topology = reader(read_from, clock, **others)
    topology.lost(Q)
    assert Q not in picks(reads, 200)
    clock.now += topology.settings.shunned
    assert Q in picks(reads, 200)


def test_who_answers_is_no_failure_any_more() -> None:
    reads, topology = reader("any")
    topology.lost(Q)
    reads.heard(Q, 0.001)
    assert Q in picks(reads, 3)


def test_where_all_have_failed_nobody_is_left_out() -> None:
    reads, topology = reader("any")
    for node in (P, Q, R):
        topology.lost(node)
    assert set(picks(reads, 3)) == {P, Q, R}
    assert set(picks(reads, 3, avoid=P)) == {Q, R}
    assert picks(reads, 3, slot=100, avoid=ALONE) == {ALONE: 3}


@pytest.mark.parametrize("read_from", ["primary", "any"])
def test_where_nobody_has_the_slot(read_from: str) -> None:
    assert reader(read_from)[0].node_for(16383) is None


@pytest.mark.parametrize("arguments", [("replica", {}), ("zone", {}), ("zone", {"zone": ""})])
def test_what_makes_no_sense(arguments: tuple[str, dict[str, str]]) -> None:
    with pytest.raises(ValueError, match=r"reads go to one of|must be told its own"):
        reader(arguments[0], **arguments[1])
