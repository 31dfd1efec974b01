"""Random members: they are members, all of them are met about equally often, and nobody looks at all for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from framewire.redis.server.values.sampling import FEW, Sampler

SIZES = [1, 2, FEW, FEW + 1, 1_000]


def members(count: int, start: int = 0) -> list[bytes]:
    return [b"%d" % number for number in range(start, start + count)]


class Counted(set[bytes]):
    """A set that counts how many of its members somebody looked through."""

    looked_at = 0

    def __iter__(self) -> Iterator[bytes]:
        self.looked_at += len(self)
        return super().__iter__()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", [set, dict.fromkeys], ids=["set", "dict"])
def test_each_is_met_about_equally_often(size: int, kind: type) -> None:
    sampler, collection = Sampler(), kind(members(size))
    met = Counter(sampler.one(collection) for _ in range(size * 60))
    assert set(met) == set(collection)
    assert max(met.values()) < 60 * 3


@pytest.mark.parametrize("size", SIZES)
def test_taking_one_after_the_other_takes_all(size: int) -> None:
    sampler, collection = Sampler(), set(members(size))
    taken = []
    while collection:
        taken.append(sampler.one(collection))
        collection.remove(taken[-1])
    assert sorted(taken) == sorted(members(size))
    assert size < 10 or taken != sorted(taken)


def test_what_is_gone_is_not_chosen_and_what_came_is() -> None:
    sampler, collection = Sampler(), set(members(1_000))
    sampler.one(collection)
    collection -= set(members(1_000))
    collection |= set(members(1_000, 5_000))  # as many as before, and all of them others
    assert {sampler.one(collection) for _ in range(20_000)} == collection


def test_growth_is_noticed_at_once() -> None:
    sampler, collection = Sampler(), set(members(1_000))
    sampler.one(collection)
    collection |= set(members(9_000, 1_000))
    assert any(int(sampler.one(collection)) >= 1_000 for _ in range(50))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [0, 1, 2, 30, 1_000, 5_000])
def test_distinct_members(size: int, count: int) -> None:
    collection = set(members(size))
    chosen = Sampler().distinct(collection, count)
    assert len(chosen) == len(set(chosen)) == min(count, size)
    assert collection.issuperset(chosen)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [0, 1, 2, 30, 1_000, 5_000])
def test_repeated_members(size: int, count: int) -> None:
    collection = set(members(size))
    chosen = Sampler().repeated(collection, count)
    assert len(chosen) == count
    assert collection.issuperset(chosen)


def test_the_order_of_distinct_members_is_random() -> None:
    collection = dict.fromkeys(members(50))
    assert len({tuple(Sampler().distinct(collection, 50)) for _ in range(10)}) == 10


def test_work_for_many_choices_is_linear() -> None:
    """A worker that takes from a large set while another one fills it."""
    sampler, collection = Sampler(), Counted(members(4_000))
    for number in range(4_000):
        collection.remove(sampler.one(collection))
        collection.add(b"new %d" % number)
    assert collection.looked_at < 4_000 * 40
