"""Random requests to SORT, whose items differ, so that nothing is left to chance."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from framewire.redis import ThreadServer
from tests.against.machine import KEYS, BothServers, run
from tests.peers import RedisServer

pytestmark = pytest.mark.peer

ITEMS = st.lists(st.sampled_from(["1", "2", "3", "-4.5", "1e1", "20", "x", "0x7"]), min_size=1, max_size=6, unique=True)
NUMBERS = st.lists(st.integers(-99, 99).map(str), min_size=1, max_size=6, unique=True)
OPTIONS = st.lists(
    st.one_of(
        st.sampled_from([("ASC",), ("DESC",), ("ALPHA",), ("desc",), ("BY",), ("nonsense",)]),
        st.tuples(st.just("GET"), st.sampled_from(["#", "w_*", "h_*->f", "h_*->", "fixed", "*"])),
        st.tuples(st.just("LIMIT"), st.integers(-1, 4).map(str), st.integers(-1, 4).map(str)),
        st.just(("STORE", "stored")),
    ),
    max_size=3,
)
# One of these at most: with a limit and equal weights, Redis' order is that of its partial quicksort.
WEIGHTS = st.sampled_from([[], [], ["BY", "nosort"], ["BY", "w_*"], ["BY", "h_*->f"]])


class Sorting(BothServers):
    """Random requests to SORT."""

    @initialize()
    def give_weights(self) -> None:
        for weight, item in enumerate(["1", "2", "3", "-4.5", "1e1", "20", "x", "0x7", *map(str, range(-99, 100))]):
            self.ask(["SET", f"w_{item}", str(weight * 37 % 211)])
            self.ask(["HSET", f"h_{item}", "f", str(weight * 53 % 211)])

    @rule(key=KEYS, items=ITEMS | NUMBERS, name=st.sampled_from(["RPUSH", "SADD"]))
    def put(self, key: str, items: list[str], name: str) -> None:
        self.ask(["DEL", key])
        self.ask([name, key, *items])

    @rule(key=KEYS, items=ITEMS | NUMBERS)
    def put_with_scores(self, key: str, items: list[str]) -> None:
        self.ask(["DEL", key])
        self.ask(["ZADD", key, *chain.from_iterable((str(len(item)), item) for item in items)])

    @rule(key=KEYS, options=OPTIONS, weights=WEIGHTS, name=st.sampled_from(["SORT", "SORT", "SORT_RO"]))
    def sort(self, key: str, options: list[tuple[str, ...]], weights: list[str], name: str) -> None:
        self.ask(["DEL", "stored"])
        unordered = weights == ["BY", "nosort"] and ("STORE", "stored") not in options
        self.ask([name, key, *weights, *chain.from_iterable(options)], "kind" if unordered else "")
        self.ask(["LRANGE", "stored", "0", "-1"])

    @rule(key=KEYS)
    def another_type(self, key: str) -> None:
        self.ask(["SET", key, "x"])


def test_same_replies_to_random_requests(peer: RedisServer, ours: ThreadServer) -> None:
    run(Sorting, ours, peer, examples=25)
