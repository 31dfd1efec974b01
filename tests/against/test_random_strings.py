"""Random requests about keys, strings and times."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from framewire.redis import ThreadServer
from tests.against.machine import INTEGERS, KEYS, BothServers, run
from tests.peers import RedisServer

pytestmark = pytest.mark.peer

VALUES = INTEGERS | st.binary(max_size=8)
FLOATS = INTEGERS | st.sampled_from(["1.5", "-0.1", "3e2", "0x1p-2", "inf", "nan", "1e4931", "5e-3", " 1"])
INDEXES = st.integers(-9, 9).map(str) | INTEGERS
# Times are far in the past or in the future, or refused, so that no key ends between one server's turn and the other's.
SECONDS = st.sampled_from(["1000", "5000", "9000", "0", "-7", "x", "9223372036854775807", "9223372036854775"])
DATES = st.sampled_from(["1", "32503680000", "32503690000", "0", "-1", "9223372036854775807"])
SET_TIMES = st.one_of(
    st.tuples(st.sampled_from(["EX", "ex"]), SECONDS),
    st.tuples(st.just("PX"), st.sampled_from(["1000000", "5000000", "0"])),
    st.tuples(st.just("EXAT"), DATES),
    st.tuples(st.just("PXAT"), DATES.map(lambda date: date + "000")),
)
SET_WORDS = st.sampled_from([("NX",), ("XX",), ("GET",), ("KEEPTTL",), ("get",), ("nonsense",), ("EX",)])
SET_OPTIONS = st.lists(SET_TIMES | SET_WORDS, max_size=3).map(lambda options: list(chain.from_iterable(options)))
GETEX_WORDS = st.sampled_from([("PERSIST",), ("persist",), ("NX",), ("PX",)])
GETEX_OPTIONS = st.lists(SET_TIMES | GETEX_WORDS, max_size=2).map(lambda options: list(chain.from_iterable(options)))
CONDITIONS = st.lists(st.sampled_from(["NX", "XX", "GT", "LT", "gt", "nonsense"]), max_size=2)


class Strings(BothServers):
    """Random requests about keys, strings and times, answered by both servers alike at each step."""

    @rule(key=KEYS, value=VALUES, options=SET_OPTIONS)
    def set(self, key: str, value: str | bytes, options: list[str]) -> None:
        self.ask(["SET", key, value, *options])

    @rule(key=KEYS, options=GETEX_OPTIONS)
    def getex(self, key: str, options: list[str]) -> None:
        self.ask(["GETEX", key, *options])

    @rule(key=KEYS, name=st.sampled_from(["GET", "INCR", "DECR", "PERSIST", "TYPE", "EXISTS", "DEL", "STRLEN",
    "GETDEL"]))
    def one_key(self, key: str, name: str) -> None:
        self.ask([name, key])

    @rule(key=KEYS, name=st.sampled_from(["APPEND", "GETSET", "SETNX", "LPUSH"]), value=VALUES)
    def one_key_and_a_value(self, key: str, name: str, value: str | bytes) -> None:
        self.ask([name, key, value])

    @rule(key=KEYS, name=st.sampled_from(["INCRBY", "DECRBY", "INCRBYFLOAT"]), step=FLOATS)
    def count(self, key: str, name: str, step: str) -> None:
        self.ask([name, key, step])

    @rule(key=KEYS, name=st.sampled_from(["SETEX", "PSETEX"]), time=SECONDS, value=VALUES)
    def set_for(self, key: str, name: str, time: str, value: str | bytes) -> None:
        self.ask([name, key, time + "000" if name == "PSETEX" and time != "x" else time, value])

    @rule(key=KEYS, start=INDEXES, end=INDEXES)
    def get_range(self, key: str, start: str, end: str) -> None:
        self.ask(["GETRANGE", key, start, end])

    @rule(key=KEYS, offset=INDEXES, value=VALUES)
    def set_range(self, key: str, offset: str, value: str | bytes) -> None:
        self.ask(["SETRANGE", key, offset, value])

    @rule(pairs=st.lists(st.tuples(KEYS, VALUES), min_size=1, max_size=3), name=st.sampled_from(["MSET", "MSETNX"]))
    def set_many(self, pairs: list[tuple[str, str | bytes]], name: str) -> None:
        self.ask([name, *chain.from_iterable(pairs)])

    @rule(keys=st.lists(KEYS, min_size=1, max_size=4), name=st.sampled_from(["EXISTS", "DEL", "MGET", "TOUCH",
    "UNLINK"]))
    def many_keys(self, keys: list[str], name: str) -> None:
        self.ask([name, *keys])

    @rule(key=KEYS, name=st.sampled_from(["EXPIRE", "PEXPIRE"]), time=SECONDS, conditions=CONDITIONS)
    def expire(self, key: str, name: str, time: str, conditions: list[str]) -> None:
        self.ask([name, key, time + "000" if name == "PEXPIRE" and time != "x" else time, *conditions])

    @rule(key=KEYS, name=st.sampled_from(["EXPIREAT", "PEXPIREAT"]), date=DATES, conditions=CONDITIONS)
    def expire_at(self, key: str, name: str, date: str, conditions: list[str]) -> None:
        self.ask([name, key, date + "000" if name == "PEXPIREAT" else date, *conditions])

    @rule(key=KEYS, name=st.sampled_from(["TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"]))
    def time_left(self, key: str, name: str) -> None:
        self.ask([name, key], "roughly")

    @rule(source=KEYS, destination=KEYS, name=st.sampled_from(["RENAME", "RENAMENX", "COPY"]))
    def rename(self, source: str, destination: str, name: str) -> None:
        self.ask([name, source, destination])

    @rule(
        source=KEYS,
        destination=KEYS,
        index=st.sampled_from(["0", "1", "x"]),
        replace=st.sampled_from([[], ["REPLACE"]]),
    )
    def copy(self, source: str, destination: str, index: str, replace: list[str]) -> None:
        self.ask(["COPY", source, destination, "DB", index, *replace])

    @rule(key=KEYS, index=st.sampled_from(["0", "1", "1", "16"]))
    def move(self, key: str, index: str) -> None:
        self.ask(["MOVE", key, index])

    @rule(index=st.sampled_from(["0", "1", "1", "-1"]))
    def swap(self, index: str) -> None:
        self.ask(["SWAPDB", "0", index])

    @rule(options=st.sampled_from([[], ["MATCH", "[ab]"], ["TYPE", "string"], ["TYPE", "list", "MATCH", "*"]]))
    def scan(self, options: list[str]) -> None:
        self.ask(["SCAN", "0", "COUNT", "1000", *options], "page")

    @rule(pattern=st.sampled_from(["*", "?", "[a-b]", "[^a]", "", "**"]))
    def keys(self, pattern: str) -> None:
        self.ask(["KEYS", pattern], "sorted")

    @rule(index=st.sampled_from(["0", "0", "1", "16"]))
    def select(self, index: str) -> None:
        self.ask(["SELECT", index])

    @rule()
    def size(self) -> None:
        self.ask("EXISTS a b c ".split(" "))  # Redis counts keys whose time is past until somebody looks them up
        self.ask(["DBSIZE"])

    @rule()
    def flush(self) -> None:
        self.ask(["FLUSHDB"])


def test_same_replies_to_random_requests(peer: RedisServer, ours: ThreadServer) -> None:
    run(Strings, ours, peer)
