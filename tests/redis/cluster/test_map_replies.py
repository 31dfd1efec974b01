"""Replies of real servers and the maps that they become; malformed and oversize ones."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.map_replies import MOST_NODES, read_map
from framewire.redis.cluster.slot_map import Shard
from framewire.redis.slots import SLOTS
from tests.properties import examples

ASKED = Address("asked.example", 7000)
A, B, C = Address("10.0.0.1", 6379), Address("10.0.0.2", 6379), Address("10.0.0.3", 6379)


def node(host: Any, port: int = 6379, *facts: Any) -> list[Any]:
    """A node of CLUSTER SLOTS, its id made of its host."""
    return [host, port, b"id-%s" % (host or b""), list(facts)]


# -- CLUSTER SLOTS ----------------------------------------------------------------------------------------------------

SLOTS_REPLIES: dict[str, tuple[list[Any], tuple[Shard, ...]]] = {
    "no slots": ([], ()),
    "one primary": ([[0, 16383, node(b"10.0.0.1")]], (Shard(A, (), ((0, 16383),)),)),
    "a replica": ([[0, 9, node(b"10.0.0.1"), node(b"10.0.0.2")]], (Shard(A, (B,), ((0, 9),)),)),
    "two ranges of one shard": (
        [[5, 9, node(b"10.0.0.1"), node(b"10.0.0.2")], [0, 2, node(b"10.0.0.1"), node(b"10.0.0.2")]],
        (Shard(A, (B,), ((0, 2), (5, 9))),),
    ),
    "two shards": (
        [[0, 2, node(b"10.0.0.1")], [3, 9, node(b"10.0.0.2")]],
        (Shard(A, (), ((0, 2),)), Shard(B, (), ((3, 9),))),
    ),
    "no facts, as before 7.0": ([[0, 9, [b"10.0.0.1", 6379, b"id"]]], (Shard(A, (), ((0, 9),)),)),
    "no id, as before 4.0": ([[0, 9, [b"10.0.0.1", 6379]]], (Shard(A, (), ((0, 9),)),)),
    "texts": ([[0, 9, ["10.0.0.1", 6379, "id", {}]]], (Shard(A, (), ((0, 9),)),)),
    "IPv6": ([[0, 9, node(b"2001:db8::1")]], (Shard(Address("2001:db8::1", 6379), (), ((0, 9),)),)),
    "a hostname": (
        [[0, 9, node(b"a.example", 6379, b"ip", b"10.0.0.1")]],
        (Shard(Address("a.example", 6379), (), ((0, 9),)),),
    ),
    "an address, and a hostname beside it": (
        [[0, 9, node(b"10.0.0.1", 6379, b"hostname", b"a.example")]],
        (Shard(A, (), ((0, 9),)),),
    ),
    "an empty host: it does not know its own": (
        [[0, 9, node(b""), node(b"10.0.0.2")]],
        (Shard(Address("asked.example", 6379), (B,), ((0, 9),)),),
    ),
    "null: unknown-endpoint": (
        [[0, 9, node(None, 6379, b"ip", b"10.0.0.1"), node(None, 6380, b"ip", b"10.0.0.2")]],
        (Shard(Address("asked.example", 6379), (Address("asked.example", 6380),), ((0, 9),)),),
    ),
    "?: no hostname announced": (
        [[0, 9, node(b"?", 6379, b"ip", b"10.0.0.1"), node(b"?", 6380, b"ip", b"")]],
        (Shard(A, (Address("asked.example", 6380),), ((0, 9),)),),
    ),
    "? in RESP3": ([[0, 9, [b"?", 6379, b"id", {b"ip": b"10.0.0.1"}]]], (Shard(A, (), ((0, 9),)),)),
    "? without an address": (
        [[0, 9, node(b"?"), node(b"10.0.0.2")], [10, 19, node(b"10.0.0.3"), node(b"?")]],
        (Shard(C, (), ((10, 19),)),),
    ),
    "a port of nothing": ([[0, 9, node(b"10.0.0.1"), node(b"10.0.0.2", 0)]], (Shard(A, (), ((0, 9),)),)),
    "a replica named twice": (
        [[0, 9, node(b"10.0.0.1"), node(b"10.0.0.2"), node(b"10.0.0.2"), node(b"10.0.0.1")]],
        (Shard(A, (B,), ((0, 9),)),),
    ),
}


@pytest.mark.parametrize("name", SLOTS_REPLIES)
def test_replies_of_cluster_slots(name: str) -> None:
    reply, shards = SLOTS_REPLIES[name]
    assert read_map(reply, ASKED).shards == shards


def test_ids_zones_and_who_has_no_name() -> None:
    facts = [b"ip", b"10.0.0.1", b"availability-zone", b"zone-a"]
    slot_map = read_map([[0, 9, node(b"?", 6379, *facts), node(b"10.0.0.2")]], ASKED)
    assert slot_map.zones == {A: "zone-a"}
    assert slot_map.ids == {A: "id-?", B: "id-10.0.0.2"}
    assert slot_map.unnamed == {A}


# -- CLUSTER SHARDS ---------------------------------------------------------------------------------------------------


def facts(host: Any, role: bytes = b"master", health: bytes = b"online", **others: Any) -> dict[bytes, Any]:
    """A node of CLUSTER SHARDS in RESP3."""
    told = {b"id": b"id-%s" % (host or b""), b"port": 6379, b"ip": host or b"", b"endpoint": host}
    told |= {name.replace("_", "-").encode(): value for name, value in others.items()}
    return told | {b"role": role, b"replication-offset": 7, b"health": health}


def shard(slots: list[int], *nodes: dict[bytes, Any]) -> dict[bytes, Any]:
    """A shard of CLUSTER SHARDS in RESP3."""
    return {b"slots": slots, b"nodes": list(nodes), b"id": b"shard"}


def flat(value: Any) -> Any:
    """The same in RESP2: maps as lists of names and values."""
    if isinstance(value, dict):
        return [flat(item) for pair in value.items() for item in pair]
    return [flat(item) for item in value] if isinstance(value, list) else value


SHARDS_REPLIES: dict[str, tuple[list[Any], tuple[Shard, ...]]] = {
    "one primary": ([shard([0, 16383], facts(b"10.0.0.1"))], (Shard(A, (), ((0, 16383),)),)),
    "replicas in front": (
        [shard([5, 9, 0, 2], facts(b"10.0.0.2", b"replica"), facts(b"10.0.0.1"), facts(b"10.0.0.3", b"replica"))],
        (Shard(A, (B, C), ((0, 2), (5, 9))),),
    ),
    "without slots": ([shard([], facts(b"10.0.0.1"), facts(b"10.0.0.2", b"replica"))], (Shard(A, (B,), ()),)),
    "replicas that cannot answer": (
        [shard([0, 9], facts(b"10.0.0.1"), facts(b"10.0.0.2", b"replica", b"fail"),
               facts(b"10.0.0.3", b"replica", b"loading"))],
        (Shard(A, (), ((0, 9),)),),
    ),
    "who was promoted": (
        [shard([0, 9], facts(b"10.0.0.1", b"master", b"fail"), facts(b"10.0.0.2"))],
        (Shard(B, (), ((0, 9),)),),
    ),
    "nobody has been promoted yet": (
        [shard([0, 9], facts(b"10.0.0.2", b"replica"), facts(b"10.0.0.1", b"master", b"fail"))],
        (Shard(A, (B,), ((0, 9),)),),
    ),
    "no primary at all": ([shard([0, 9], facts(b"10.0.0.2", b"replica"))], ()),
    "an empty shard at the place of a full one": (
        [shard([], facts(b"10.0.0.1")), shard([0, 9], facts(b"10.0.0.1")), shard([], facts(b"10.0.0.1"))],
        (Shard(A, (), ((0, 9),)),),
    ),
    "null: unknown-endpoint": (
        [shard([0, 9], facts(None, ip=b"10.0.0.1"))],
        (Shard(Address("asked.example", 6379), (), ((0, 9),)),),
    ),
    "?: no hostname announced": (
        [shard([0, 9], facts(b"?", ip=b"10.0.0.1"))],
        (Shard(A, (), ((0, 9),)),),
    ),
    "both ports": ([shard([0, 9], facts(b"10.0.0.1", tls_port=6380))], (Shard(A, (), ((0, 9),)),)),
}  # fmt: skip


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("name", SHARDS_REPLIES)
def test_replies_of_cluster_shards(name: str, protocol: int) -> None:
    reply, shards = SHARDS_REPLIES[name]
    assert read_map(flat(reply) if protocol == 2 else reply, ASKED).shards == shards


def test_over_tls_a_node_is_at_its_other_port() -> None:
    both, plain = facts(b"10.0.0.1", tls_port=6380), facts(b"10.0.0.2", b"replica")
    slot_map = read_map([shard([0, 9], both, plain)], ASKED, tls=True)
    assert slot_map.shards == (Shard(Address("10.0.0.1", 6380), (), ((0, 9),)),)


@pytest.mark.parametrize("reply", [
    [[0, 9, node(b"10.0.0.1"), node(None)]],
    [shard([0, 9], facts(b"10.0.0.1"), facts(None, b"replica"))],
], ids=["slots", "shards"])  # fmt: skip
def test_every_address_is_translated(reply: list[Any]) -> None:
    """That of the node that answered too, where a reply leaves the host out: its port is the cluster's."""
    outside = {A: Address("nat.example", 1), Address("asked.example", 6379): Address("nat.example", 2)}
    slot_map = read_map(reply, ASKED, remap=outside.__getitem__)
    assert slot_map.nodes == (Address("nat.example", 1), Address("nat.example", 2))


