"""The nine invariants of the buffers, for every input that hypothesis finds; and that the twins cannot be told apart.

`test_the_twins_agree` drives both implementations with the same random operations and compares, after each of them,
what was returned or raised and what every living handle holds, its capacity included.
"""

from __future__ import annotations

import gc
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from framewire.errors import BufferUnderflow
from tests.properties import examples

quick = examples(60)

blobs = st.binary(max_size=300)
sizes = st.integers(0, 300)
cuts = st.lists(st.integers(0, 80), max_size=12)


def spaced(buffers, data, before=0, spare=0):
    """A `BytesMut` with consumed bytes before and spare bytes behind `data`."""
    mut = buffers.BytesMut.with_capacity(before + len(data) + spare)
    mut.extend(bytes(before) + data)
    mut.advance(before)
    return mut


# -- (i) to (iv): splitting and reading


@quick
@given(data=blobs, before=sizes, spare=sizes, at=st.data())
def test_i_the_parts_of_a_split_are_the_whole(buffers, data, before, spare, at):
    mut = spaced(buffers, data, before, spare)
    k = at.draw(st.integers(0, len(data)))
    front = mut.split_to(k)
    assert front.to_bytes() + mut.to_bytes() == data
    if 0 < k:
        assert front.try_unsplit(mut), "neighbours stay neighbours: nothing was moved"
        assert (front, front.capacity) == (data, len(data) + spare)
    frozen = spaced(buffers, data, before, spare).freeze()
    head, tail = frozen.split_at(k)
    assert head + tail == data and {head.retained, tail.retained} <= {0, frozen.retained}


@quick
@given(data=blobs, before=sizes, spare=sizes, at=cuts, kinds=st.lists(st.booleans(), min_size=12, max_size=12))
def test_ii_splits_preserve_the_sum_of_capacities(buffers, data, before, spare, at, kinds):
    mut = spaced(buffers, data, before, spare)
    parts, total = [mut], mut.capacity
    assert total == len(data) + spare
    for k, off in zip(at, kinds, strict=False):
        whole = parts[-1]
        parts.append(whole.split_off(min(k, whole.capacity)) if off else whole.split_to(min(k, len(whole))))
        assert sum(part.capacity for part in parts) == total
        assert sum(map(len, parts)) == len(data)


@quick
@given(data=st.binary(max_size=30), more=st.integers(1, 50))
def test_iii_what_fails_consumes_nothing(buffers, data, more):
    n = len(data) + more
    reads = [
        lambda r: r.advance(n), lambda r: r.split_to(n), lambda r: r.copy_to_bytes(n),
        lambda r: r.copy_to_slice(bytearray(n)), *_numbers_longer_than(len(data)),
    ]  # fmt: skip
    for reader in (spaced(buffers, data, 3, 5), buffers.Cursor(data)):
        for read in reads:
            with pytest.raises(BufferUnderflow) as caught:
                read(reader)
            assert caught.value.available == len(data) < caught.value.requested
            assert reader.remaining() == len(data) and reader.chunk() == data


def _numbers_longer_than(n):
    kinds = [("u8", 1), ("i16", 2), ("u32_le", 4), ("f64", 8), ("u128_ne", 16)]
    return [lambda r, kind=kind: getattr(r, "get_" + kind)() for kind, size in kinds if size > n]


@quick
@given(data=blobs, steps=cuts)
def test_iv_a_chunk_is_empty_only_at_the_end(buffers, data, steps):
    for reader in (spaced(buffers, data, 3, 5), buffers.Cursor(data)):
        for step in [0, *steps, len(data)]:
            reader.advance(min(step, reader.remaining()))
            left = reader.remaining()
            assert (len(reader.chunk()) == 0) == (left == 0) == (not reader.has_remaining())
            assert reader.chunk() == data[len(data) - left :] and sum(map(len, reader.chunks_vectored(9))) == left


# -- (v) and (vi): who holds memory, who may write it


@quick
@given(
    data=st.binary(min_size=1, max_size=50),
    slices=st.lists(st.tuples(*[st.integers(0, 50)] * 3), max_size=10),
    order=st.randoms(),
)
def test_v_an_owner_is_released_after_the_last_handle_and_not_before(buffers, data, slices, order):
    owner = bytearray(data)
    handles = [(buffers.Bytes.from_owner(memoryview(owner).toreadonly()), data)]
    for which, start, stop in slices:
        handle, expected = handles[which % len(handles)]
        handles.append((handle[start:stop], expected[start:stop]))
    order.shuffle(handles)
    handle = None
    while handles:
        assert _is_held(owner) == any(len(handle) for handle, _ in handles)
        for handle, expected in handles:
            assert handle == expected
        handle = None
        handles.pop()
    assert not _is_held(owner)


