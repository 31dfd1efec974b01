"""Replies of several nodes made one: a row for each way."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Simple, Verbatim
from framewire.redis.client.errors import ClusterPartialError, InvalidResponse, ResponseError
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.combining import Combine, combine
from framewire.redis.facts.table import walk

OK = Simple(b"OK")
BUSY = ResponseError("NOTBUSY No scripts in execution right now.")

ROWS: list[tuple[Combine, list[Any], Any]] = [
    (Combine.DEFAULT, [[b"a"], [], [b"b", b"a"]], [b"a", b"b", b"a"]),
    (Combine.DEFAULT, [{b"a": 1}, {b"b": 2}], {b"a": 1, b"b": 2}),
    (Combine.DEFAULT, [{b"a"}, {b"b"}], {b"a", b"b"}),
    (Combine.DEFAULT, [OK, OK], OK),
    (Combine.DEFAULT, [None, None], None),
    (Combine.ONE_SUCCEEDED, [BUSY, OK, BUSY], OK),
    (Combine.ALL_SUCCEEDED, [OK, OK], OK),
    (Combine.ALL_SUCCEEDED, [b"sha", b"sha"], b"sha"),
    (Combine.AND, [1, 1], 1),
    (Combine.AND, [[1, 0, 1], [1, 1, 0]], [1, 0, 0]),
    (Combine.OR, [0, 1], 1),
    (Combine.OR, [[0, 0], [0, 1]], [0, 1]),
    (Combine.MIN, [3, 1, 2], 1),
    (Combine.MIN, [[1, 5], [2, 3]], [1, 3]),
    (Combine.MAX, [3, 1], 3),
    (Combine.SUM, [3, 0, 4], 7),
    (Combine.SUM, [[1, 2], [3, 4]], [4, 6]),
    (Combine.BY_NODE, [b"x", b"y"], {"h:1": b"x", "h:2": b"y"}),
    (Combine.SOME, [None, b"a", b"b"], b"a"),
    (Combine.SOME, [None, None], None),
    (Combine.UNION, [[b"a", b"b"], [b"b", b"c"]], [b"a", b"b", b"c"]),
    (Combine.COUNTS, [[b"a", 1, b"b", 0, b"a", 1], [b"a", 2, b"b", 3, b"a", 2]], [b"a", 3, b"b", 3, b"a", 3]),
    (Combine.COUNTS, [[], []], []),
    (Combine.TEXTS, [b"id=1\n", b"id=2\n"], b"id=1\nid=2\n"),
    (Combine.TEXTS, [Verbatim(b"txt", b"1\n"), Verbatim(b"txt", b"2\n")], Verbatim(b"txt", b"1\n2\n")),
]


def by_node(replies: list[Any]) -> dict[Address, Any]:
    return {Address("h", number): reply for number, reply in enumerate(replies, 1)}


@pytest.mark.parametrize(("how", "replies", "whole"), ROWS)
def test_replies_become_one(how: Combine, replies: list[Any], whole: Any) -> None:
    assert combine(how, "X", by_node(replies), chance=lambda: 0.0) == whole


def test_each_way_has_a_row_and_each_policy_of_a_tip_is_a_way() -> None:
    assert {how for how, _, _ in ROWS} == set(Combine)
    assert {entry.response_policy for entry in walk()} <= {*Combine, "special"}


@pytest.mark.parametrize(("chance", "key"), [(0.0, b"a"), (0.49, b"a"), (0.5, b"b"), (0.99, b"b")])
def test_some_reply_is_not_always_the_first(chance: float, key: bytes) -> None:
    assert combine(Combine.SOME, "RANDOMKEY", by_node([b"a", None, b"b"]), chance=lambda: chance) == key


@pytest.mark.parametrize("how", sorted(set(Combine) - {Combine.ONE_SUCCEEDED}))
def test_a_node_that_fails_is_told_beside_the_others(how: Combine) -> None:
    with pytest.raises(ClusterPartialError, match="1 of 2 parts of CONFIG SET failed") as caught:
        combine(how, "CONFIG SET", by_node([OK, ResponseError("ERR no")]))
    assert caught.value.results == {Address("h", 1): OK}
    assert list(caught.value.errors) == [Address("h", 2)] and caught.value.keys == []


@pytest.mark.parametrize("how", sorted(Combine))
def test_where_all_fail_alike_it_is_the_first_error(how: Combine) -> None:
    with pytest.raises(ResponseError) as caught:
        combine(how, "SCRIPT KILL", by_node([BUSY, ResponseError("NOTBUSY")]))
    assert caught.value is BUSY


@pytest.mark.parametrize(
    ("how", "replies"),
    [
        (Combine.SUM, [1, b"x"]),
        (Combine.SUM, [[1], [1, 2]]),
        (Combine.MIN, [1, None]),
        (Combine.DEFAULT, [[1], 5]),
        (Combine.DEFAULT, [{1: 2}, 5]),
        (Combine.UNION, [[b"a"], 5]),
        (Combine.COUNTS, [[b"a"], 5]),
        (Combine.COUNTS, [[b"a"], [b"a"]]),
        (Combine.TEXTS, [b"a", None]),
    ],
)
def test_what_does_not_go_together(how: Combine, replies: list[Any]) -> None:
    with pytest.raises(InvalidResponse, match="of 2 nodes to X do not go together"):
        combine(how, "X", by_node(replies))


def test_no_nodes() -> None:
    with pytest.raises(ValueError, match="sent to no node"):
        combine(Combine.SUM, "DBSIZE", {})
