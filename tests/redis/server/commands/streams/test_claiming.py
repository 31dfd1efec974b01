"""XCLAIM and XAUTOCLAIM: their replies."""

from __future__ import annotations

from typing import Any

import pytest

from tests.redis.server.commands.rows import check_reply
from tests.redis.server.commands.streams.histories import READ, A
from tests.redis.server.scripted import ScriptedClient

# Each row: requests that prepare, the request, its reply.
REPLIES: list[tuple[str, str, Any]] = [
    (READ, "XCLAIM s g d 0 1-1", [[b"1-1", A]]),
    (READ, "XCLAIM s g d 0 3-1 FORCE JUSTID", [b"3-1"]),
    (READ, "XAUTOCLAIM s g d 0 0 COUNT 1", [b"2-1", [[b"1-1", A]], []]),
    (f"{READ},XDEL s 1-1", "XAUTOCLAIM s g d 0 0 JUSTID", [b"0-0", [b"2-1"], [b"1-1"]]),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: str, request_: str, reply: Any) -> None:
    check_reply(client, filter(None, before.split(",")), request_, reply)
