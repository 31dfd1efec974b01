"""What a client says about itself, and how it wants to be treated."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Error, Push, Simple
from tests.redis.server.commands.rows import Row, check_reply
from tests.redis.server.scripted import Clients, ScriptedClient

OK = Simple(b"OK")
PONG = Simple(b"PONG")


def words(*requests: str) -> list[list[bytes]]:
    return [request.encode().split(b" ") for request in requests]


# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    (["CLIENT SETNAME me"], "CLIENT GETNAME", b"me"),
    ([], "CLIENT GETNAME", None),
    ([], "CLIENT ID", 1),
    ([], "CLIENT SETINFO LIB-NAME mine", OK),
    ([], "CLIENT SETINFO LIB-VER 1.0", OK),
    ([], "CLIENT SETINFO LIB-AGE 1", Error(b"ERR Unrecognized option 'LIB-AGE'")),
    ([], "CLIENT SETINFO LIB-NAME a\nb", Error(b"ERR lib-name cannot contain spaces, newlines or special characters.")),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)


class TestReply:
    def test_off_and_on(self, client: ScriptedClient) -> None:
        replies = client.batch(
            *words("PING", "CLIENT REPLY OFF", "PING", "SET k v", "nonsense", "CLIENT REPLY ON", "GET k")
        )
        assert replies == [PONG, OK, b"v"]

    def test_skip(self, client: ScriptedClient) -> None:
        assert client.batch(*words("CLIENT REPLY SKIP", "PING", "ECHO a")) == [b"a"]
        assert client.batch(*words("CLIENT REPLY SKIP", "CLIENT REPLY SKIP", "PING", "ECHO a")) == [b"a"]

    def test_messages_are_no_replies(self, client: ScriptedClient) -> None:
        (subscribed, message) = client.batch(*words("CLIENT REPLY OFF", "HELLO 3", "SUBSCRIBE c", "PUBLISH c m"))
        assert isinstance(subscribed, Push)
        assert message == Push((b"message", b"c", b"m"))

    def test_what_was_waited_for_is_skipped_too(self, clients: Clients, client: ScriptedClient) -> None:
        client.batch(*words("CLIENT REPLY SKIP", "BLPOP list 0"))
        clients.new()("RPUSH list x")
        assert client.client.blocked is None
        assert client.heard == []
        assert client("PING") == PONG

    def test_reset_ends_it(self, client: ScriptedClient) -> None:
        assert client.batch(*words("CLIENT REPLY OFF", "RESET", "PING")) == [Simple(b"RESET"), PONG]


def test_a_client_describes_itself(clients: Clients, client: ScriptedClient) -> None:
    clients.now += 3_000
    client("CLIENT SETINFO LIB-NAME mine")
    line = client("CLIENT INFO").data.decode()
    fields = dict(field.split("=", 1) for field in line.split())
    assert fields["addr"] == "127.0.0.1:50000"
    assert (fields["age"], fields["idle"], fields["fd"], fields["resp"]) == ("3", "0", "9", "2")
    assert fields["lib-name"] == "mine"
    assert line.endswith("\n")
