"""The exchange on real servers: they answer the conversations of its tables as the tables say.

What belongs here: a socket, and the comparison. A link that is lost is in the clients' tests.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import IMPLEMENTATIONS
from tests.peers import PEERS, RedisServer
from tests.redis.exchange.conftest import implementation
from tests.redis.exchange.conversations import CONVERSATIONS, Conversation
from tests.redis.exchange.owner import Link, Waiter
from tests.redis.exchange.test_conversations import ask
from tests.waiting import PATIENCE

LIVE = [row for row in CONVERSATIONS if not row.varies]


@pytest.fixture(scope="module", params=list(PEERS))
def peer(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    with RedisServer(name=request.param) as server:
        yield server


@pytest.fixture(params=IMPLEMENTATIONS)
def exchange_class(request: pytest.FixtureRequest) -> Any:
    return implementation(request.param)


@pytest.fixture
def sock(peer: RedisServer) -> Iterator[socket.socket]:
    with socket.create_connection((peer.host, peer.port), PATIENCE) as connected:
        yield connected


def flush(owner: Link, sock: socket.socket) -> None:
    for segment in owner.exchange.take():
        sock.sendall(segment)


def receive(owner: Link, sock: socket.socket, waiters: list[Waiter], pushes: int = 0) -> None:
    """Until all are answered, and so many pushes are here."""
    while not (all(waiter.done() for waiter in waiters) and len(owner.pushes) >= pushes):
        nbytes = sock.recv_into(owner.exchange.get_buffer())
        assert nbytes, "it closed the connection"
        owner.exchange.buffer_updated(nbytes)
        assert not owner.breaks, owner.breaks
        flush(owner, sock)


def comparable(pushes: list[list[Any]]) -> list[Any]:
    """Lines of MONITOR tell times and ports."""
    return [[push[0]] if push[0] == b"monitor" else push for push in pushes]


@pytest.mark.parametrize("integrity", [False, True])
@pytest.mark.parametrize("row", LIVE, ids=lambda row: row.name)
def test_servers_answer_as_the_tables_say(
    exchange_class: Any, sock: socket.socket, row: Conversation, integrity: bool
) -> None:
    if integrity and any("monitor" in str(push[0]) for push in row.pushes):
        pytest.skip("MONITOR shows the questions too")
    owner = Link(exchange_class, integrity=integrity, max_requests=3)
    if row.protocol == 3:
        hello = owner.ask(b"HELLO", 3, urgent=True)
        flush(owner, sock)
        receive(owner, sock, [hello])
    owner.exchange.open()
    waiters = [ask(owner, request) for request in row.requests]
    flush(owner, sock)
    receive(owner, sock, waiters, len(row.pushes))
    assert [waiter.result for waiter in waiters] == row.results
    assert comparable(owner.pushes) == comparable(row.pushes)
    assert owner.exchange.protocol == row.ends_with and owner.exchange.unanswered == 0


def test_integrity_finds_a_lost_reply(exchange_class: Any, sock: socket.socket) -> None:
    owner = Link(exchange_class, integrity=True)
    owner.exchange.open()
    waiters = [owner.ask(b"PING", number) for number in range(3)]
    flush(owner, sock)
    came = b""
    while came.count(b"\r\n") < 12:
        came += sock.recv(65536)
    owner.exchange.feed(came.removeprefix(b"$1\r\n0\r\n"))
    assert len(owner.breaks) == 1 and not any(waiter.done() for waiter in waiters)
