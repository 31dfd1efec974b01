"""The replies of those who publish and listen. Who gets which message is in `clients/test_pubsub.py`."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Push
from tests.redis.server.commands.rows import Row, check_reply
from tests.redis.server.scripted import ScriptedClient

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    ([], "PUBLISH c m", 0),
    ([], "SUBSCRIBE a b", [Push((b"subscribe", b"a", 1)), Push((b"subscribe", b"b", 2))]),
    ([], "UNSUBSCRIBE", Push((b"unsubscribe", None, 0))),
    (["SUBSCRIBE a", "PSUBSCRIBE b"], "UNSUBSCRIBE", Push((b"unsubscribe", b"a", 1))),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)
