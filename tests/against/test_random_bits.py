"""Random requests about the bits of strings."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from framewire.redis import ThreadServer
from tests.against.machine import INTEGERS, KEYS, BothServers, run
from tests.peers import RedisServer

pytestmark = pytest.mark.peer

VALUES = st.binary(max_size=6) | st.sampled_from([b"\xff" * 5, b"\x00" * 5, b"\xff\xf0\x00\x00", b"12"])
PLACES = st.integers(0, 60).map(str) | st.sampled_from(["-1", "x", "4294967296"])
ENDS = st.integers(-50, 50).map(str) | st.sampled_from(["-1", "0", "x", "9223372036854775807", "-9223372036854775808"])
RANGES = st.one_of(
    st.just([]),
    ENDS.map(lambda start: [start]),
    st.tuples(ENDS, ENDS).map(list),
    st.tuples(ENDS, ENDS, st.sampled_from(["BIT", "BYTE", "bit", "x"])).map(list),
)
BITS = st.sampled_from(["0", "1", "0", "1", "2", "x"])
TYPES = st.sampled_from(["u1", "u8", "i8", "i5", "u63", "i64", "u13", "i64", "u64", "x"])
FIELD_PLACES = st.integers(0, 80).map(str) | st.integers(0, 6).map("#{}".format) | st.sampled_from(["-1", "#"])
FIELD_STEPS = st.one_of(
    st.tuples(st.just("GET"), TYPES, FIELD_PLACES),
    st.tuples(st.sampled_from(["SET", "INCRBY"]), TYPES, FIELD_PLACES, INTEGERS | st.integers(-300, 300).map(str)),
    st.tuples(st.just("OVERFLOW"), st.sampled_from(["WRAP", "SAT", "FAIL", "sat"])),
)


class Bits(BothServers):
    """Random requests about bits."""

    @rule(key=KEYS, value=VALUES)
    def set(self, key: str, value: bytes) -> None:
        self.ask(["SET", key, value])

    @rule(key=KEYS, place=PLACES, bit=BITS)
    def set_bit(self, key: str, place: str, bit: str) -> None:
        self.ask(["SETBIT", key, place, bit])

    @rule(key=KEYS, place=PLACES)
    def get_bit(self, key: str, place: str) -> None:
        self.ask(["GETBIT", key, place])

    @rule(key=KEYS, range=RANGES)
    def count(self, key: str, range: list[str]) -> None:
        self.ask(["BITCOUNT", key, *range])

    @rule(key=KEYS, bit=BITS, range=RANGES)
    def find(self, key: str, bit: str, range: list[str]) -> None:
        self.ask(["BITPOS", key, bit, *range])

    @rule(
        name=st.sampled_from(["AND", "OR", "XOR", "NOT", "x"]),
        destination=KEYS,
        keys=st.lists(KEYS, min_size=1, max_size=3),
    )
    def combine(self, name: str, destination: str, keys: list[str]) -> None:
        self.ask(["BITOP", name, destination, *keys])

    @rule(key=KEYS, steps=st.lists(FIELD_STEPS, max_size=3), name=st.sampled_from(["BITFIELD", "BITFIELD",
    "BITFIELD_RO"]))
    def field(self, key: str, steps: list[tuple[str, ...]], name: str) -> None:
        self.ask([name, key, *chain.from_iterable(steps)])

    @rule(key=KEYS, name=st.sampled_from(["GET", "STRLEN", "EXISTS", "DEL"]))
    def one_key(self, key: str, name: str) -> None:
        self.ask([name, key])

    @rule(key=KEYS)
    def another_type(self, key: str) -> None:
        self.ask(["LPUSH", key, "x"])


def test_same_replies_to_random_requests(peer: RedisServer, ours: ThreadServer) -> None:
    run(Bits, ours, peer)
