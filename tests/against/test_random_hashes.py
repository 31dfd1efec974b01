"""Random requests about hashes."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from framewire.redis import ThreadServer
from tests.against.machine import INTEGERS, KEYS, BothServers, run
from tests.peers import RedisServer

pytestmark = pytest.mark.peer

LONG = "x" * 65  # a hash that holds this is no listpack any more
FIELDS = st.sampled_from(["f", "g", "h", "i", "", LONG]) | st.sampled_from(["f", "g"])
NUMBERS = st.sampled_from(["1.5", "-0.1", "3", "1e3", "0x1p-2", "1e17", "inf", "nan", "x", "", " 1", "12345.678901"])
VALUES = INTEGERS | NUMBERS | st.binary(max_size=8)
COUNTS = st.sampled_from(["0", "1", "9", "-1", "x", "-9223372036854775808", "4611686018427387904"])


class Hashes(BothServers):
    """Random requests about hashes, answered by both servers alike at each step."""

    @rule(key=KEYS, pairs=st.lists(st.tuples(FIELDS, VALUES), min_size=1, max_size=3), odd=st.sampled_from([0, 0, 1]))
    def set(self, key: str, pairs: list[tuple[str, str | bytes]], odd: int) -> None:
        flat = [part for pair in pairs for part in pair]
        self.ask(["HSET", key, *flat[: len(flat) - odd]])

    @rule(key=KEYS, field=FIELDS, value=VALUES, name=st.sampled_from(["HSETNX", "HMSET"]))
    def set_one(self, key: str, field: str, value: str | bytes, name: str) -> None:
        self.ask([name, key, field, value])

    @rule(key=KEYS, field=FIELDS, step=INTEGERS)
    def add(self, key: str, field: str, step: str) -> None:
        self.ask(["HINCRBY", key, field, step])

    @rule(key=KEYS, field=FIELDS, step=NUMBERS)
    def add_with_fraction(self, key: str, field: str, step: str) -> None:
        self.ask(["HINCRBYFLOAT", key, field, step])

    @rule(key=KEYS, fields=st.lists(FIELDS, min_size=1, max_size=4), name=st.sampled_from(["HDEL", "HMGET"]))
    def some_fields(self, key: str, fields: list[str], name: str) -> None:
        self.ask([name, key, *fields])

    @rule(key=KEYS, field=FIELDS, name=st.sampled_from(["HGET", "HEXISTS", "HSTRLEN"]))
    def one_field(self, key: str, field: str, name: str) -> None:
        self.ask([name, key, field])

    @rule(key=KEYS)
    def all_fields(self, key: str) -> None:
        self.ask(["HGETALL", key], "pairs")
        self.ask(["HKEYS", key], "sorted")
        self.ask(["HVALS", key], "sorted")
        self.ask(["HLEN", key])

    @rule(key=KEYS, count=COUNTS, options=st.sampled_from([[], ["WITHVALUES"], ["withvalues"], ["nonsense"]]))
    def choose(self, key: str, count: str, options: list[str]) -> None:
        chosen = count in ("1", "-1")  # the two servers choose other fields
        self.ask(["HRANDFIELD", key, count, *options], "kind" if chosen else "sorted")

    @rule(key=KEYS, cursor=st.sampled_from(["0", "0", "x"]), pattern=st.sampled_from(["*", "?", "[f-g]", "", "**"]))
    def scan(self, key: str, cursor: str, pattern: str) -> None:
        self.ask(["HSCAN", key, cursor, "COUNT", "1000", "MATCH", pattern], "page")

    @rule(key=KEYS, name=st.sampled_from(["TYPE", "EXISTS", "DEL", "TTL"]))
    def key(self, key: str, name: str) -> None:
        self.ask([name, key])
        self.ask(["OBJECT", "ENCODING", key])

    @rule(key=KEYS)
    def other_types(self, key: str) -> None:
        self.ask(["GET", key])
        self.ask(["SET", key, "1", "NX"])

    @rule(key=KEYS, other=KEYS)
    def copy(self, key: str, other: str) -> None:
        self.ask(["COPY", key, other, "REPLACE"])
        self.ask(["OBJECT", "ENCODING", other])


def test_same_replies_to_random_requests(peer: RedisServer, ours: ThreadServer) -> None:
    run(Hashes, ours, peer)
