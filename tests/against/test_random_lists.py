"""A state machine drives our server and a real one with the same random requests about lists."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from framewire.redis import ThreadServer
from tests.against.machine import INTEGERS, KEYS, BothServers, run
from tests.peers import RedisServer

pytestmark = pytest.mark.peer

VALUES = st.sampled_from(["a", "b", "c", "1", "", "\xe9"])
INDICES = st.integers(-7, 7).map(str) | INTEGERS
COUNTS = st.integers(-1, 4).map(str) | INTEGERS
ENDS = st.sampled_from(["LEFT", "RIGHT", "left", "LEFT", "RIGHT", "MIDDLE"])
POPS = st.sampled_from(["LPOP", "RPOP"])
SEARCHES = st.lists(
    st.tuples(st.sampled_from(["RANK", "COUNT", "MAXLEN", "rank"]), COUNTS) | st.just(("COUNT",)), max_size=3
).map(lambda options: list(chain.from_iterable(options)))
AMOUNTS: st.SearchStrategy[list[str]] = st.one_of(
    st.just([]), st.tuples(st.just("COUNT"), COUNTS).map(list), st.just(["COUNT"])
)


class Lists(BothServers):
    """Random requests about lists, answered by both servers alike at each step."""

    @rule(key=KEYS, name=st.sampled_from(["LPUSH", "RPUSH", "LPUSH", "RPUSH", "LPUSHX", "RPUSHX"]),
          values=st.lists(VALUES, min_size=1, max_size=5))  # fmt: skip
    def push(self, key: str, name: str, values: list[str]) -> None:
        self.ask([name, key, *values])

    @rule(key=KEYS, name=POPS, count=st.lists(COUNTS, max_size=1))
    def pop(self, key: str, name: str, count: list[str]) -> None:
        self.ask([name, key, *count])

    @rule(keys=st.lists(KEYS, min_size=1, max_size=3), end=ENDS, amount=AMOUNTS, wrong=st.integers(-1, 8))
    def pop_from_several(self, keys: list[str], end: str, amount: list[str], wrong: int) -> None:
        self.ask(["LMPOP", str(wrong if wrong < 2 else len(keys)), *keys, end, *amount])

    @rule(source=KEYS, other=KEYS, out=ENDS, in_=ENDS)
    def move(self, source: str, other: str, out: str, in_: str) -> None:
        self.ask(["LMOVE", source, other, out, in_])

    @rule(source=KEYS, other=KEYS)
    def rotate(self, source: str, other: str) -> None:
        self.ask(["RPOPLPUSH", source, other])

    @rule(keys=st.lists(KEYS, min_size=1, max_size=3), name=st.sampled_from(["BLPOP", "BRPOP"]))
    def pop_in_a_transaction(self, keys: list[str], name: str) -> None:
        self.ask("MULTI")
        self.ask([name, *keys, "0"])
        self.ask(["BLMOVE", keys[0], keys[-1], "LEFT", "RIGHT", "0"])
        self.ask("EXEC")

    @rule(key=KEYS, start=INDICES, stop=INDICES, name=st.sampled_from(["LRANGE", "LRANGE", "LTRIM"]))
    def range(self, key: str, start: str, stop: str, name: str) -> None:
        self.ask([name, key, start, stop])

    @rule(key=KEYS, index=INDICES)
    def index(self, key: str, index: str) -> None:
        self.ask(["LINDEX", key, index])

    @rule(key=KEYS, index=INDICES, value=VALUES)
    def set(self, key: str, index: str, value: str) -> None:
        self.ask(["LSET", key, index, value])

    @rule(key=KEYS, where=st.sampled_from(["BEFORE", "AFTER", "before", "BESIDE"]), pivot=VALUES, value=VALUES)
    def insert(self, key: str, where: str, pivot: str, value: str) -> None:
        self.ask(["LINSERT", key, where, pivot, value])

    @rule(key=KEYS, count=INDICES, value=VALUES)
    def remove(self, key: str, count: str, value: str) -> None:
        self.ask(["LREM", key, count, value])

    @rule(key=KEYS, value=VALUES, options=SEARCHES)
    def find(self, key: str, value: str, options: list[str]) -> None:
        self.ask(["LPOS", key, value, *options])

    @rule(key=KEYS)
    def look(self, key: str) -> None:
        self.ask(["LLEN", key])
        self.ask(["LRANGE", key, "0", "-1"])

    @rule(key=KEYS, request=st.sampled_from(["SET {} v", "DEL {}", "TYPE {}", "RENAME {} a", "EXPIRE {} 9"]))
    def beside(self, key: str, request: str) -> None:
        self.ask([part.format(key) for part in request.split(" ")])


def test_same_replies_to_random_requests(peer: RedisServer, ours: ThreadServer) -> None:
    run(Lists, ours, peer)
