"""A reply of several nodes in its shape: each node's, or the one that they become."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.redis.client.errors import ClusterPartialError, ResponseError
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.combining import Combine
from framewire.redis.cluster.shaping import combine_shaped, shaped

HERE, THERE = Address("h", 1), Address("h", 2)


def combined(how: Combine, shape: Any, *replies: Any) -> Any:
    return combine_shaped(how, (b"DBSIZE",), shape, [HERE, THERE], replies)


def test_shaped() -> None:
    assert shaped(None, b"1") == b"1"
    assert shaped(int, b"1") == 1


@pytest.mark.parametrize(
    ("how", "shape", "replies", "result"),
    [
        (Combine.SUM, None, [1, 2], 3),
        (Combine.SUM, str, [1, 2], "3"),
        (Combine.BY_NODE, None, [b"1", b"2"], {"h:1": b"1", "h:2": b"2"}),
        (Combine.BY_NODE, int, [b"1", b"2"], {"h:1": 1, "h:2": 2}),
    ],
)
def test_what_has_the_shape(how: Combine, shape: Any, replies: list[Any], result: Any) -> None:
    assert combined(how, shape, *replies) == result


@pytest.mark.parametrize("replies", [(b"1", b"none"), (b"1", ResponseError("none"))], ids=["shape", "node"])
def test_what_fails_of_one_node_is_told_with_the_others_replies(replies: tuple[Any, ...]) -> None:
    with pytest.raises(ClusterPartialError, match=r"1 of 2 parts of DBSIZE failed, .*none") as caught:
        combined(Combine.BY_NODE, int, *replies)
    assert (caught.value.results, list(caught.value.errors)) == ({HERE: 1}, [THERE])
