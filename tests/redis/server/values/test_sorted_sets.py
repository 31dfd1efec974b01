"""Sorted sets as a data structure: whatever is done to one, it stays what a plain dict and `sorted` say."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.server.config.config import Config
from framewire.redis.server.values import sorted_sets
from framewire.redis.server.values.sorted_sets import ADDED, CHANGED, SAME, SortedSetValue
from tests.properties import examples

CONFIG = Config(zset_max_listpack_entries=3, zset_max_listpack_value=4)

MEMBERS = st.binary(max_size=2)
SCORES = st.sampled_from([0.0, 1.0, -1.0, 2.5, inf, -inf]) | st.floats(allow_nan=False)
POSITIONS = st.integers(0, 30)
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), MEMBERS, SCORES),
        st.tuples(st.just("remove"), MEMBERS),
        st.tuples(st.just("remove range"), POSITIONS, POSITIONS),
        st.tuples(st.just("look"), MEMBERS),
        st.tuples(st.just("count"), SCORES, SCORES),
    ),
    max_size=40,
)


@pytest.mark.parametrize(("few", "many"), [(64, 10_000), (0, 10_000), (0, 3)])
@examples(60)
@given(actions=ACTIONS)
def test_it_is_what_a_dict_says(few: int, many: int, actions: list[tuple[object, ...]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sorted_sets, "_FEW", few)
        patch.setattr(sorted_sets, "_MANY", many)
        zset, model = SortedSetValue(), dict[bytes, float]()
        for action in actions:
            act(zset, model, action)
            assert len(zset) == len(model)
        assert zset.entries() == in_order(model)
        assert [zset.rank(member) for _, member in in_order(model)] == list(range(len(model)))


def in_order(model: dict[bytes, float]) -> list[tuple[float, bytes]]:
    return sorted((score, member) for member, score in model.items())


def act(zset: SortedSetValue, model: dict[bytes, float], action: tuple[object, ...]) -> None:
    """Do the same to both, and compare what each says."""
    match action:
        case ("put", bytes(member), float(score)):
            before = model.get(member)
            assert zset.put(member, score) == (ADDED if before is None else SAME if before == score else CHANGED)
            model[member] = score
        case ("remove", bytes(member)):
            assert zset.remove(member) == (model.pop(member, None) is not None)
        case ("remove range", int(start), int(stop)):
            stop = min(stop, len(model))
            expected = in_order(model)[start:stop]
            assert zset.remove_range(start, stop) == expected
            for _, member in expected:
                del model[member]
        case ("look", bytes(member)):
            assert zset.score(member) == model.get(member)
            assert (member in zset) == (member in model)
            assert (zset.rank(member) is None) == (member not in model)
        case ("count", float(low), float(high)):
            start, stop = zset.score_range(low, high)
            assert start == sum(score < low for score in model.values())
            assert stop == sum(score < high for score in model.values())


SAME_SCORES = st.lists(st.binary(max_size=2), min_size=1, max_size=12, unique=True)
CUTS = st.none() | st.binary(max_size=2)


@given(members=SAME_SCORES, low=CUTS, high=CUTS, from_end=st.booleans())
def test_a_range_of_members_that_have_one_score(
    members: list[bytes], low: bytes | None, high: bytes | None, from_end: bool
) -> None:
    zset = SortedSetValue((1.0, member) for member in members)
    start, stop = zset.lex_range(low, high, from_end=from_end)
    expected = [m for m in sorted(members) if low is not None and m >= low and (high is None or m < high)]
    assert [member for _, member in zset.entries(start, stop)] == expected


# Scores differ, so members do not stand in their own order: here it is d a c b.
MIXED = [
    (b"a", None, "dacb", "dacb"), (b"b", None, "dacb", "cb"), (b"c", None, "", ""), (b"a", b"d", "", ""),
    (None, None, "", ""), (b"", b"a", "", ""), (b"b", b"e", "dacb", "cb"),
]  # fmt: skip


@pytest.mark.parametrize(("low", "high", "first", "last"), MIXED)
def test_a_range_of_members_whose_scores_differ(
    low: bytes | None, high: bytes | None, first: str, last: str
) -> None:
    zset = SortedSetValue((score, b"%c" % member) for score, member in enumerate(b"dacb"))

    def found(from_end: bool) -> str:
        start, stop = zset.lex_range(low, high, from_end=from_end)
        return b"".join(member for _, member in zset.entries(start, stop)).decode()

    assert (found(False), found(True)) == (first, last)


def test_nothing_is_in_no_range() -> None:
    zset = SortedSetValue()
    assert zset.lex_range(b"", None) == zset.score_range(-inf, None) == (0, 0)
    assert zset.entries() == zset.remove_range(0, 0) == []


def test_there_is_one_zero() -> None:
    zset = SortedSetValue([(-0.0, b"a"), (1.0, b"b")])
    zset.put(b"b", -0.0)
    assert str([score for score, _ in zset.entries()]) == "[0.0, 0.0]"


def grown(*members: bytes) -> SortedSetValue:
    zset = SortedSetValue((1.0, member) for member in members)
    zset.maybe_convert(CONFIG)
    return zset


@pytest.mark.parametrize(
    ("members", "encoding"),
    [([b"a", b"b", b"cccc"], b"listpack"), ([b"a", b"b", b"c", b"d"], b"skiplist"), ([b"ccccc"], b"skiplist")],
)
def test_the_encoding_is_that_of_redis(members: list[bytes], encoding: bytes) -> None:
    assert grown(*members).encoding(CONFIG) == encoding


def test_a_skiplist_stays_one() -> None:
    zset = grown(b"a", b"b", b"c", b"d")
    zset.remove_range(0, 4)
    zset.put(b"a", 1.0)
    zset.maybe_convert(CONFIG)
    assert zset.encoding(CONFIG) == zset.copy().encoding(CONFIG) == b"skiplist"


def test_a_copy_is_independent() -> None:
    zset = grown(b"a")
    other = zset.copy()
    other.put(b"b", 2.0)
    other.put(b"a", 5.0)
    assert zset.entries() == [(1.0, b"a")]
    assert other.entries() == [(2.0, b"b"), (5.0, b"a")]


def test_what_values_promise() -> None:
    assert SortedSetValue.kind == b"zset"
    assert not SortedSetValue()
    zset = grown(b"")
    assert zset
    assert zset.sampler is zset.sampler
    assert zset.sampler.one(zset) == b""


def test_changes_and_questions_take_turns_in_little_time() -> None:
    """Comparisons are counted: 1,000 changes of 20,000 members, each followed by a question, sort nothing anew."""

    class Counted(float):
        comparisons = 0

        def __lt__(self, other: object) -> bool:
            Counted.comparisons += 1
            return float.__lt__(self, other)  # type: ignore[operator]

        def __add__(self, other: object) -> Counted:
            return Counted(float.__add__(self, other))  # type: ignore[operator]

    names = [b"%d" % number for number in range(20_000)]
    zset = SortedSetValue((Counted(number), name) for number, name in enumerate(names))
    Counted.comparisons = 0
    for step, name in enumerate(names[:1_000]):
        zset.put(name, Counted(step * 17 % 20_000 + 0.5))
        assert zset.entries(0, 3)
        assert zset.rank(name) is not None
    assert 0 < Counted.comparisons < 1_000 * 200
