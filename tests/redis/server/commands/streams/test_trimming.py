"""XTRIM: its replies."""

from __future__ import annotations

from typing import Any

import pytest

from tests.redis.server.commands.rows import check_reply
from tests.redis.server.commands.streams.histories import ADDED
from tests.redis.server.scripted import ScriptedClient

# Each row: requests that prepare, the request, its reply.
REPLIES: list[tuple[str, str, Any]] = [
    (ADDED, "XTRIM s MAXLEN 1", 2),
    (ADDED, "XTRIM s MAXLEN ~ 1", 0),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: str, request_: str, reply: Any) -> None:
    check_reply(client, filter(None, before.split(",")), request_, reply)
