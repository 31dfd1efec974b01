"""What comparing replies with a real Redis does not show of streams: what is logged, times, large ones, who waits."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Error, Map, Null, Simple
from framewire.redis.server.persistence.dump import dump
from framewire.redis.server.persistence.log import Unit
from framewire.redis.server.persistence.recorder import Recorder
from tests.redis.server.scripted import NOON, Clients, ScriptedClient

OK = Simple(b"OK")
NULL_ARRAY = Null(b"*")
A = [b"a", b"1"]


@pytest.fixture
def clients() -> Clients:
    return Clients()


@pytest.fixture
def client(clients: Clients) -> ScriptedClient:
    return clients.new()


ADDED = "XADD s 1-1 a 1,XADD s 2-1 a 1,XADD s 3-1 a 1"
GROUP = f"{ADDED},XGROUP CREATE s g 0"
READ = f"{GROUP},XREADGROUP GROUP g c COUNT 2 STREAMS s >"

# Each row: requests that prepare, the request, its reply.
REPLIES: list[tuple[str, str, Any]] = [
    ("", "XADD s * a 1", b"%d-0" % NOON),
    ("XADD s * a 1", "XADD s * a 1", b"%d-1" % NOON),
    (f"XADD s {NOON + 5}-7 a 1", "XADD s * a 1", b"%d-8" % (NOON + 5)),
    ("", "XADD s 5-* a 1", b"5-0"),
    ("XADD s 5-3 a 1", "XADD s 5-* a 1", b"5-4"),
    ("", "XADD s NOMKSTREAM * a 1", None),
    (ADDED, "XLEN s", 3),
    (ADDED, "XRANGE s (1-1 2", [[b"2-1", A]]),
    (ADDED, "XREVRANGE s + - COUNT 1", [[b"3-1", A]]),
    (ADDED, "XREAD COUNT 1 STREAMS s 1-1", [(b"s", [[b"2-1", A]])]),
    (ADDED, "XREAD STREAMS s $", NULL_ARRAY),
    (ADDED, "XDEL s 1-1 9-9", 1),
    (ADDED, "XTRIM s MAXLEN 1", 2),
    (ADDED, "XTRIM s MAXLEN ~ 1", 0),
    (ADDED, "XSETID s 9-9", OK),
    (GROUP, "XREADGROUP GROUP g c COUNT 1 STREAMS s >", [(b"s", [[b"1-1", A]])]),
    (READ, "XREADGROUP GROUP g c STREAMS s 1-1", [(b"s", [[b"2-1", A]])]),
    (f"{READ},XDEL s 2-1", "XREADGROUP GROUP g c STREAMS s 1-1", [(b"s", [[b"2-1", NULL_ARRAY]])]),
    (READ, "XPENDING s g", [2, b"1-1", b"2-1", [[b"c", b"2"]]]),
    (READ, "XPENDING s g - + 1", [[b"1-1", b"c", 0, 1]]),
    (READ, "XACK s g 1-1 3-1", 1),
    (READ, "XCLAIM s g d 0 1-1", [[b"1-1", A]]),
    (READ, "XCLAIM s g d 0 3-1 FORCE JUSTID", [b"3-1"]),
    (READ, "XAUTOCLAIM s g d 0 0 COUNT 1", [b"2-1", [[b"1-1", A]], []]),
    (f"{READ},XDEL s 1-1", "XAUTOCLAIM s g d 0 0 JUSTID", [b"0-0", [b"2-1"], [b"1-1"]]),
    (READ, "XGROUP DELCONSUMER s g c", 2),
    (READ, "XGROUP DESTROY s g", 1),
    (READ, "XINFO CONSUMERS s g", [{b"name": b"c", b"pending": 2, b"idle": 0}]),
    (READ, "XINFO GROUPS s",
     [{b"name": b"g", b"consumers": 1, b"pending": 2, b"last-delivered-id": b"2-1", b"entries-read": 2, b"lag": 1}]),
]  # fmt: skip


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: str, request_: str, reply: Any) -> None:
    for request in filter(None, before.split(",")):
        assert not isinstance(client(request), Error), request
    assert client(request_) == reply


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


def test_what_was_replied_does_not_change_when_the_stream_does(client: ScriptedClient) -> None:
    requests = "XADD s 1-1 a 1|XRANGE s - +|XADD s 2-1 a 1|XDEL s 1-1|XTRIM s MAXLEN 0"
    replies = client.batch(*([part.encode() for part in text.split()] for text in requests.split("|")))
    assert replies[1] == [[b"1-1", A]]


@pytest.mark.parametrize(
    "request_", ["XADD s 0-0 a 1", "XADD s x a 1", "XADD s * a", "XGROUP CREATE s g x MKSTREAM", "XTRIM s MAXLEN 0"]
)
def test_a_failed_command_leaves_no_empty_key(client: ScriptedClient, request_: str) -> None:
    client(request_)
    assert client("EXISTS s") == 0


@pytest.mark.parametrize(
    "request_", ["XLEN s", "XRANGE s - +", "XREAD STREAMS s 0", "XDEL s 1-1", "XPENDING s g", "XACK s g 1"]
)
def test_a_dead_stream_is_seen_by_nobody(clients: Clients, client: ScriptedClient, request_: str) -> None:
    nothing = client(request_)
    for request in (*READ.split(","), "PEXPIRE s 100"):
        client(request)
    clients.now += 100
    assert client(request_) == nothing


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


# Each row: requests, what is logged for the last one.
LOGGED: list[tuple[str, list[str]]] = [
    ("XADD s * a 1", [f"XADD s {NOON}-0 a 1"]),
    ("XADD s 5-* a 1", ["XADD s 5-0 a 1"]),
    ("XADD s 5 a 1", ["XADD s 5-0 a 1"]),
    ("XADD s 5-1 a 1", ["XADD s 5-1 a 1"]),
    ("XADD s NOMKSTREAM * a 1", []),
    (f"{ADDED},XADD s MAXLEN 2 4-1 a 1", ["XADD s MAXLEN 2 4-1 a 1"]),
    (f"{ADDED},XADD s MAXLEN ~ 2 LIMIT 9 4-1 a 1", ["XADD s MAXLEN = 4 4-1 a 1"]),
    (f"{ADDED},XADD s NOMKSTREAM MINID ~ 3 4-1 a 1", ["XADD s MINID = 1-1 4-1 a 1"]),
    (f"{ADDED},XTRIM s MAXLEN 1", ["XTRIM s MAXLEN = 1"]),
    (f"{ADDED},XTRIM s MINID ~ 9", ["XTRIM s MINID = 0-0"]),
    (f"{ADDED},XTRIM s MAXLEN 9", []),
    (f"{ADDED},XDEL s 9", []),
    (f"{ADDED},XDEL s 1", []),
    (f"{ADDED},XDEL s 1-1", ["XDEL s 1-1"]),
    (f"{ADDED},XREAD STREAMS s 0", []),
    (f"{ADDED},XGROUP CREATE s g $", ["XGROUP CREATE s g $"]),
    (f"{GROUP},XREADGROUP GROUP g c COUNT 1 STREAMS s >", [
        "XGROUP CREATECONSUMER s g c", f"XCLAIM s g c 0 1-1 TIME {NOON} RETRYCOUNT 1 FORCE JUSTID LASTID 1-1",
        "XGROUP SETID s g 1-1 ENTRIESREAD 1",
    ]),
    (f"{READ},XREADGROUP GROUP g c NOACK STREAMS s >", ["XGROUP SETID s g 3-1 ENTRIESREAD 3"]),
    (f"{READ},XREADGROUP GROUP g c COUNT 1 STREAMS s 0", [
        f"XCLAIM s g c 0 1-1 TIME {NOON} RETRYCOUNT 2 FORCE JUSTID LASTID 2-1"
    ]),
    (f"{READ},XREADGROUP GROUP g c STREAMS s 9", []),
    (f"{READ},XACK s g 9-9", []),
    (f"{READ},XACK s g 1-1", ["XACK s g 1-1"]),
    (f"{READ},XCLAIM s g c 0 1-1 IDLE 50 LASTID 3-1", [
        f"XCLAIM s g c 0 1-1 TIME {NOON - 50} RETRYCOUNT 2 FORCE JUSTID LASTID 3-1",
        "XGROUP SETID s g 3-1 ENTRIESREAD 2",
    ]),
    (f"{READ},XCLAIM s g d 9 1-1", []),
    (f"{READ},XDEL s 1-1,XAUTOCLAIM s g c 0 0 COUNT 1", [
        f"XCLAIM s g c 0 1-1 TIME {NOON} RETRYCOUNT 1 FORCE JUSTID LASTID 2-1"
    ]),
    (f"{READ},XAUTOCLAIM s g c 0 (1-1", [f"XCLAIM s g c 0 2-1 TIME {NOON} RETRYCOUNT 2 FORCE JUSTID LASTID 2-1"]),
]  # fmt: skip


@pytest.mark.parametrize(("requests", "logged"), LOGGED)
def test_what_is_logged(clients: Clients, client: ScriptedClient, requests: str, logged: list[str]) -> None:
    units: list[Unit] = []
    Recorder(clients.state, units.append).start()
    for request in requests.split(","):
        units.clear()
        assert not isinstance(client(request), Error)
    assert [b" ".join(request).decode() for unit in units for _, request in unit] == logged


class TestRunAgain:
    """While an append-only file is read, what it says of times is true."""

    @pytest.fixture
    def loading(self, clients: Clients, client: ScriptedClient) -> ScriptedClient:
        clients.state.loading = True
        return client

    def test_times_are_those_of_the_file(self, clients: Clients, loading: ScriptedClient) -> None:
        for request in (*GROUP.split(","), f"XCLAIM s g c 0 1-1 TIME {NOON} RETRYCOUNT 3 FORCE JUSTID"):
            loading(request)
        clients.state.loading, clients.now = False, NOON + 70
        assert loading("XPENDING s g - + 9") == [[b"1-1", b"c", 70, 3]]

    def test_no_consumer_was_seen_before_the_server_was_there(self, clients: Clients, loading: ScriptedClient) -> None:
        for request in (*GROUP.split(","), "XGROUP CREATECONSUMER s g c"):
            loading(request)
        clients.state.loading, clients.now = False, NOON + 70
        (consumer,) = loading("XINFO CONSUMERS s g")
        assert consumer[b"idle"] == 70

    def test_a_limit_had_its_effect_already(self, loading: ScriptedClient) -> None:
        """As Redis logs it: `~` became `=`, and LIMIT, which is refused with that, stayed."""
        for request in ADDED.split(","):
            loading(request)
        assert loading("XADD s MAXLEN = 2 LIMIT 1 4-1 a 1") == b"4-1"
        assert loading("XLEN s") == 2


@pytest.mark.parametrize("before", [ADDED, READ, f"{READ},XDEL s 3-1,XTRIM s MAXLEN 0", "XGROUP CREATE s g 0 MKSTREAM"])
def test_a_dump_makes_the_same(clients: Clients, client: ScriptedClient, before: str) -> None:
    for request in before.split(","):
        client(request)
    again = clients.new()
    again("SELECT 1")
    for dumped in dump(b"s", clients.state.databases[0].values[b"s"]):
        assert not isinstance(again(*dumped), Error)
    for question in ("XRANGE s - +", "XINFO STREAM s", "XINFO GROUPS s", "XINFO STREAM s FULL"):
        assert client(question) == again(question)


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
