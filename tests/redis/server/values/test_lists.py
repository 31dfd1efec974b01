"""The list as a data structure: against a plain Python list in every step, and what its operations cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.server.config.config import Config
from framewire.redis.server.values.lists import ListValue
from tests.properties import examples

VALUES = st.sampled_from([b"a", b"b", b"c", b""])
NUMBERS = st.integers(0, 12)

STEPS = st.one_of(
    st.tuples(st.just("push_front"), VALUES),
    st.tuples(st.just("push_back"), VALUES),
    st.tuples(st.just("extend_back"), st.lists(VALUES, max_size=60)),
    st.tuples(st.just("pop_front")),
    st.tuples(st.just("pop_back")),
    st.tuples(st.just("take_front"), NUMBERS),
    st.tuples(st.just("take_back"), NUMBERS),
    st.tuples(st.just("trim"), NUMBERS, NUMBERS),
    st.tuples(st.just("insert"), VALUES, VALUES, st.booleans()),
    st.tuples(st.just("remove"), VALUES, st.integers(-3, 3)),
    st.tuples(st.just("replace"), NUMBERS, VALUES),
)


class Model:
    """The same by the shortest ways."""

    def __init__(self) -> None:
        self.items: list[bytes] = []

    def push_front(self, value: bytes) -> int:
        self.items.insert(0, value)
        return len(self.items)

    def push_back(self, value: bytes) -> int:
        self.items.append(value)
        return len(self.items)

    def extend_back(self, values: list[bytes]) -> None:
        self.items.extend(values)

    def pop_front(self) -> bytes:
        return self.items.pop(0)

    def pop_back(self) -> bytes:
        return self.items.pop()

    def take_front(self, count: int) -> list[bytes]:
        return [self.items.pop(0) for _ in range(min(count, len(self.items)))]

    def take_back(self, count: int) -> list[bytes]:
        return [self.items.pop() for _ in range(min(count, len(self.items)))]

    def trim(self, start: int, end: int) -> None:
        self.items = self.items[start:end]

    def insert(self, pivot: bytes, value: bytes, after: bool) -> bool:
        if pivot not in self.items:
            return False
        self.items.insert(self.items.index(pivot) + after, value)
        return True

    def remove(self, value: bytes, count: int) -> int:
        removed = 0
        for position in list(range(len(self.items)))[:: -1 if count < 0 else 1]:
            if self.items[position] == value and (count == 0 or removed < abs(count)):
                self.items[position] = b"gone"
                removed += 1
        self.items = [item for item in self.items if item != b"gone"]
        return removed

    def replace(self, position: int, value: bytes) -> None:
        self.items[position] = value


@examples(150)
@given(st.lists(STEPS, max_size=40))
def test_it_does_what_a_plain_list_does(steps: list[tuple[Any, ...]]) -> None:
    value, model = ListValue(), Model()
    for name, *arguments in steps:
        if name in ("pop_front", "pop_back") and not model.items:
            continue
        if name == "replace" and not arguments[0] < len(model.items):
            continue
        if name == "trim":
            arguments = sorted(min(end, len(model.items)) for end in arguments)
        assert getattr(value, name)(*arguments) == getattr(model, name)(*arguments)
        assert (len(value), list(value)) == (len(model.items), model.items)
    assert [value.get(position) for position in range(len(value))] == model.items
    assert list(value.copy()) == model.items


@examples(100)
@given(
    st.lists(VALUES, max_size=20), VALUES, st.integers(-4, 4).filter(bool), st.none() | st.integers(1, 4),
    st.none() | st.integers(1, 25), st.booleans(),
)  # fmt: skip
def test_positions(
    items: list[bytes], value: bytes, rank: int, count: int | None, most: int | None, shifted: bool
) -> None:
    held = ListValue(items)
    if shifted:
        held.push_front(b"x")
        held.pop_front()
    walk = list(range(len(items)))[:: 1 if rank > 0 else -1][:most]
    expected = [position for position in walk if items[position] == value][abs(rank) - 1 :]
    assert held.positions(value, rank, count, most) == expected[:count]


def test_numbers_as_large_as_requests_can_hold() -> None:
    held = ListValue([b"a", b"b", b"a"])
    assert held.positions(b"a", 2**63 - 1, 2**63 - 1, 2**63 - 1) == []
    assert held.positions(b"a", -1, 2**63 - 1, 2**63 - 1) == [2, 0]
    assert held.take_back(2**63 - 1) == [b"a", b"b", b"a"]
    assert ListValue([b"a"]).remove(b"a", -(2**63)) == 1


def test_a_copy_is_another_list() -> None:
    value = ListValue([b"a"])
    other = value.copy()
    other.push_back(b"b")
    value.push_front(b"c")
    assert (list(value), list(other)) == ([b"c", b"a"], [b"a", b"b"])


def test_it_is_one_kind_of_value_whatever_its_size() -> None:
    assert ListValue.kind == b"list"
    assert {ListValue([b"x" * size] * 100).encoding(Config()) for size in (1, 10_000)} == {b"quicklist"}


@pytest.mark.parametrize("work", [
    lambda items: (items.push_front(b"x"), items.pop_back()),
    lambda items: (items.push_back(b"x"), items.pop_front()),
    lambda items: (items.push_front(b"x"), items.pop_front()),
    lambda items: (items.push_back(b"x"), items.trim(1, len(items))),
    lambda items: (items.push_front(b"x"), items.trim(0, len(items) - 1)),
    lambda items: items.get_range(len(items) // 2, len(items) // 2 + 10),
])  # fmt: skip
def test_the_cost_does_not_grow_with_the_length(work: Callable[[ListValue], object]) -> None:
    """Room in front is made once for all of them; what is O(n) each time moves a thousand times as much."""
    length, times = 100_000, 2_000
    items = ListValue()
    moving = items._items = Moving([b"item"] * length)
    for _ in range(times):
        work(items)
    assert items._items is moving
    assert moving.moved <= 2 * length + 20 * times


class Moving(list[bytes]):
    """A list that counts the pointers that its slices copy, and those that give way to what comes or goes before."""

    moved = 0

    def __getitem__(self, where: Any) -> Any:
        found = super().__getitem__(where)
        self.moved += len(found) if isinstance(where, slice) else 1
        return found

    def __setitem__(self, where: Any, what: Any) -> None:
        before = len(self)
        super().__setitem__(where, what)
        if isinstance(where, slice):
            _, stop, _ = where.indices(before)
            self.moved += len(what) + (before - stop if len(self) != before else 0)

    def __delitem__(self, where: Any) -> None:
        start, _, _ = where.indices(len(self))
        self.moved += len(self) - start
        super().__delitem__(where)

    def insert(self, where: Any, what: bytes) -> None:
        self.moved += len(self) - where
        super().insert(where, what)


def test_what_is_taken_is_let_go() -> None:
    """The room in front is bounded by the length, and holds no item."""
    items = ListValue([b"%d" % number for number in range(10_000)])
    for _ in range(9_990):
        items.pop_front()
    assert len(items._items) < 100
    for number in range(100_000):
        items.push_front(b"x")
        items.pop_back()
        assert len(items._items) < 100, number
    assert set(items._items[: items._head]) <= {b""}
