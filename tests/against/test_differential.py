"""Our server and a real one get the same requests and give the same replies, byte for byte.

What belongs here: the comparison. What is said stands in `conversations.py`, how in `dialogue.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from framewire.redis import ThreadServer
from tests.against.conversations import CONVERSATIONS, REDIS_7_0_ONLY
from tests.against.dialogue import Client, Server, normalised
from tests.peers import RedisServer

pytestmark = pytest.mark.peer


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
