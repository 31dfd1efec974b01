"""XREAD and XREADGROUP: replies in both protocols, and who waits."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Error, Map, Null
from tests.redis.server.commands.rows import check_reply
from tests.redis.server.commands.streams.histories import ADDED, GROUP, READ, A
from tests.redis.server.scripted import NOON, Clients, ScriptedClient

NULL_ARRAY = Null(b"*")

# Each row: requests that prepare, the request, its reply.
REPLIES: list[tuple[str, str, Any]] = [
    (ADDED, "XREAD COUNT 1 STREAMS s 1-1", [(b"s", [[b"2-1", A]])]),
    (ADDED, "XREAD STREAMS s $", NULL_ARRAY),
    (GROUP, "XREADGROUP GROUP g c COUNT 1 STREAMS s >", [(b"s", [[b"1-1", A]])]),
    (READ, "XREADGROUP GROUP g c STREAMS s 1-1", [(b"s", [[b"2-1", A]])]),
    (f"{READ},XDEL s 2-1", "XREADGROUP GROUP g c STREAMS s 1-1", [(b"s", [[b"2-1", NULL_ARRAY]])]),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: str, request_: str, reply: Any) -> None:
    check_reply(client, filter(None, before.split(",")), request_, reply)


class TestResp3:
    def test_streams_are_a_map(self, client: ScriptedClient) -> None:
        for request in ("HELLO 3", "XADD s 1-1 a 1", "XADD t 1-1 a 1"):
            client(request)
        assert client("XREAD STREAMS s t 0 0") == {b"s": [[b"1-1", A]], b"t": [[b"1-1", A]]}

    def test_one_that_is_named_twice_is_there_twice(self, client: ScriptedClient) -> None:
        for request in ("HELLO 3", "XADD s 1-1 a 1", "XADD s 2-1 a 1"):
            client(request)
        reply = client("XREAD STREAMS s s 1-1 0")
        assert isinstance(reply, Map)
        assert [(key, len(entries)) for key, entries in reply.pairs] == [(b"s", 1), (b"s", 2)]


class TestWaiting:
    def wait(self, clients: Clients, request: str) -> ScriptedClient:
        waiter = clients.new()
        clients.state.tick()
        replies: list[object] = []
        waiter.session.execute([[word.encode() for word in request.split(" ")]], replies)
        assert not replies
        return waiter

    def test_every_reader_gets_everything(self, clients: Clients, client: ScriptedClient) -> None:
        readers = [self.wait(clients, "XREAD BLOCK 0 STREAMS s $") for _ in range(3)]
        assert client("XADD s 1-1 a 1") == b"1-1"
        assert [reader.heard for reader in readers] == [[[(b"s", [[b"1-1", A]])]]] * 3

    def test_consumers_share(self, clients: Clients, client: ScriptedClient) -> None:
        client("XGROUP CREATE s g $ MKSTREAM")
        first, second = (self.wait(clients, f"XREADGROUP GROUP g {name} BLOCK 0 STREAMS s >") for name in "ab")
        client("XADD s 1-1 a 1")
        assert (len(first.heard), len(second.heard)) == (1, 0)
        client("XADD s 2-1 a 1")
        assert second.heard == [[(b"s", [[b"2-1", A]])]]
        assert client("XPENDING s g")[3] == [[b"a", b"1"], [b"b", b"1"]]

    @pytest.mark.parametrize(("timeout", "deadline"), [("0", None), ("1", NOON + 1), ("9223372036854775807", None)])
    def test_until_when(self, clients: Clients, timeout: str, deadline: int | None) -> None:
        waiter = self.wait(clients, f"XREAD BLOCK {timeout} STREAMS s $")
        assert waiter.client.blocked is not None
        assert waiter.client.blocked.deadline == deadline
        assert waiter.client.blocked.otherwise == NULL_ARRAY

    @pytest.mark.parametrize("request_", ["DEL s", "SET s v", "FLUSHALL", "SWAPDB 0 1", "RENAME s t", "PEXPIRE s -1"])
    def test_a_consumer_is_told_that_the_stream_is_gone(
        self, clients: Clients, client: ScriptedClient, request_: str
    ) -> None:
        client("XGROUP CREATE s g $ MKSTREAM")
        consumer = self.wait(clients, "XREADGROUP GROUP g a BLOCK 0 STREAMS s >")
        reader = self.wait(clients, "XREAD BLOCK 0 STREAMS s $")
        client(request_)
        assert consumer.heard == [Error(b"UNBLOCKED the stream key no longer exists")]
        assert reader.heard == []
        assert clients.state.databases[0].observer is None

    def test_a_stream_that_is_there_again_at_the_end_is_no_loss(
        self, clients: Clients, client: ScriptedClient
    ) -> None:
        client("XGROUP CREATE s g $ MKSTREAM")
        consumer = self.wait(clients, "XREADGROUP GROUP g a BLOCK 0 STREAMS s >")
        for request in ("MULTI", "DEL s", "XGROUP CREATE s g 0 MKSTREAM", "XADD s 1-1 a 1", "EXEC"):
            client(request)
        assert consumer.heard == [[(b"s", [[b"1-1", A]])]]

    def test_nobody_listens_to_changes_when_nobody_waits(self, clients: Clients, client: ScriptedClient) -> None:
        client("XGROUP CREATE s g $ MKSTREAM")
        consumer = self.wait(clients, "XREADGROUP GROUP g a BLOCK 0 STREAMS s >")
        assert clients.state.databases[0].observer is not None
        consumer.session.close()
        assert clients.state.databases[0].observer is None
