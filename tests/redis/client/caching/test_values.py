"""Replies of every form: copies share nothing that could be changed, and sizes grow with what is in them."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.frames.resp import Simple, Verbatim
from framewire.redis.client.caching.values import copy_of, size_of, tells_of_absence
from tests.properties import examples

DEPTH = 1000  # as deep as the decoder goes

leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.binary(max_size=8),
    st.builds(Simple, st.binary(max_size=4)), st.sets(st.binary(max_size=3), max_size=3),
)  # fmt: skip
replies = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.binary(max_size=4), inner, max_size=4),
        st.lists(st.tuples(inner, inner), max_size=3),
    ),
)


def containers(reply: Any) -> list[Any]:
    """All that could be changed in a reply."""
    found, todo = [], [reply]
    while todo:
        item = todo.pop()
        if isinstance(item, (list, dict, set)):
            found.append(item)
        if isinstance(item, (list, tuple, set)):
            todo += item
        elif isinstance(item, dict):
            todo += item.values()
    return found


@examples(300)
@given(replies)
def test_a_copy_is_equal_and_shares_nothing_that_can_be_changed(reply: Any) -> None:
    copied = copy_of(reply)
    assert copied == reply
    assert repr(copied) == repr(reply)
    assert not {id(each) for each in containers(copied)} & {id(each) for each in containers(reply)}


@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {b"k": inner}, lambda inner: [(inner, 1)]])
def test_depth_costs_no_recursion(wrap: Any) -> None:
    reply: Any = [b"x"]
    for _ in range(DEPTH):
        reply = wrap(reply)
    assert len(containers(copy_of(reply))) == DEPTH + 1
    assert size_of(reply) > DEPTH * 50


@pytest.mark.parametrize("reply", [b"x" * 1000, None, 1, 2.5, True, Simple(b"OK"), Verbatim(b"txt", b"x")])
def test_what_cannot_change_is_not_copied(reply: Any) -> None:
    assert copy_of(reply) is reply


SIZES = {
    "a text": lambda: bytes(100_000),
    "texts": lambda: [b"%030d" % index for index in range(5000)],
    "a hash": lambda: {b"%030d" % index: b"%0100d" % index for index in range(5000)},
    "a set": lambda: {b"%050d" % index for index in range(4000)},
    "scores": lambda: [[b"%030d" % index, index / 3] for index in range(5000)],
}


@pytest.mark.parametrize("make", SIZES.values(), ids=SIZES)
def test_sizes_are_about_right(make: Any) -> None:
    tracemalloc.start()
    try:
        reply = make()
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert taken / 2 < size_of(reply) < taken * 2


ABSENT = [
    # a reply, to a read of how many keys, and whether one of them may not be there
    (None, 1, True), (0, 1, True), (b"", 1, True), ([], 1, True), ({}, 1, True), (set(), 1, True), (-2, 1, True),
    (Simple(b"none"), 1, True), ([None, None], 1, True), ([0, 0], 1, True), ([b"a", None], 1, True), ([-2], 1, True),
    (b"v", 1, False), (7, 1, False), ([b"a", b"b"], 1, False), ({b"f": b"v"}, 1, False), (Simple(b"hash"), 1, False),
    ([b"a", b"b"], 2, False), ([b"a", None], 2, True), ([b"a"], 2, True), (2, 2, True), ({b"m"}, 2, True),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "keys", "is_absent"), ABSENT)
def test_what_tells_that_something_may_be_gone(reply: Any, keys: int, is_absent: bool) -> None:
    assert tells_of_absence(reply, keys) is is_absent
