"""Keys, values, deadlines: against a plain model, and the promises about active expiry."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from framewire.redis.server.keyspace.database import Db
from tests.properties import examples

KEYS = st.sampled_from([b"a", b"b", b"c", b"d"])


class AgainstAModel(RuleBasedStateMachine):
    """The model is a dict of (value, deadline), from which dead keys are removed at once."""

    @initialize()
    def start(self) -> None:
        self.db = Db()
        self.model: dict[bytes, tuple[object, int | None]] = {}
        self.now = 1_000

    @rule(step=st.integers(0, 50))
    def time_passes(self, step: int) -> None:
        self.now += step
        self.model = {
            key: (value, deadline)
            for key, (value, deadline) in self.model.items()
            if deadline is None or deadline > self.now
        }

    @rule(key=KEYS, value=st.binary(max_size=2))
    def set(self, key: bytes, value: bytes) -> None:
        self.db.set(key, value)
        self.model[key] = (value, None)

    @rule(key=KEYS, value=st.binary(max_size=2))
    def replace(self, key: bytes, value: bytes) -> None:
        if self.db.peek(key, self.now) is not None:
            self.db.replace(key, value)
            self.model[key] = (value, self.model[key][1])

    @rule(key=KEYS, delay=st.integers(-5, 60))
    def set_deadline(self, key: bytes, delay: int) -> None:
        if self.db.peek(key, self.now) is not None:
            self.db.set_deadline(key, self.now + delay)
            self.model[key] = (self.model[key][0], self.now + delay)
            self.time_passes(0)

    @rule(key=KEYS)
    def persist(self, key: bytes) -> None:
        if self.db.peek(key, self.now) is not None:
            value, deadline = self.model[key]
            assert self.db.persist(key) == (deadline is not None)
            self.model[key] = (value, None)

    @rule(key=KEYS)
    def delete(self, key: bytes) -> None:
        assert self.db.delete(key, self.now) == (self.model.pop(key, None) is not None)

    @rule(budget=st.integers(1, 3))
    def expire(self, budget: int) -> None:
        assert self.db.expire_due(self.now, budget) <= budget

    @rule()
    def flush(self) -> None:
        self.db.flush()
        self.model.clear()

    @rule()
    def count_and_list(self) -> None:
        assert self.db.size(self.now) == len(self.model)
        assert sorted(self.db.keys(self.now)) == sorted(self.model)

    @rule(key=KEYS)
    def look(self, key: bytes) -> None:
        value, deadline = self.model.get(key, (None, None))
        assert self.db.read(key, self.now) == value
        assert self.db.deadline(key) == deadline

    @invariant()
    def the_first_deadline_is_never_missed(self) -> None:
        deadlines = [deadline for _, deadline in self.model.values() if deadline is not None]
        announced = self.db.next_deadline()
        assert not deadlines or (announced is not None and announced <= min(deadlines))


TestAgainstAModel = AgainstAModel.TestCase
TestAgainstAModel.settings = examples(60, stateful_step_count=40)


def test_a_key_ends_at_its_deadline_and_not_before() -> None:
    db = Db()
    db.set(b"key", b"value")
    db.set_deadline(b"key", 100)
    assert db.read(b"key", 99) == b"value"
    assert db.read(b"key", 100) is None
    assert (db.hits, db.misses, db.expired) == (1, 1, 1)


def test_expiry_stops_at_its_budget_and_goes_on_the_next_time() -> None:
    db = Db()
    for i in range(10):
        db.set(b"%d" % i, b"")
        db.set_deadline(b"%d" % i, i)
    assert db.expire_due(100, 4) == 4
    assert len(db.values) == 6
    assert db.expire_due(100) == 6
    assert not db.values
    assert db.next_deadline() is None


def test_moving_a_deadline_later_leaves_one_entry() -> None:
    db = Db()
    db.set(b"key", b"value")
    for deadline in range(1, 10_000):
        db.set_deadline(b"key", deadline)
    assert len(db._heap) == 1
    db.expire_due(5_000)
    assert db.read(b"key", 5_000) == b"value"
    assert db.next_deadline() == 9_999


def test_stale_entries_do_not_pile_up() -> None:
    """A key that loses its deadline and gets a new one over and over costs memory for some entries, not for all."""
    db = Db()
    for deadline in range(100_000, 0, -10):
        db.set(b"key", b"value")
        db.set_deadline(b"key", deadline)
    assert len(db._heap) < 2_000
    assert db.next_deadline() == 10


@given(st.lists(st.tuples(KEYS, st.integers(1, 1_000_000)), max_size=30))
def test_every_key_ends_actively(deadlines: list[tuple[bytes, int]]) -> None:
    db = Db()
    for key, deadline in deadlines:
        db.set(key, b"")
        db.set_deadline(key, deadline)
    db.expire_due(1_000_000)
    assert not db.values
    assert not db.deadlines


def test_a_flushed_database_forgets_deadlines() -> None:
    db = Db()
    db.set(b"key", b"value")
    db.set_deadline(b"key", 10)
    db.flush()
    db.set(b"key", b"new")
    assert db.expire_due(100) == 0
    assert db.read(b"key", 100) == b"new"


def test_exchanged_databases_keep_their_index_and_swap_all_that_hangs_on_keys() -> None:
    first, second = Db(0), Db(1)
    first.set(b"a", b"1")
    first.set_deadline(b"a", 10)
    second.set(b"b", b"2")
    first.exchange(second)
    assert (first.index, first.values, first.next_deadline()) == (0, {b"b": b"2"}, None)
    assert (second.index, second.values, second.next_deadline()) == (1, {b"a": b"1"}, 10)
    assert first.sampler.one(first.values) == b"b"
    second.expire_due(10)
    assert second.values == {}
