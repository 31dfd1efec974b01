"""OBJECT: how a value is kept."""

from __future__ import annotations

from typing import Any

import pytest

from tests.redis.server.commands.rows import Row, check_reply
from tests.redis.server.scripted import ScriptedClient

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    (["SET k 1"], "OBJECT ENCODING k", b"int"),
    (["SET k 1"], "OBJECT REFCOUNT k", 2**31 - 1),
    (["SET k 1"], "OBJECT IDLETIME k", 0),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)
