"""Hashes as a data structure: their encoding goes one way, and copies are independent."""

from __future__ import annotations

import pytest

from framewire.redis.server.config.config import Config
from framewire.redis.server.values.hashes import HashValue

CONFIG = Config(hash_max_listpack_entries=3, hash_max_listpack_value=5)


def grown(fields: dict[bytes, bytes]) -> HashValue:
    value = HashValue(fields)
    value.maybe_convert([*fields, *fields.values()], CONFIG)
    return value


@pytest.mark.parametrize(
    ("fields", "encoding"),
    [
        ({}, b"listpack"), ({b"a": b"1", b"b": b"2", b"c": b"3"}, b"listpack"), ({b"12345": b"12345"}, b"listpack"),
        ({b"a": b"1", b"b": b"2", b"c": b"3", b"d": b"4"}, b"hashtable"), ({b"123456": b"1"}, b"hashtable"),
        ({b"a": b"123456"}, b"hashtable"),
    ],
)  # fmt: skip
def test_the_encoding_is_that_of_redis(fields: dict[bytes, bytes], encoding: bytes) -> None:
    assert grown(fields).encoding(CONFIG) == encoding


def test_a_hashtable_stays_one() -> None:
    value = grown({b"a": b"123456"})
    value.clear()
    value[b"a"] = b"1"
    value.maybe_convert([b"a", b"1"], CONFIG)
    assert value.encoding(CONFIG) == b"hashtable"
    assert value.copy().encoding(CONFIG) == b"hashtable"


def test_a_copy_is_independent() -> None:
    value = grown({b"a": b"1"})
    other = value.copy()
    assert isinstance(other, HashValue)
    other[b"b"] = b"2"
    assert value == {b"a": b"1"}


def test_it_chooses_fields() -> None:
    value = HashValue({b"%d" % number: b"x" for number in range(300)})
    assert {value.sampler.one(value) for _ in range(5_000)} == set(value)
    assert value.sampler is value.sampler


def test_what_values_promise() -> None:
    assert HashValue.kind == b"hash"
    assert not HashValue()
    assert HashValue({b"": b""})
