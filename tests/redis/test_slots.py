"""Slots: published values, the definition, hash tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.slots import SLOTS, slot_of

KNOWN = [
    (b"123456789", 0x31C3),  # the check value of this CRC
    (b"", 0), (b"foo", 12182), (b"bar", 5061), (b"hello", 866),
    (b"{foo}bar", 12182), (b"a{foo}", 12182), (b"a{foo}{bar}", 12182), (b"{foo", 13308),
]  # fmt: skip


@pytest.mark.parametrize(("key", "slot"), KNOWN)
def test_slots_of_keys(key: bytes, slot: int) -> None:
    assert slot_of(key) == slot


SAME = [
    (b"{user1000}.following", b"user1000"),
    (b"foo{{bar}}zap", b"{bar"),  # the first opening, and the next closing brace
    (b"foo{bar}{zap}", b"bar"),
    (b"}foo{bar}", b"bar"),
]


@pytest.mark.parametrize(("key", "tag"), SAME)
def test_a_tag_decides(key: bytes, tag: bytes) -> None:
    assert slot_of(key) == crc16(tag) % SLOTS


@pytest.mark.parametrize("key", [b"foo{}{bar}", b"{}", b"foo{bar", b"foo}bar{", b"{"])
def test_without_a_tag_the_whole_key_decides(key: bytes) -> None:
    assert slot_of(key) == crc16(key) % SLOTS


@given(st.binary(max_size=40).filter(lambda key: b"{" not in key))
def test_it_is_the_crc_of_the_specification(key: bytes) -> None:
    assert slot_of(key) == crc16(key) % SLOTS


def crc16(data: bytes) -> int:
    """The definition, bit by bit: polynomial 0x1021, from 0, nothing reflected."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & 0xFFFF
    return crc
