"""Sets of slots as whole numbers, and written down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.cluster.slot_sets import ALL, Reader, number_written, set_of, set_written, slots_in
from framewire.redis.slots import SLOTS
from tests.properties import examples

slots = st.one_of(
    st.sets(st.integers(0, SLOTS - 1)),
    st.tuples(st.integers(0, SLOTS), st.integers(0, SLOTS)).map(lambda ends: set(range(min(ends), max(ends)))),
)


@given(slots)
@examples(200)
def test_a_set_is_what_it_was_made_of(of: set[int]) -> None:
    made = set_of(of)
    assert list(slots_in(made)) == sorted(of) and made.bit_count() == len(of)
    reader = Reader(set_written(made))
    assert reader.set() == made and reader.is_done


WRITTEN = [
    (0, b"\x00"),
    (1, b"\x01\x00\x01"),
    (0b11101100, b"\x02\x02\x02\x01\x03"),
    (ALL, b"\x01\x00\x80\x80\x01"),
    (1 << SLOTS - 1, b"\x01\xff\x7f\x01"),
]


@pytest.mark.parametrize(("of", "written"), WRITTEN, ids=lambda value: "set" if isinstance(value, int) else None)
def test_ranges(of: int, written: bytes) -> None:
    assert set_written(of) == written


def test_a_set_in_pieces_takes_a_bit_for_each_slot() -> None:
    every_second = set_of(range(0, SLOTS, 2))
    assert len(set_written(every_second)) == 2051
    assert Reader(set_written(every_second)).set() == every_second


@given(st.lists(st.integers(0, 2**64 - 1)))
@examples(100)
def test_numbers(numbers: list[int]) -> None:
    reader = Reader(b"".join(map(number_written, numbers)))
    assert [reader.number() for _ in numbers] == numbers and reader.is_done


@given(st.binary(max_size=30))
@examples(300)
def test_whatever_is_read_is_a_set_or_refused(data: bytes) -> None:
    try:
        found = Reader(data).set()
    except ValueError:
        return
    assert 0 <= found <= ALL


@pytest.mark.parametrize(
    "data", [b"", b"\x80", b"\xff" * 11, b"\x01\x00", b"\x01\x00\x81\x80\x01", b"\x81\x80\x01\x00"]
)
def test_what_is_no_set(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"early|64 bits|slot 16384"):
        Reader(data).set()