def test_as_many_nodes_as_a_cluster_can_have() -> None:
    nodes = [[b"%d.example" % index, 6379] for index in range(MOST_NODES)]
    assert len(read_map([[0, 9, *nodes]], ASKED).nodes) == MOST_NODES
    assert len(read_map([[0, 9, node(b"h" * 255)]], ASKED).primaries[0].host) == 255


# -- malformed --------------------------------------------------------------------------------------------------------

A_NODE = node(b"10.0.0.1")

NESTED: list[Any] = []
for _ in range(100_000):  # deeper than Python shows
    NESTED = [NESTED]

MALFORMED: dict[str, tuple[Any, str]] = {
    "no list": (b"OK", "CLUSTER SLOTS or SHARDS is a list"),
    "null": (None, "CLUSTER SLOTS or SHARDS is a list"),
    "entries of something else": ([b"x"], "a shard of CLUSTER SHARDS is a map, and not b'x'"),
    "numbers": ([1, 2, 3], "a shard of CLUSTER SHARDS is a map, and not 1"),
    "an entry without a node": ([[0, 9]], "an entry of CLUSTER SLOTS is a list of 3 or more"),
    "a node of nothing": ([[0, 9, []]], "a node of CLUSTER SLOTS is a list of 2 or more"),
    "a node without a port": ([[0, 9, [b"10.0.0.1"]]], "a node of CLUSTER SLOTS is a list of 2 or more"),
    "a host that is a number": ([[0, 9, [1, 6379]]], "a text was to come, and not 1"),
    "a port that is a text": ([[0, 9, [b"10.0.0.1", b"6379"]]], "a port is a number from 0 to 65535, and not b'6379'"),
    "a port that is too large": ([[0, 9, [b"10.0.0.1", 65536]]], "a port is a number from 0 to 65535, and not 65536"),
    "a port that is a truth": ([[0, 9, [b"10.0.0.1", True]]], "a port is a number"),
    "a name without a value": ([[0, 9, node(b"10.0.0.1", 6379, b"ip")]], "has a name without a value"),
    "facts that are none": ([[0, 9, [b"10.0.0.1", 6379, b"id", 7]]], "the facts of a node is a map, and not 7"),
    "a slot too far": ([[0, 16384, A_NODE]], "a slot is a number from 0 to 16383, and not 16384"),
    "a slot below all": ([[-1, 5, A_NODE]], "a slot is a number from 0 to 16383, and not -1"),
    "backwards": ([[9, 0, A_NODE]], "the slots 9 to 0"),
    "two owners": ([[0, 9, A_NODE], [9, 12, node(b"10.0.0.2")]], "the slots 9 to 12 .* two owners"),
    "the same twice": ([[0, 9, A_NODE], [0, 9, A_NODE]], "the slots 0 to 9 .* two owners"),
    "shards without nodes": ([{b"slots": [0, 9]}], "nodes is a list"),
    "shards without slots": ([{b"nodes": [facts(b"10.0.0.1")]}], "slots is a list"),
    "half a range": ([shard([0, 9, 10], facts(b"10.0.0.1"))], "two ends"),
    "a zone that is a number": (
        [shard([0, 9], facts(b"10.0.0.1", availability_zone=7))],
        "a text was to come, and not 7",
    ),
    "more replicas than a cluster can have": (
        [[0, 9, A_NODE, *([b"%d.example" % index, 6379] for index in range(MOST_NODES))]],
        "more than 10000 nodes",
    ),
    "more entries than slots": ([[0, 9, A_NODE]] * (SLOTS + 1), "16385 entries are more than there are slots"),
    "a host that is none": ([[0, 9, node(b"h" * 256)]], "a host of 256 characters"),
    "deep": ([[0, 9, [b"10.0.0.1", 6379, b"id", [NESTED]]]], "has a name without a value"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_replies(name: str) -> None:
    reply, says = MALFORMED[name]
    with pytest.raises(ValueError, match=says):
        read_map(reply, ASKED)


SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 20000), st.floats(), st.binary(max_size=5),
    st.sampled_from([b"", b"?", b"slots", b"nodes", b"ip", b"port", b"role", b"master", b"online", b"10.0.0.1"]),
)  # fmt: skip
NAMES = st.sampled_from([b"slots", b"nodes", b"ip", b"port", b"endpoint", b"role", b"health", b"id", b"x"])
REPLIES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(NAMES, inner, max_size=5))


@examples(500)
@given(REPLIES)
def test_any_reply_is_a_map_or_refused(reply: Any) -> None:
    try:
        slot_map = read_map(reply, ASKED)
    except ValueError:
        return
    assert len(slot_map.owners()) == SLOTS


@examples(300)
@given(st.data())
def test_a_good_reply_with_one_piece_changed_is_a_map_or_refused(data: st.DataObject) -> None:
    reply, _ = data.draw(st.sampled_from([*SLOTS_REPLIES.values(), *SHARDS_REPLIES.values()]))
    try:
        slot_map = read_map(changed(flat(reply), data), ASKED)
    except ValueError:
        return
    assert len(slot_map.owners()) == SLOTS


def changed(value: Any, data: st.DataObject) -> Any:
    """A copy with something else at one place."""
    if not isinstance(value, list) or not value or data.draw(st.integers(0, 5)) == 0:
        return data.draw(SCALARS)
    index = data.draw(st.integers(0, len(value) - 1))
    return [*value[:index], changed(value[index], data), *value[index + 1 :]]
