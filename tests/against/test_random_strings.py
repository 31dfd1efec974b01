"""Random requests about keys, strings and times."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from framewire.redis import ThreadServer
from tests.against.machine import KEYS, BothServers, run
from tests.peers import RedisServer

pytestmark = pytest.mark.peer

NUMBERS = st.sampled_from(["0", "1", "-1", "41", "9223372036854775807", "-9223372036854775808", "01", "+1", "x", ""])
VALUES = NUMBERS | st.binary(max_size=8)
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
CONDITIONS = st.lists(st.sampled_from(["NX", "XX", "GT", "LT", "gt", "nonsense"]), max_size=2)


class Strings(BothServers):
    """Random requests about keys, strings and times, answered by both servers alike at each step."""

    @rule(key=KEYS, value=VALUES, options=SET_OPTIONS)
    def set(self, key: str, value: str | bytes, options: list[str]) -> None:
        self.ask(["SET", key, value, *options])

    @rule(key=KEYS, name=st.sampled_from(["GET", "INCR", "PERSIST", "TYPE", "EXISTS", "DEL"]))
    def one_key(self, key: str, name: str) -> None:
        self.ask([name, key])

    @rule(keys=st.lists(KEYS, min_size=1, max_size=4), name=st.sampled_from(["EXISTS", "DEL"]))
    def many_keys(self, keys: list[str], name: str) -> None:
        self.ask([name, *keys])

    @rule(key=KEYS, name=st.sampled_from(["EXPIRE", "PEXPIRE"]), time=SECONDS, conditions=CONDITIONS)
    def expire(self, key: str, name: str, time: str, conditions: list[str]) -> None:
        self.ask([name, key, time + "000" if name == "PEXPIRE" and time != "x" else time, *conditions])

    @rule(key=KEYS, name=st.sampled_from(["TTL", "PTTL"]))
    def time_left(self, key: str, name: str) -> None:
        self.ask([name, key], "roughly")

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
    run(Strings, (ours.host, ours.port), (peer.host, peer.port))
