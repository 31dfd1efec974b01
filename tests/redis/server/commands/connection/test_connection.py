"""Greeting a server, and asking for another database."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Error, Simple
from tests.redis.server.commands.rows import Row, check_reply
from tests.redis.server.scripted import Clients, ScriptedClient

PONG = Simple(b"PONG")

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    ([], "PING", Simple(b"PONG")),
    ([], "PING x", b"x"),
    ([], "ECHO x", b"x"),
    ([], "SELECT 16", Error(b"ERR DB index is out of range")),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)


class TestHello:
    def test_it_describes_the_server_as_redis_7(self, client: ScriptedClient) -> None:
        reply = client("HELLO 3")
        assert reply == {
            b"server": b"redis", b"version": b"7.0.15", b"proto": 3, b"id": 1, b"mode": b"standalone",
            b"role": b"master", b"modules": [],
        }  # fmt: skip

    def test_it_takes_a_name_and_a_password(self) -> None:
        client = Clients(requirepass=b"secret").new()
        assert client("HELLO 3 AUTH default secret SETNAME me")[b"proto"] == 3
        assert client("CLIENT GETNAME") == b"me"
