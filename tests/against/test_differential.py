"""Our server and each real one get the same requests and give the same replies, byte for byte, or as a row says.

What belongs here: the comparison. What is said stands in `conversations.py`, how in `dialogue.py`; what newer servers
answer otherwise in `differences.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from framewire.redis import ThreadServer
from tests.against.conversations import CONVERSATIONS
from tests.against.dialogue import Client, Server, Turn
from tests.against.differences import assert_alike
from tests.against.differences_table import DIFFERENCES, rows_about
from tests.against.normalisers import normalised
from tests.peers import PEERS, RedisServer

pytestmark = pytest.mark.peer


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("name", CONVERSATIONS)
def test_same_replies(peer: RedisServer, we_say: Callable[[str, int], list[Turn]], name: str, protocol: int) -> None:
    own, real = we_say(name, protocol), _hold(peer, name, protocol)
    for number, (ours, theirs) in enumerate(zip(own, real, strict=True)):
        rows = rows_about(name, peer.name, protocol, number, ours)
        assert_alike(ours, theirs, rows, protocol, peer.version)


@pytest.fixture(scope="module")
def we_say(ours: ThreadServer) -> Callable[[str, int], list[Turn]]:
    """What our server says in a conversation, which is held once for all the others."""
    return cache(lambda name, protocol: _hold(ours, name, protocol))


def _hold(server: ThreadServer | RedisServer, name: str, protocol: int) -> list[Turn]:
    clients = Server(server.host, server.port, protocol)
    try:
        return clients.hold(CONVERSATIONS[name])
    finally:
        clients.close()


def test_every_row_changes_what_we_say(we_say: Callable[[str, int], list[Turn]]) -> None:
    """One that does not is about requests that are asked no more, or about a difference that is none."""
    idle = {row: where for where, rows in DIFFERENCES.items() for row in rows}
    for name, server, protocol in product(CONVERSATIONS, PEERS, [2, 3]):
        for number, turn in enumerate(we_say(name, protocol)):
            text = turn.text if (rows := rows_about(name, server, protocol, number, turn)) else ""
            for row in rows:
                before, text = text, row.apply(text, protocol, "0.0.0")
                if text != before:
                    idle.pop(row, None)
    assert not idle


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
