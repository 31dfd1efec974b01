"""XINFO: its replies."""

from __future__ import annotations

from typing import Any

import pytest

from tests.redis.server.commands.rows import check_reply
from tests.redis.server.commands.streams.histories import READ
from tests.redis.server.scripted import ScriptedClient

# Each row: requests that prepare, the request, its reply.
REPLIES: list[tuple[str, str, Any]] = [
    (READ, "XINFO CONSUMERS s g", [{b"name": b"c", b"pending": 2, b"idle": 0}]),
    (READ, "XINFO GROUPS s",
     [{b"name": b"g", b"consumers": 1, b"pending": 2, b"last-delivered-id": b"2-1", b"entries-read": 2, b"lag": 1}]),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: str, request_: str, reply: Any) -> None:
    check_reply(client, filter(None, before.split(",")), request_, reply)
