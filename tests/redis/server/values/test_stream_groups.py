"""Groups as a data structure: what is pending stands in two places, which never disagree."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.server.config.config import Config
from framewire.redis.server.values.stream_groups import Group, lag
from framewire.redis.server.values.streams import KeepLength, StreamValue
from tests.properties import examples

CONFIG = Config()


def stream_of(*ids: int) -> StreamValue:
    stream = StreamValue()
    for id_ in ids:
        stream.append(id_, [b"a", b"1"], CONFIG)
    return stream


def pending_of(group: Group) -> dict[int, bytes]:
    """Who has got what; after checking that the group and its consumers agree."""
    by_consumer = {
        id_: (name, pending)
        for name, consumer in group.consumers.items()
        for id_, pending in consumer.pending.items()
    }
    assert by_consumer == {id_: (pending.consumer.name, pending) for id_, pending in group.pending.items()}
    assert list(group.pending) == sorted(by_consumer)
    return {id_: name for id_, (name, _) in sorted(by_consumer.items())}


NAMES = st.sampled_from(["deliver", "deliver", "release", "give", "remove"])
STEPS = st.lists(st.tuples(NAMES, st.integers(1, 9), st.sampled_from(b"ab")), max_size=30)


@examples(200)
@given(STEPS)
def test_both_places_agree(steps: list[tuple[str, int, int]]) -> None:
    group, model = Group(0, 0), dict[int, bytes]()
    for what, id_, letter in steps:
        name = bytes([letter])
        if what == "remove":
            had = sum(owner == name for owner in model.values())
            assert group.remove_consumer(name) in ({had} if had else {0, None})
            model = {id_: owner for id_, owner in model.items() if owner != name}
            continue
        group.add_consumer(name, 0)
        if what == "deliver":
            group.deliver(id_, group.consumers[name], 5)
            model[id_] = name
        elif what == "release":
            assert group.release(id_) == (model.pop(id_, None) is not None)
        elif id_ in model:
            group.give(id_, group.pending[id_], group.consumers[name])
            model[id_] = name
        assert pending_of(group) == dict(sorted(model.items()))
        assert pending_of(group.copy()) == pending_of(group)


def test_delivering_again_begins_to_count_anew() -> None:
    group = Group(0, 0)
    group.add_consumer(b"a", 0)
    group.add_consumer(b"b", 0)
    pending = group.deliver(1, group.consumers[b"a"], 100)
    pending.count = 7
    assert group.deliver(1, group.consumers[b"b"], 200) is pending
    assert (pending.count, pending.delivered, pending.consumer.name) == (1, 200, b"b")


def test_a_copy_is_independent() -> None:
    group = Group(3, 2)
    group.add_consumer(b"a", 50)
    group.deliver(1, group.consumers[b"a"], 100)
    other = group.copy()
    other.release(1)
    other.consumers[b"a"].seen = 60
    assert pending_of(group) == {1: b"a"}
    assert group.consumers[b"a"].seen == 50
    assert (other.last_id, other.entries_read) == (3, 2)


class TestHowFarItHasRead:
    def read(self, stream: StreamValue, group: Group) -> tuple[int | None, int | None]:
        for id_, _ in stream.entries(group.last_id + 1, count=1):
            group.advance(stream, id_)
        return group.entries_read, lag(stream, group)

    def test_it_counts(self) -> None:
        stream, group = stream_of(10, 20, 30), Group(0, 0)
        assert lag(stream, group) == 3
        assert [self.read(stream, group) for _ in range(4)] == [(1, 2), (2, 1), (3, 0), (3, 0)]

    def test_what_is_trimmed_counts_as_read_once_it_is_passed(self) -> None:
        stream, group = stream_of(10, 20, 30, 40), Group(0, None)
        stream.trim(KeepLength(2))
        assert lag(stream, group) == 2
        assert self.read(stream, group) == (3, 1)

    def test_a_gap_ahead_makes_it_unknown_until_the_end(self) -> None:
        stream, group = stream_of(10, 20, 30, 40), Group(0, 0)
        stream.delete([30])
        assert self.read(stream, group) == (None, None)
        assert self.read(stream, group) == (None, None)
        assert self.read(stream, group) == (4, 0)

    def test_of_an_empty_stream_all_is_read(self) -> None:
        assert lag(StreamValue(), Group(5, None)) == 0
