"""Bits against the obvious: a string of zeros and ones."""

from __future__ import annotations

import tracemalloc
from functools import reduce
from operator import and_, or_, xor

from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.server.values.bits import (
    combine,
    count_ones,
    find_bit,
    read_bit,
    read_number,
    write_bit,
    write_number,
)
from framewire.redis.server.values.strings import RawString
from tests.properties import examples

VALUES = st.binary(min_size=1, max_size=12) | st.sampled_from([b"\xff" * 9, b"\0" * 9, b"\xff\0\xff"])


def spelled(value: bytes | RawString) -> str:
    return "".join(f"{byte:08b}" for byte in value)


@st.composite
def ranges(draw: st.DrawFn) -> tuple[bytes, int, int]:
    value = draw(VALUES)
    first = draw(st.integers(0, 8 * len(value) - 1))
    return value, first, draw(st.integers(first, 8 * len(value) - 1))


@examples(200)
@given(ranges())
def test_counting_and_finding(case: tuple[bytes, int, int]) -> None:
    value, first, last = case
    bits = spelled(value)
    assert count_ones(value, first, last) == bits[first : last + 1].count("1")
    for bit in (0, 1):
        found = bits.find(str(bit), first, last + 1)
        assert find_bit(value, bit, first, last) == (None if found < 0 else found)
        assert find_bit(RawString(value), bit, first, last) == (None if found < 0 else found)


@examples(100)
@given(VALUES, st.data())
def test_one_bit(value: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, 8 * len(value) - 1))
    assert read_bit(value, place) == int(spelled(value)[place])
    assert read_bit(value, 8 * len(value) + place) == 0
    raw = RawString(value)
    for bit in (0, 1):
        write_bit(raw, place, bit)
        expected = spelled(value)[:place] + str(bit) + spelled(value)[place + 1 :]
        assert spelled(raw) == expected


@examples(200)
@given(VALUES, st.integers(1, 64), st.data())
def test_numbers(value: bytes, width: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, 8 * len(value) + 8))
    bits = spelled(value).ljust(place + width, "0")
    assert read_number(value, place, width) == int(bits[place : place + width], 2)
    number = data.draw(st.integers(0, 2**width - 1))
    raw = RawString(value.ljust((place + width + 7) // 8, b"\0"))
    before = spelled(raw)
    write_number(raw, place, width, number)
    assert spelled(raw) == before[:place] + f"{number:0{width}b}" + before[place + width :]


@examples(100)
@given(st.lists(st.binary(max_size=9), min_size=1, max_size=4))
def test_combining(values: list[bytes]) -> None:
    length = max(map(len, values))
    columns = list(zip(*(value.ljust(length, b"\0") for value in values), strict=True))
    for name, operation in ((b"AND", and_), (b"OR", or_), (b"XOR", xor)):
        assert combine(name, values) == bytes(reduce(operation, column) for column in columns)
    assert combine(b"NOT", values[:1]) == bytes(255 - byte for byte in values[0])


def test_counting_takes_no_memory_in_proportion() -> None:
    value = b"\x55" * 4_000_000
    tracemalloc.start()
    try:
        assert count_ones(value, 3, 8 * len(value) - 5) == 4 * len(value) - 1 - 2
        assert tracemalloc.get_traced_memory()[1] < 500_000
    finally:
        tracemalloc.stop()


def test_finding_across_chunks() -> None:
    zeros = bytes(200_000)
    for place in (0, 524_287, 524_288, 524_289, 1_048_576, 1_599_999):
        value = RawString(zeros)
        write_bit(value, place, 1)
        assert find_bit(value, 1, 0, 1_599_999) == place
        assert find_bit(value.translate(bytes(range(255, -1, -1))), 0, 0, 1_599_999) == place
        assert find_bit(value, 1, place + 1, 1_599_999) is None if place < 1_599_999 else True
