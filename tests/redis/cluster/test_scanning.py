"""SCAN over a cluster: nothing that exists all the time is missed, whatever moves meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.client.errors import ClusterDownError, ClusterError, DataError, InvalidResponse, TimeoutError
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.cursors import progress_of
from framewire.redis.cluster.own_slots import ASKING
from framewire.redis.cluster.scanning import AskNode, NewMap, scan_page
from framewire.redis.slots import slot_of
from tests.properties import examples
from tests.redis.cluster.moving import Cluster, page, scan_all

TAGS = [b"a", b"b", b"c", b"d", b"e"]
SLOT = {tag: slot_of(tag) for tag in TAGS}
KEYS = [b"{%s}%d" % (tag, number) for tag in TAGS for number in range(6)]


def test_a_cluster_at_rest_gives_each_key_once() -> None:
    cluster = Cluster(KEYS)
    assert sorted(scan_all(cluster, 4)) == sorted(KEYS)
    assert scan_all(Cluster([]), 4) == []


EVENTS = ("move_some", "move_some", "move_some", "move_a_key", "finish", "fail_over")


@pytest.mark.thorough
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(EVENTS), st.sampled_from(TAGS), st.integers(0, 5)), max_size=4), max_size=40
    ),
    st.integers(1, 9),
)
@examples(150)
def test_no_key_is_missed_while_slots_move(happenings: list[list[tuple[str, bytes, int]]], count: int) -> None:
    cluster = Cluster(KEYS)
    waiting: Iterator[list[tuple[str, bytes, int]]] = iter(happenings)

    def between() -> None:
        for event, tag, number in next(waiting, []):
            getattr(cluster, event)(SLOT[tag], number)

    given = scan_all(cluster, count, between)
    assert set(given) == set(KEYS)
    assert sorted(key for node in cluster.nodes for key in node.keys) == sorted(KEYS)  # the model has lost none


def _half_moves(cluster: Cluster, tag: bytes, target: int) -> None:
    """A migration of which half is done."""
    cluster.begin(SLOT[tag], target)
    for _ in range(3):
        cluster.move_a_key(SLOT[tag], 0)


def _go_on(cluster: Cluster, cursor: int, given: list[bytes]) -> set[bytes]:
    """All that is given up to the end."""
    while cursor:
        cursor, keys = page(cluster, cursor, 100)
        given = given + keys
    return set(given)


@pytest.mark.parametrize("begins", ["before the scan", "behind the run of its target"])
def test_a_migration_that_does_not_go_on_is_no_obstacle(begins: str) -> None:
    """Keys of the slot are read at its owner, then where it goes to: half of them are there."""
    cluster = Cluster(KEYS)
    if begins == "before the scan":
        _half_moves(cluster, b"b", 2)
    cursor, given = page(cluster, 0, 100)
    assert progress_of(cursor).done >> SLOT[b"d"] & 1, "the third node, which has most slots, is the first"
    _half_moves(cluster, b"b", 2)
    assert _go_on(cluster, cursor, given) == set(KEYS)


def test_a_migration_that_is_taken_back_during_a_run() -> None:
    """Its keys come back behind the cursor: the node is scanned again."""
    cluster = Cluster(KEYS)
    _half_moves(cluster, b"d", 0)
    here = len(cluster.nodes[2].keys)
    cursor, given = page(cluster, 0, here - 1)
    cluster.take_back(SLOT[b"d"])
    assert len({key for key in cluster.nodes[2].keys} - set(given)) > 1
    assert _go_on(cluster, cursor, given) == set(KEYS)


def test_a_slot_that_was_away_and_is_back() -> None:
    """The owner is the same at both ends of the run, but for its epoch."""
    cluster = Cluster(KEYS)
    cursor, _ = page(cluster, 0, 1)
    run = progress_of(cursor).run
    assert run is not None
    node = next(node for node in cluster.nodes if node.address == run.node)
    tag = next(tag for tag in TAGS if SLOT[tag] in node.owned)
    slot, keys = SLOT[tag], {key for key in node.keys if slot_of(key) == SLOT[tag]}
    for target in (cluster.nodes.index(node) + 1, cluster.nodes.index(node)):
        cluster.begin(slot, target)
        cluster.finish(slot, 0)
    assert slot in node.owned and keys <= node.keys
    cursor, _ = page(cluster, cursor, 100)
    assert not progress_of(cursor).done >> slot & 1


def test_a_target_that_knows_of_nothing_is_told_of_at_the_end() -> None:
    cluster = Cluster(KEYS)
    slot = SLOT[b"a"]
    source = cluster.owner(slot)
    source.leaving[slot] = next(node for node in cluster.nodes if node is not source)
    given: list[bytes] = []
    cursor = 0
    with pytest.raises(
        ClusterError, match=r"^1 slots are on the way to a node that does not expect them.*fix"
    ) as caught:
        for _ in range(100):
            cursor, keys = page(cluster, cursor, 4)
            given += keys
    assert set(given) == set(KEYS) and not isinstance(caught.value, ClusterDownError)


def test_slots_of_nobody_are_told_of_at_the_end() -> None:
    cluster = Cluster(KEYS)
    free = SLOT[b"a"]
    cluster.owner(free).owned.discard(free)
    cluster.look()
    given: list[bytes] = []
    cursor = 0
    with pytest.raises(ClusterDownError, match=r"^CLUSTERDOWN 1 slots are served by no node"):
        for _ in range(100):
            cursor, keys = page(cluster, cursor, 4)
            given += keys
    assert {key for key in KEYS if slot_of(key) != free} <= set(given)


# -- steps ------------------------------------------------------------------------------------------------------------

NODE = Address("h", 1)
MYSELF = b"id h:1@1 myself,master - 0 0 1 connected 0-16383\n"


def test_options_go_to_the_nodes_as_they_are() -> None:
    steps = scan_page((b"SCAN", 0, b"MATCH", "a*", b"COUNT", 5, b"TYPE", b"hash"), [NODE] * 16384)
    assert next(steps) == AskNode(NODE, ASKING)
    assert steps.send(MYSELF) == AskNode(NODE, (b"SCAN", 0, b"MATCH", "a*", b"COUNT", 5, b"TYPE", b"hash"))
    assert steps.send([b"0", [b"a1"]]) == AskNode(NODE, ASKING)
    with pytest.raises(StopIteration) as end:
        steps.send(MYSELF)
    assert end.value.value == [0, [b"a1"]]


def test_other_errors_are_the_callers_and_the_cursor_is_good_for_another_time() -> None:
    cluster = Cluster(KEYS)
    cursor, _ = page(cluster, 0, 1)
    steps = scan_page((b"SCAN", cursor), cluster.seen)
    next(steps)
    with pytest.raises(TimeoutError):
        steps.throw(TimeoutError("late"))
    assert page(cluster, cursor, 1) == page(cluster, cursor, 1)


@pytest.mark.parametrize("reply", [None, [], [b"x", []], [b"0"], [b"0", None], b"0"])
def test_what_is_no_page(reply: Any) -> None:
    steps = scan_page((b"SCAN", 0), [NODE] * 16384)
    next(steps)
    steps.send(MYSELF)
    with pytest.raises(InvalidResponse, match="no page"):
        steps.send(reply)


NO_CURSORS = {"small": 1, "a server's": 2**63 + 5, "negative": -1, "odd": 2**200, "huge": 2**200000, "text": b"x",
              "empty": "", "none": None, "fraction": 1.5}  # fmt: skip


@pytest.mark.parametrize("cursor", NO_CURSORS.values(), ids=NO_CURSORS)
def test_what_is_no_cursor(cursor: object) -> None:
    with pytest.raises(DataError, match="cursor"):
        next(scan_page((b"SCAN", cursor), [NODE] * 16384))


@pytest.mark.parametrize("cursor", [0, "0", b"0"])
def test_cursors_as_users_write_them(cursor: object) -> None:
    assert next(scan_page((b"SCAN", cursor), [NODE] * 16384)) == AskNode(NODE, ASKING)


def test_a_map_that_is_not_true_any_more_is_asked_for_anew() -> None:
    steps = scan_page((b"SCAN", 0), [NODE] * 16384)
    assert next(steps) == AskNode(NODE, ASKING)
    assert steps.send(b"id h:1@1 myself,slave - 0 0 1 connected\n") == NewMap()
    assert next(steps) == AskNode(NODE, ASKING)


def test_where_a_node_is_may_be_known_better_here() -> None:
    steps = scan_page((b"SCAN", 0), [NODE] * 16384, lambda node, place: Address(f"{node}.here", place.port))
    next(steps)
    steps.send(MYSELF)
    steps.send([b"0", []])
    leaving = MYSELF[:-1] + b" [7->-other]\nother 10.0.0.1:9@1 master - 0 0 1 connected\n"
    assert steps.send(leaving) == AskNode(Address("other.here", 9), ASKING)
