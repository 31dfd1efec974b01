"""CLUSTER NODES, read for what a node says of itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.frames.resp import Verbatim
from framewire.redis.client.errors import InvalidResponse
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.own_slots import OwnSlots, own_slots
from framewire.redis.cluster.slot_sets import ALL, set_of
from tests.properties import examples

A, B, C = "a" * 40, "b" * 40, "c" * 40

LINES = f"""\
{B} 10.0.0.2:6379@16379,two.example.org,shard-id=x master - 0 1426238316232 9 connected 101-200
{A} 10.0.0.1:6379@16379 myself,master - 0 0 7 connected 0-99 300 [7->-{B}] [8->-{C}] [9->-{B}] [150-<-{B}]
{C} ::1:7000@17000 master - 0 1426238316232 2 connected
{"d" * 40} 10.0.0.4:6379@16379 slave {A} 0 1426238317741 7 connected
""".encode()

SAID = OwnSlots(
    set_of([*range(100), 300]),
    {7: B, 8: C, 9: B},
    set_of([150]),
    7,
    {B: Address("10.0.0.2", 6379), C: Address("::1", 7000)},
)

NOTHING = OwnSlots(0, {}, 0, 3, {})


@pytest.mark.parametrize("reply", [LINES, Verbatim(b"txt", LINES)], ids=["RESP2", "RESP3"])
def test_what_it_says(reply: object) -> None:
    assert own_slots(reply) == SAID


@pytest.mark.parametrize(
    "line",
    [b"id :0@0 myself,slave x 0 0 3 connected", b"id h:1@1 master,myself - 0 0 3 connected\n"],
    ids=["a replica", "no slots"],
)
def test_a_node_without_slots(line: bytes) -> None:
    assert own_slots(line) == NOTHING


def test_a_node_that_is_nowhere_has_no_place() -> None:
    line = f"{A} h:1@1 myself,master - 0 0 3 connected 0 [0->-{B}]\n{B} :0@0 master,noaddr - 0 0 1 disconnected\n"
    assert own_slots(line.encode()) == OwnSlots(1, {0: B}, 0, 3, {})


REFUSED = {
    "nothing": b"",
    "null": None,
    "list": [],
    "none is its own": b"id h:1@1 master - 0 0 3 connected 0-5",
    "short": b"id h:1@1",
    "epoch": b"id h:1@1 myself,master - 0 0 x connected",
    "slot": b"id h:1@1 myself,master - 0 0 3 connected 5-16384",
    "moving": b"id h:1@1 myself,master - 0 0 3 connected [x->-other]",
    "text": b"\xff",
}


@pytest.mark.parametrize("reply", REFUSED.values(), ids=REFUSED)
def test_what_says_nothing(reply: object) -> None:
    with pytest.raises(InvalidResponse, match="does not say in CLUSTER NODES"):
        own_slots(reply)


@given(st.lists(st.sampled_from([*LINES.split(b" "), b"\n", b"-", b"[", b"[1->-", b"myself"])).map(b" ".join))
@examples(300)
def test_any_text_is_read_or_refused(text: bytes) -> None:
    try:
        said = own_slots(text)
    except InvalidResponse:
        return
    assert 0 <= said.owned <= ALL and all(slot < 16384 for slot in said.leaving)
