"""Entries of a stream: replies, and what stays when something fails."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Error, Simple
from framewire.redis.server.persistence.dump import dump
from tests.redis.server.commands.rows import check_reply
from tests.redis.server.commands.streams.histories import ADDED, READ, A
from tests.redis.server.scripted import NOON, Clients, ScriptedClient

OK = Simple(b"OK")

# Each row: requests that prepare, the request, its reply.
REPLIES: list[tuple[str, str, Any]] = [
    ("", "XADD s * a 1", b"%d-0" % NOON),
    ("XADD s * a 1", "XADD s * a 1", b"%d-1" % NOON),
    (f"XADD s {NOON + 5}-7 a 1", "XADD s * a 1", b"%d-8" % (NOON + 5)),
    ("", "XADD s 5-* a 1", b"5-0"),
    ("XADD s 5-3 a 1", "XADD s 5-* a 1", b"5-4"),
    ("", "XADD s NOMKSTREAM * a 1", None),
    (ADDED, "XLEN s", 3),
    (ADDED, "XRANGE s (1-1 2", [[b"2-1", A]]),
    (ADDED, "XREVRANGE s + - COUNT 1", [[b"3-1", A]]),
    (ADDED, "XDEL s 1-1 9-9", 1),
    (ADDED, "XSETID s 9-9", OK),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: str, request_: str, reply: Any) -> None:
    check_reply(client, filter(None, before.split(",")), request_, reply)


def test_what_was_replied_does_not_change_when_the_stream_does(client: ScriptedClient) -> None:
    requests = "XADD s 1-1 a 1|XRANGE s - +|XADD s 2-1 a 1|XDEL s 1-1|XTRIM s MAXLEN 0"
    replies = client.batch(*([part.encode() for part in text.split()] for text in requests.split("|")))
    assert replies[1] == [[b"1-1", A]]


@pytest.mark.parametrize(
    "request_", ["XADD s 0-0 a 1", "XADD s x a 1", "XADD s * a", "XGROUP CREATE s g x MKSTREAM", "XTRIM s MAXLEN 0"]
)
def test_a_failed_command_leaves_no_empty_key(client: ScriptedClient, request_: str) -> None:
    client(request_)
    assert client("EXISTS s") == 0


@pytest.mark.parametrize(
    "request_", ["XLEN s", "XRANGE s - +", "XREAD STREAMS s 0", "XDEL s 1-1", "XPENDING s g", "XACK s g 1"]
)
def test_a_dead_stream_is_seen_by_nobody(clients: Clients, client: ScriptedClient, request_: str) -> None:
    nothing = client(request_)
    for request in (*READ.split(","), "PEXPIRE s 100"):
        client(request)
    clients.now += 100
    assert client(request_) == nothing


@pytest.mark.parametrize("before", [ADDED, READ, f"{READ},XDEL s 3-1,XTRIM s MAXLEN 0", "XGROUP CREATE s g 0 MKSTREAM"])
def test_a_dump_makes_the_same(clients: Clients, client: ScriptedClient, before: str) -> None:
    for request in before.split(","):
        client(request)
    again = clients.new()
    again("SELECT 1")
    for dumped in dump(b"s", clients.state.databases[0].values[b"s"]):
        assert not isinstance(again(*dumped), Error)
    for question in ("XRANGE s - +", "XINFO STREAM s", "XINFO GROUPS s", "XINFO STREAM s FULL"):
        assert client(question) == again(question)
