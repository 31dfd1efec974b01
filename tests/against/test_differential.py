"""Our server and a real one get the same requests and give the same replies, byte for byte.

What belongs here: the comparison. What is said stands in `conversations.py`, how in `dialogue.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import ClassVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from framewire.redis import ThreadServer, run_in_thread
from tests.against.conversations import CONVERSATIONS, REDIS_7_0_ONLY
from tests.against.dialogue import Client, Server, normalised
from tests.peers import RedisServer

pytestmark = pytest.mark.peer


@pytest.fixture(scope="module")
def peer() -> Iterator[RedisServer]:
    with RedisServer() as peer:
        yield peer


@pytest.fixture(scope="module")
def ours() -> Iterator[ThreadServer]:
    with run_in_thread() as server:
        yield server


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("name", CONVERSATIONS)
def test_same_replies(peer: RedisServer, ours: ThreadServer, name: str, protocol: int) -> None:
    if name in REDIS_7_0_ONLY and not peer.is_redis_7_0:
        pytest.skip("the peer is not Redis 7.0, and its replies differ here")
    real, own = Server(peer.host, peer.port, protocol), Server(ours.host, ours.port, protocol)
    try:
        expected = real.hold(CONVERSATIONS[name])
        assert own.hold(CONVERSATIONS[name]) == expected
    finally:
        real.close()
        own.close()


KEYS = st.sampled_from(["a", "b", "c", ""])
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


class BothServers(RuleBasedStateMachine):
    """Random requests about keys, strings and times, answered by both servers alike at each step."""

    addresses: ClassVar[list[tuple[str, int]]]

    def __init__(self) -> None:
        super().__init__()
        self.clients = [Client(*address) for address in self.addresses]
        self.ask(["FLUSHALL"])

    def teardown(self) -> None:
        for client in self.clients:
            client.close()

    def ask(self, request: list[str | bytes], normal: str = "") -> None:
        own, real = (normalised(normal, client.ask(request)) for client in self.clients)
        assert own == real, request

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
    BothServers.addresses = [(ours.host, ours.port), (peer.host, peer.port)]
    run_state_machine_as_test(BothServers, settings=settings(max_examples=40, stateful_step_count=30, deadline=None))


NAMES = ["", "a", "b", "aa", "ab", "ba", "a-b", "^", "]", "[", "\\", "-", "*", "a]", "a*b", "aab", "_"]


@settings(max_examples=150, deadline=None)
@given(pattern=st.text("ab[]^-\\*?", max_size=8))
@example(pattern="[a-]")
@example(pattern="[^a-")
def test_same_patterns_match(both: list[Client], pattern: str) -> None:
    own, real = (normalised("sorted", client.ask(["KEYS", pattern])) for client in both)
    assert own == real


@pytest.fixture(scope="module")
def both(peer: RedisServer, ours: ThreadServer) -> Iterator[list[Client]]:
    """A connection to each server, in a database of their own that holds the names."""
    clients = [Client(ours.host, ours.port), Client(peer.host, peer.port)]
    for client in clients:
        client.ask("SELECT 9")
        for name in NAMES:
            client.ask(["SET", name, "value"])
    yield clients
    for client in clients:
        client.close()
