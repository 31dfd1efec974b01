"""The size of a radix tree: counted, and found by building one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.server.values.radix import count_nodes
from tests.properties import examples


def built(ids: list[int]) -> int:
    """The nodes of the tree, by building all its single bytes and joining those that are alone."""
    root: dict[int, Any] = {}
    for id_ in ids:
        place = root
        for byte in id_.to_bytes(16, "big"):
            place = place.setdefault(byte, {})
    return nodes_of(root)


def nodes_of(tree: dict[int, Any]) -> int:
    alone = False
    while len(tree) == 1:
        alone, (tree,) = True, tuple(tree.values())
    return alone + 1 + sum(map(nodes_of, tree.values()))


@pytest.mark.parametrize(
    ("ids", "nodes"), [([], 1), ([0], 2), ([2**128 - 1], 2), ([0, 1], 4), ([0, 256], 6), ([0, 1, 256], 7)]
)
def test_some(ids: list[int], nodes: int) -> None:
    assert count_nodes(ids) == nodes


SMALL = st.integers(0, 999)
IDS = st.integers(0, 3) | st.integers(0, 2**128 - 1) | st.tuples(SMALL, SMALL).map(lambda id_: id_[0] << 64 | id_[1])


@examples(200)
@given(st.sets(IDS, max_size=40))
def test_as_if_it_were_built(ids: set[int]) -> None:
    assert count_nodes(sorted(ids)) == built(sorted(ids))
