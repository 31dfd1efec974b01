"""Streams as a data structure: a dict says what they must hold, whatever nodes they are cut into."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.server.config.config import Config
from framewire.redis.server.values import streams
from framewire.redis.server.values.stream_groups import Group
from framewire.redis.server.values.streams import ID_MAX, Entry, KeepFrom, KeepLength, StreamValue, id_text, make_id
from tests.properties import examples
from tests.work import Work, counted_lines

CONFIG = Config()
SMALL = Config(stream_node_max_entries=3)


def stream_of(*ids: int, config: Config = SMALL) -> StreamValue:
    stream = StreamValue()
    for id_ in ids:
        stream.append(id_, [b"n", b"%d" % id_], config)
    return stream


def ids(stream: StreamValue) -> list[int]:
    return [id_ for id_, _ in stream.entries()]


class TestIds:
    def test_they_sort_by_time_and_sequence(self) -> None:
        assert make_id(1, 2**64 - 1) < make_id(2, 0) < make_id(2, 1) <= ID_MAX

    def test_as_clients_see_them(self) -> None:
        assert id_text(make_id(1700000000000, 7)) == b"1700000000000-7"
        assert id_text(ID_MAX) == b"18446744073709551615-18446744073709551615"


def test_what_values_promise() -> None:
    assert StreamValue.kind == b"stream"
    assert StreamValue().encoding(CONFIG) == b"stream"
    assert not StreamValue()
    assert len(stream_of(1, 2)) == 2


class Model:
    """A stream, and a dict of what must be in it."""

    def __init__(self) -> None:
        self.stream = StreamValue()
        self.entries: dict[int, list[bytes]] = {}

    def check(self) -> None:
        stream, entries = self.stream, list(self.entries.items())
        assert stream.entries() == entries
        assert stream.entries_backwards() == entries[::-1]
        assert len(stream) == len(entries)
        assert stream.first_id == (entries[0][0] if entries else 0)
        assert stream.last_entry_id == (entries[-1][0] if entries else 0)
        assert stream.node_ids == sorted(stream.node_ids)

    def between(self, start: int, end: int) -> list[Entry]:
        return [(id_, fields) for id_, fields in self.entries.items() if start <= id_ <= end]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 4)),
        st.tuples(st.just("append"), st.integers(1, 4)),
        st.tuples(st.just("delete"), st.integers(0, 60)),
        st.tuples(st.just("keep"), st.integers(0, 20)),
        st.tuples(st.just("trim"), st.integers(0, 60)),
        st.tuples(st.just("roughly"), st.integers(0, 20)),
        st.tuples(st.just("range"), st.integers(0, 60)),
    ),
    max_size=40,
)


@examples(200)
@given(STEPS)
def test_it_holds_what_a_dict_would(steps: list[tuple[str, int]]) -> None:
    model = Model()
    stream, entries = model.stream, model.entries
    for what, number in steps:
        if what == "append":
            id_ = stream.last_id + number
            entries[id_] = [b"a", b"%d" % number]
            stream.append(id_, list(entries[id_]), SMALL)
        elif what == "delete":
            assert stream.delete([number, number]) == (entries.pop(number, None) is not None)
        elif what == "keep":
            gone = list(entries)[: max(len(entries) - number, 0)]
            assert stream.trim(KeepLength(number)) == len([entries.pop(id_) for id_ in gone])
        elif what == "trim":
            gone = [id_ for id_ in entries if id_ < number]
            assert stream.trim(KeepFrom(number)) == len([entries.pop(id_) for id_ in gone])
        elif what == "roughly":
            trimmed = stream.trim(KeepLength(number), exact=False)
            assert number <= len(entries) - trimmed or not trimmed
            for id_ in list(entries)[:trimmed]:
                del entries[id_]
        else:
            inner = model.between(number, number + 9)
            assert stream.entries(number, number + 9) == inner
            assert stream.entries(number, number + 9, 2) == inner[:2]
            assert stream.entries_backwards(number, number + 9, 2) == inner[::-1][:2]
            assert stream.get(number) == entries.get(number)
            assert (number in stream) == (number in entries)
        model.check()


class TestNodes:
    def test_they_are_full_after_so_many_entries(self) -> None:
        assert stream_of(*range(1, 8)).node_ids == [1, 4, 7]

    def test_deleted_entries_count_for_that(self) -> None:
        stream = stream_of(1, 2)
        stream.delete([2])
        for id_ in (3, 4):
            stream.append(id_, [b"a", b"1"], SMALL)
        assert stream.node_ids == [1, 4]

    def test_an_empty_node_goes(self) -> None:
        stream = stream_of(*range(1, 8))
        assert stream.delete([4, 5, 6]) == 3
        assert stream.node_ids == [1, 7]

    def test_only_whole_ones_are_trimmed_roughly(self) -> None:
        stream = stream_of(*range(1, 8))
        assert stream.trim(KeepLength(2), exact=False) == 3
        assert stream.trim(KeepLength(2), exact=False) == 0
        assert stream.trim(KeepFrom(7), exact=False) == 3
        assert ids(stream) == [7]

    def test_no_more_is_trimmed_than_the_limit(self) -> None:
        stream = stream_of(*range(1, 11))
        assert stream.trim(KeepLength(0), exact=False, limit=5) == 3
        assert stream.trim(KeepLength(0), exact=False, limit=2) == 0
        assert stream.trim(KeepLength(0), exact=False, limit=100) == 7

    @pytest.mark.parametrize(("size", "entries"), [(10, 100), (300, 13), (2_000, 2), (10_000, 1)])
    def test_large_entries_fill_them_sooner(self, size: int, entries: int) -> None:
        stream = StreamValue()
        for id_ in range(1, 202):
            stream.append(id_, [b"field", b"v" * size], CONFIG)
        assert stream.node_ids[1] - stream.node_ids[0] == entries

    def test_names_of_fields_are_kept_once(self) -> None:
        stream = StreamValue()
        names = [b"".join([b"na", b"me"]) for _ in range(2)]
        for id_, name in enumerate(names, 1):
            stream.append(id_, [name, b"x"], CONFIG)
        first, second = (fields[0] for _, fields in stream.entries())
        assert first is second
        assert names[0] is not names[1]


def test_a_copy_is_independent() -> None:
    stream = stream_of(1, 2, 3, 4)
    stream.groups[b"g"] = Group(2, 2)
    other = stream.copy()
    other.append(5, [b"a", b"1"], SMALL)
    other.delete([1])
    del other.groups[b"g"]
    assert (ids(stream), ids(other)) == ([1, 2, 3, 4], [2, 3, 4, 5])
    assert (stream.max_deleted_id, other.max_deleted_id) == (0, 1)
    assert list(stream.groups) == [b"g"]


class TestCounting:
    def test_of_entries_that_were_added(self) -> None:
        stream = stream_of(10, 20, 30, 40)
        assert [stream.count_up_to(id_) for id_ in (5, 10, 20, 40, 50)] == [0, 1, None, 4, None]
        stream.trim(KeepLength(2))
        assert [stream.count_up_to(id_) for id_ in (5, 30, 40)] == [2, 3, 4]
        stream.delete([30])
        assert [stream.count_up_to(id_) for id_ in (5, 30, 40)] == [3, 3, 4]
        assert StreamValue().count_up_to(5) == 0

    def test_deletions_make_gaps_and_trimming_does_not(self) -> None:
        stream = stream_of(10, 20, 30, 40)
        assert not stream.has_gaps_from(0)
        stream.trim(KeepLength(3))
        assert not stream.has_gaps_from(0)
        stream.delete([30])
        assert stream.has_gaps_from(30)
        assert not stream.has_gaps_from(31)
        stream.trim(KeepLength(1))
        assert not stream.has_gaps_from(0)


@pytest.mark.thorough
def test_looking_up_does_not_depend_on_the_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand times as many entries: not three times as many lines of Python and looks at nodes."""
    work = Work()
    first = streams._first

    def look(node: object) -> int:
        work.looked += 1
        return first(node)

    def work_of(stream: StreamValue) -> int:
        ids_ = [id_ for id_, _ in stream.entries()][:: max(len(stream) // 100, 1)]
        before = work.total
        with counted_lines(work):
            for id_ in ids_:
                stream.entries(id_, count=1)
                stream.get(id_)
        return work.total - before

    monkeypatch.setattr(streams, "_first", look)
    few, many = stream_of(*range(1, 101), config=CONFIG), stream_of(*range(1, 100_001), config=CONFIG)
    assert 1_000 < work_of(many) < 3 * work_of(few)
