"""Parts of strings: replies, and what is told of a change."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Error
from tests.redis.server.commands.rows import Row, check_reply, check_told
from tests.redis.server.scripted import Clients, ScriptedClient

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    (["SET k abc"], "APPEND k de", 5),
    (["SET k hello"], "GETRANGE k -3 -1", b"llo"),
    (["SET k hello"], "SETRANGE k 7 x", 8),
    ([], "SETRANGE k 536870912 x", Error(b"ERR string exceeds maximum allowed size (proto-max-bulk-len)")),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)


# Each row: requests that prepare, the request, and what is told: "database:key event".
EVENTS: list[Row[list[str]]] = [
    ([], "APPEND k x", ["0:k append"]),
    (["SET k v"], "SETRANGE k 3 x", ["0:k setrange"]),
]


@pytest.mark.parametrize(("before", "request_", "told"), EVENTS)
def test_what_is_told(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, told: list[str]
) -> None:
    check_told(clients, client, before, request_, told)
