"""Groups: replies, and times of what is pending."""

from __future__ import annotations

from typing import Any

import pytest

from tests.redis.server.commands.rows import check_reply
from tests.redis.server.commands.streams.histories import READ
from tests.redis.server.scripted import Clients, ScriptedClient

# Each row: requests that prepare, the request, its reply.
REPLIES: list[tuple[str, str, Any]] = [
    (READ, "XPENDING s g", [2, b"1-1", b"2-1", [[b"c", b"2"]]]),
    (READ, "XPENDING s g - + 1", [[b"1-1", b"c", 0, 1]]),
    (READ, "XACK s g 1-1 3-1", 1),
    (READ, "XGROUP DELCONSUMER s g c", 2),
    (READ, "XGROUP DESTROY s g", 1),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: str, request_: str, reply: Any) -> None:
    check_reply(client, filter(None, before.split(",")), request_, reply)


class TestTimes:
    @pytest.fixture(autouse=True)
    def read(self, clients: Clients, client: ScriptedClient) -> None:
        for request in READ.split(","):
            client(request)
        clients.now += 1_000

    def test_pending_entries_grow_old(self, client: ScriptedClient) -> None:
        assert client("XPENDING s g - + 9") == [[b"1-1", b"c", 1_000, 1], [b"2-1", b"c", 1_000, 1]]
        assert client("XPENDING s g IDLE 1000 - + 1") == [[b"1-1", b"c", 1_000, 1]]
        assert client("XPENDING s g IDLE 1001 - + 9") == []

    def test_who_reads_again_makes_them_new(self, client: ScriptedClient) -> None:
        client("XREADGROUP GROUP g c COUNT 1 STREAMS s 0")
        assert client("XPENDING s g - + 9") == [[b"1-1", b"c", 0, 2], [b"2-1", b"c", 1_000, 1]]

    def test_only_old_ones_are_claimed(self, client: ScriptedClient) -> None:
        assert client("XCLAIM s g d 1001 1-1 2-1") == []
        assert client("XAUTOCLAIM s g d 1001 0") == [b"0-0", [], []]
        assert client("XINFO CONSUMERS s g")[0][b"name"] == b"c"
        assert client("XCLAIM s g d 1000 1-1 IDLE 300 JUSTID") == [b"1-1"]
        assert client("XPENDING s g - + 9 d") == [[b"1-1", b"d", 300, 1]]

    def test_when_a_consumer_was_seen(self, clients: Clients, client: ScriptedClient) -> None:
        assert client("XINFO CONSUMERS s g") == [{b"name": b"c", b"pending": 2, b"idle": 1_000}]
        client("XREADGROUP GROUP g c COUNT 1 STREAMS s >")
        assert client("XINFO CONSUMERS s g") == [{b"name": b"c", b"pending": 3, b"idle": 0}]
