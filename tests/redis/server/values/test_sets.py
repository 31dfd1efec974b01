"""Sets as a data structure: their encoding goes one way, intsets have an order, and copies are independent."""

from __future__ import annotations

import pytest

from framewire.redis.server.config.config import Config
from framewire.redis.server.values.sets import SetValue

CONFIG = Config(set_max_intset_entries=3)


def grown(*members: bytes) -> SetValue:
    value = SetValue(members)
    value.maybe_convert(members, CONFIG)
    return value


@pytest.mark.parametrize(
    ("members", "encoding"),
    [
        ([b"1", b"-2", b"0"], b"intset"), ([b"1", b"2", b"3", b"4"], b"hashtable"), ([b"01"], b"hashtable"),
        ([b"9223372036854775807", b"-9223372036854775808"], b"intset"), ([b"9223372036854775808"], b"hashtable"),
        ([b"1", b"x"], b"hashtable"), ([b""], b"hashtable"), ([b"-0"], b"hashtable"), ([b"+1"], b"hashtable"),
    ],
)  # fmt: skip
def test_the_encoding_is_that_of_redis(members: list[bytes], encoding: bytes) -> None:
    assert grown(*members).encoding(CONFIG) == encoding


def test_a_hashtable_stays_one() -> None:
    value = grown(b"x")
    value.clear()
    value.add(b"1")
    value.maybe_convert([b"1"], CONFIG)
    assert value.encoding(CONFIG) == b"hashtable"
    assert value.copy().encoding(CONFIG) == b"hashtable"


def test_integers_stand_in_their_order() -> None:
    assert grown(b"10", b"9", b"-1").ordered() == [b"-1", b"9", b"10"]
    assert sorted(grown(b"10", b"9", b"x").ordered()) == [b"10", b"9", b"x"]


def test_a_copy_is_independent() -> None:
    value = grown(b"1")
    other = value.copy()
    assert isinstance(other, SetValue)
    other.add(b"2")
    assert value == {b"1"}


def test_what_values_promise() -> None:
    assert SetValue.kind == b"set"
    assert not SetValue()
    assert SetValue([b""])
    value = SetValue([b"1", b"2"])
    assert value.sampler is value.sampler
    assert value.sampler.one(value) in value
