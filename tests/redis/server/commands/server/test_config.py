"""CONFIG: asking for parameters, and changing them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.redis.server.commands.rows import Row, check_reply
from tests.redis.server.scripted import ScriptedClient

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    ([], "CONFIG GET timeout", {b"timeout": b"0"}),
    (["CONFIG SET timeout 7"], "CONFIG GET timeout", {b"timeout": b"7"}),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)