def _is_held(owner):
    try:
        owner.append(0)
    except BufferError:
        return True
    del owner[-1:]
    return False


@quick
@given(data=blobs, before=sizes, spare=sizes, at=cuts, growth=st.lists(sizes, max_size=12))
def test_vi_writable_ranges_never_overlap(buffers, data, before, spare, at, growth):
    mut, handles, frozen = spaced(buffers, data, before, spare), [], []
    for k in at:
        handles.append(mut.split_to(min(k, len(mut))) if k % 3 else mut.split_off(min(k, mut.capacity)))
        if k % 5 == 0:
            whole = handles.pop()
            frozen.append((whole.to_bytes(), whole.freeze()))
    handles.append(mut)
    for handle, more in zip(handles, growth, strict=False):
        handle.reserve(more)
    for mark, handle in enumerate(handles):
        handle.resize(handle.capacity, mark)
        for i in range(len(handle)):
            handle[i] = mark
    for mark, handle in enumerate(handles):
        assert handle == bytes([mark]) * handle.capacity
    assert all(handle == expected for expected, handle in frozen)


# -- (vii) and (viii): growth


@quick
@given(data=blobs, before=sizes, spare=sizes, more=st.lists(sizes, max_size=8), shared=st.booleans())
def test_vii_reserve_changes_no_readable_byte(buffers, data, before, spare, more, shared):
    mut = spaced(buffers, data, before, spare)
    other = mut.split_off(mut.capacity // 2) if shared else buffers.BytesMut()
    readable, others = mut.to_bytes(), other.to_bytes()
    for extra in more:
        mut.reserve(extra)
        assert mut == readable and mut.capacity - len(mut) >= extra and other == others
        if mut.try_reclaim(2 * extra):
            assert mut == readable and mut.capacity - len(mut) >= 2 * extra
        with mut.lease(extra + 1) as view:
            assert mut == readable and len(view) >= extra + 1
        mut.commit(0)


@examples(25)
@given(
    pattern=st.lists(st.tuples(st.integers(1, 200), st.integers(0, 250)), min_size=1, max_size=20),
    leased=st.booleans(),
    viewed=st.booleans(),
)
def test_viii_the_work_of_pushing_and_advancing_is_linear(buffers, pattern, leased, viewed):
    """Where capacity rises, at most the readable bytes were copied: their sum is what growth has cost."""
    mut, views = buffers.BytesMut(), []
    total = copied = most = 0
    for push, take in pattern * (400 // len(pattern)):
        before, readable = mut.capacity, len(mut)
        if leased:
            views.append(mut.lease(push))
            mut.commit(push)
        else:
            mut.extend(b"x" * push)
        views = [*views[-3:], mut.view()] if viewed else []
        copied += readable if mut.capacity > before else 0
        total += push
        most = max(most, len(mut))
        mut.advance(min(take, len(mut)))
    assert copied <= 3 * total + 1024
    assert mut.capacity <= 8 * most + 1024


# -- (ix): like builtin bytes


@quick
@given(a=blobs, b=blobs, same=st.booleans(), before=sizes)
def test_ix_equal_ordered_and_hashed_as_builtin(buffers, a, b, same, before):
    b = a if same else b
    left, right = spaced(buffers, a, before).freeze(), buffers.Bytes(b)
    for x, y in ((left, right), (left, b), (a, right), (left, bytearray(b)), (left, spaced(buffers, b))):
        assert (x == y, x != y, x < y, x <= y, x > y, x >= y) == (a == b, a != b, a < b, a <= b, a > b, a >= b)
    assert hash(left) == hash(a) and (spaced(buffers, a) == b) == (a == b)
    assert len({left, a, right, b}) == len({a, b})


@quick
@given(data=blobs, needle=st.binary(max_size=3), before=sizes, bounds=st.lists(st.integers(-310, 310), max_size=2))
def test_ix_searched_as_builtin(buffers, data, needle, before, bounds):
    for b in (spaced(buffers, data, before), spaced(buffers, data, before, 20).freeze(), buffers.Bytes(data)):
        for method in ("find", "rfind", "count", "startswith", "endswith"):
            assert getattr(b, method)(needle, *bounds) == getattr(data, method)(needle, *bounds)


# -- the twins


class Side:
    """One implementation: its handles, at the same places as on the other side."""

    def __init__(self, module):
        self.module = module
        self.muts = []
        self.frozen = []
        self.views = []


def outcome(act, side):
    """What an operation gave, in a form that both sides share."""
    try:
        result = act(side)
    except (BufferUnderflow, BufferError, ValueError) as error:
        return type(error), str(error)
    except Exception as error:
        return type(error)
    return bytes(result) if type(result).__name__ in ("Bytes", "BytesMut", "memoryview") else result


class Twins(RuleBasedStateMachine):
    """The same operations on both implementations, with the same outcomes."""

    def __init__(self):
        super().__init__()
        self.sides = [Side(import_module(f"framewire.{name}.buffer")) for name in ("_pure", "_native")]

    def do(self, act):
        plain, native = (outcome(act, side) for side in self.sides)
        assert plain == native

    which = st.integers(0, 5)
    small = st.integers(0, 40)
    any_size = st.one_of(
        st.integers(-2, 40), st.integers(0, 5000), st.sampled_from([1024, 4096, 65536, 70_000, 300_000])
    )
    data = st.one_of(st.binary(max_size=40), st.integers(0, 5000).map(lambda n: bytes(i % 255 for i in range(n))))

    @property
    def muts(self):
        return self.sides[0].muts

    def pick(self, which):
        return which % len(self.muts)

    @precondition(lambda self: len(self.muts) < 6)
    @rule(data=data)
    def make(self, data):
        self.do(lambda side: side.muts.append(side.module.BytesMut(data)))

    @precondition(lambda self: len(self.muts) < 6)
    @rule(n=any_size)
    def make_with_capacity(self, n):
        self.do(lambda side: side.muts.append(side.module.BytesMut.with_capacity(n)))

    @precondition(lambda self: len(self.muts) > 1)
    @rule(which=which)
    def drop(self, which):
        i = self.pick(which)
        self.do(lambda side: bool(side.muts.pop(i)))

    @precondition(lambda self: self.muts)
    @rule(which=which, data=data)
    def extend(self, which, data):
        i = self.pick(which)
        self.do(lambda side: side.muts[i].extend(data))

    @precondition(lambda self: self.muts)
    @rule(
        which=which,
        value=st.integers(-300, 70_000),
        kind=st.sampled_from(["u8", "i16", "u16_le", "u32", "i64_ne", "u128"]),
    )
    def put_number(self, which, value, kind):
        i = self.pick(which)
        self.do(lambda side: getattr(side.muts[i], "put_" + kind)(value))

    @precondition(lambda self: self.muts)
    @rule(which=which, kind=st.sampled_from(["u8", "i16", "u16_le", "u32", "i64_ne", "i128"]))
    def get_number(self, which, kind):
        i = self.pick(which)
        self.do(lambda side: getattr(side.muts[i], "get_" + kind)())

    @precondition(lambda self: self.muts)
    @rule(
        which=which,
        n=any_size,
        name=st.sampled_from(
            [
                "advance",
                "truncate",
                "reserve",
                "try_reclaim",
                "copy_to_bytes",
                "advance_mut",
                "commit",
                "expect",
                "resize",
            ]
        ),
    )
    def call_with_a_size(self, which, n, name):
        i = self.pick(which)
        if name == "advance_mut":
            self.fill_spare(i)
        self.do(lambda side: getattr(side.muts[i], name)(n))

    def fill_spare(self, i):
        """Spare bytes are not initialised; give both sides the same."""
        for side in self.sides:
            with side.muts[i].chunk_mut() as room:
                room[:] = b"s" * len(room)

    @precondition(lambda self: self.muts)
    @rule(
        which=which,
        name=st.sampled_from(["clear", "view", "to_bytes", "chunk", "remaining", "remaining_mut", "has_remaining"]),
    )
    def call(self, which, name):
        i = self.pick(which)
        self.do(lambda side: getattr(side.muts[i], name)())

    @precondition(lambda self: 0 < len(self.muts) < 6)
    @rule(which=which, n=any_size, name=st.sampled_from(["split_to", "split_off"]))
    def split(self, which, n, name):
        i = self.pick(which)
        self.do(lambda side: side.muts.append(getattr(side.muts[i], name)(n)))

    @precondition(lambda self: 0 < len(self.muts) < 6)
    @rule(which=which)
    def split_all(self, which):
        i = self.pick(which)
        self.do(lambda side: side.muts.append(side.muts[i].split()))

    @precondition(lambda self: self.muts)
    @rule(which=which, other=which, name=st.sampled_from(["unsplit", "try_unsplit", "put", "extend"]))
    def join(self, which, other, name):
        i, j = self.pick(which), self.pick(other)
        self.do(lambda side: getattr(side.muts[i], name)(side.muts[j]))

    @precondition(lambda self: self.muts)
    @rule(which=which, start=st.integers(-50, 50), stop=st.integers(-50, 50), data=st.binary(max_size=20))
    def overwrite(self, which, start, stop, data):
        i = self.pick(which)

        def act(side):
            side.muts[i][start:stop] = data

        self.do(act)

    @precondition(lambda self: self.muts)
    @rule(which=which)
    def freeze(self, which):
        i = self.pick(which)
        for side in self.sides:
            del side.frozen[:-3]
        self.do(lambda side: side.frozen.append(side.muts[i].freeze()))

    @precondition(lambda self: self.muts)
    @rule(which=which, minimum=st.one_of(st.none(), small))
    def hold_a_view(self, which, minimum):
        """Of the readable bytes, or a lease, which a later step may commit; it lives on while the buffer goes on."""
        i = self.pick(which)
        for side in self.sides:
            del side.views[:-2]

        def act(side):
            view = side.muts[i].view() if minimum is None else side.muts[i].lease(minimum)
            if minimum is not None:
                view[:] = b"h" * len(view)
            side.views.append(view)

        self.do(act)

    @precondition(lambda self: self.sides[0].views)
    @rule()
    def drop_a_view(self):
        self.do(lambda side: len(side.views.pop()))

    @precondition(lambda self: self.sides[0].frozen)
    @rule(start=small, stop=small)
    def slice_frozen(self, start, stop):
        self.do(lambda side: side.frozen.append(side.frozen[-1].slice(start, stop)))

    @precondition(lambda self: self.sides[0].frozen)
    @rule()
    def drop_frozen(self):
        self.do(lambda side: bool(side.frozen.pop()))

    @precondition(lambda self: self.muts)
    @rule(which=which, start=st.integers(-1, 50), stop=st.integers(-1, 50))
    def extend_from_within(self, which, start, stop):
        i = self.pick(which)
        self.do(lambda side: side.muts[i].extend_from_within(start, stop))

    @precondition(lambda self: self.muts)
    @rule(which=which, minimum=any_size, fill=st.integers(0, 255), n=st.one_of(st.none(), any_size))
    def lease(self, which, minimum, fill, n):
        """Lend; write all of it; commit `n`, or leave that to a later step."""
        i = self.pick(which)

        def act(side):
            with side.muts[i].lease(minimum) as view:
                view[:] = bytes([fill]) * len(view)
                lent = len(view)
            if n is not None:
                side.muts[i].commit(n)
            return lent

        self.do(act)

    @precondition(lambda self: self.muts)
    @rule(which=which, n=small)
    def write_chunk(self, which, n):
        i = self.pick(which)

        def act(side):
            with side.muts[i].chunk_mut() as room:
                room[:] = b"c" * len(room)
                offered = len(room)
            side.muts[i].advance_mut(n)
            return offered

        self.do(act)

    @invariant()
    def the_same_everywhere(self):
        plain, native = self.sides
        for ours, theirs in zip(plain.muts, native.muts, strict=True):
            assert (ours.to_bytes(), ours.capacity, ours.expected) == (
                theirs.to_bytes(),
                theirs.capacity,
                theirs.expected,
            )
        for ours, theirs in zip(plain.views, native.views, strict=True):
            assert len(ours) == len(theirs) and (not ours.readonly or ours == theirs)
        for ours, theirs in zip(plain.frozen, native.frozen, strict=True):
            assert (bytes(ours), ours.is_unique(), ours.retained) == (
                bytes(theirs),
                theirs.is_unique(),
                theirs.retained,
            )


def test_the_twins_agree(native_buffers):
    run_state_machine_as_test(Twins, settings=examples(100, stateful_step_count=40))
    gc.collect()
