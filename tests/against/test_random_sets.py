"""Random requests about sets."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from framewire.redis import ThreadServer
from tests.against.machine import INTEGERS, KEYS, BothServers, run
from tests.peers import RedisServer

pytestmark = pytest.mark.peer

SMALL = st.integers(-3, 12).map(str)
MEMBERS = SMALL | SMALL | INTEGERS | st.binary(max_size=4)
LISTS = st.lists(MEMBERS, min_size=1, max_size=6)
MANY_KEYS = st.lists(KEYS, min_size=1, max_size=4)
OPERATIONS = st.sampled_from(["SUNION", "SINTER", "SDIFF"])
COUNTS = st.sampled_from(["0", "50", "-1", "x", "-9223372036854775808", "9223372036854775807", ""])


class Sets(BothServers):
    """Random requests about sets, answered by both servers alike at each step."""

    @initialize(most=st.sampled_from(["512", "5"]))
    def choose_largest_intset(self, most: str) -> None:
        self.ask(["CONFIG", "SET", "set-max-intset-entries", most])

    @rule(key=KEYS, members=LISTS, name=st.sampled_from(["SADD", "SADD", "SREM", "SMISMEMBER"]))
    def members(self, key: str, members: list[str | bytes], name: str) -> None:
        self.ask([name, key, *members])
        self.ask(["OBJECT", "ENCODING", key])

    @rule(key=KEYS, name=st.sampled_from(["SMEMBERS", "SCARD", "TYPE", "EXISTS", "DEL"]))
    def one_key(self, key: str, name: str) -> None:
        self.ask([name, key], "sorted" if name == "SMEMBERS" else "")

    @rule(key=KEYS, member=MEMBERS)
    def contains(self, key: str, member: str | bytes) -> None:
        self.ask(["SISMEMBER", key, member])

    @rule(source=KEYS, other=KEYS, member=MEMBERS)
    def move(self, source: str, other: str, member: str | bytes) -> None:
        self.ask(["SMOVE", source, other, member])
        self.ask(["OBJECT", "ENCODING", other])

    @rule(keys=MANY_KEYS, name=OPERATIONS)
    def combine(self, keys: list[str], name: str) -> None:
        self.ask([name, *keys], "sorted")

    @rule(other=KEYS, keys=MANY_KEYS, name=OPERATIONS)
    def store(self, other: str, keys: list[str], name: str) -> None:
        self.ask([f"{name}STORE", other, *keys])
        self.ask(["SMEMBERS", other], "sorted")
        self.ask(["OBJECT", "ENCODING", other])

    @rule(keys=MANY_KEYS, extra=st.sampled_from([0, 0, 1, -1]), options=st.sampled_from(
        [[], ["LIMIT", "0"], ["LIMIT", "2"], ["limit", "x"], ["LIMIT"], ["LIMIT", "-1"], ["nonsense", "1"]]
    ))  # fmt: skip
    def count_common(self, keys: list[str], extra: int, options: list[str]) -> None:
        self.ask(["SINTERCARD", str(len(keys) + extra), *keys, *options])

    @rule(key=KEYS, count=COUNTS)
    def choose(self, key: str, count: str) -> None:
        self.ask(["SRANDMEMBER", key, count], "kind" if count == "-1" else "sorted")

    @rule(key=KEYS, count=COUNTS)
    def take_all_or_none(self, key: str, count: str) -> None:
        self.ask(["SPOP", key, count], "sorted")
        self.ask(["EXISTS", key])

    @rule(key=KEYS, cursor=st.sampled_from(["0", "0", "-"]), pattern=st.sampled_from(["*", "?", "-*", "", "[1-5]"]))
    def scan(self, key: str, cursor: str, pattern: str) -> None:
        self.ask(["SSCAN", key, cursor, "COUNT", "1000", "MATCH", pattern], "page")

    @rule(key=KEYS)
    def other_types(self, key: str) -> None:
        self.ask(["HGET", key, "f"])
        self.ask(["SET", key, "1", "NX"])


def test_same_replies_to_random_requests(peer: RedisServer, ours: ThreadServer) -> None:
    run(Sets, ours, peer)
