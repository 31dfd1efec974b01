"""SORT: replies, and what is told of a change."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Error
from tests.redis.server.commands.rows import Row, check_reply, check_told
from tests.redis.server.scripted import Clients, ScriptedClient

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    (["RPUSH l 3 1 2"], "SORT l DESC LIMIT 0 2", [b"3", b"2"]),
    (["RPUSH l a"], "SORT l", Error(b"ERR One or more scores can't be converted into double")),
    (["RPUSH l 1e999"], "SORT l", Error(b"ERR One or more scores can't be converted into double")),
    (["RPUSH l 1 2", "MSET w_1 9 w_2 8"], "SORT l BY w_* GET # GET w_*", [b"2", b"8", b"1", b"9"]),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)


# Each row: requests that prepare, the request, and what is told: "database:key event".
EVENTS: list[Row[list[str]]] = [
    (["RPUSH l 1"], "SORT l STORE d", ["0:d sortstore"]),
    (["SET d x"], "SORT l STORE d", ["0:d del"]),
    (["RPUSH l 1"], "SORT l", []),
]


@pytest.mark.parametrize(("before", "request_", "told"), EVENTS)
def test_what_is_told(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, told: list[str]
) -> None:
    check_told(clients, client, before, request_, told)
