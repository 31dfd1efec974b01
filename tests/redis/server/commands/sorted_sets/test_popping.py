"""Popping from sorted sets, at once or later: replies, events, what is logged, who waits."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Null
from tests.redis.server.commands.rows import Row, check_reply, check_told
from tests.redis.server.scripted import Clients, ScriptedClient

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    (["ZADD z 1 a 2 b"], "ZPOPMAX z", [b"b", b"2"]),
    (["ZADD z 1 a 2 b"], "ZMPOP 2 y z MIN", [b"z", [[b"a", b"1"]]]),
    ([], "ZMPOP 1 z MIN", Null(b"*")),
    (["ZADD z 1 a"], "BZPOPMIN y z 0", [b"z", b"a", b"1"]),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)


# Each row: requests that prepare, the request, and what is told: "database:key event".
EVENTS: list[Row[list[str]]] = [
    (["ZADD k 1 a 2 b"], "ZPOPMIN k", ["0:k zpopmin"]),
    (["ZADD k 1 a 2 b"], "ZPOPMAX k 2", ["0:k zpopmax", "0:k del"]),
    (["ZADD k 1 a"], "ZPOPMAX k 0", []),
    (["ZADD k 1 a 2 b"], "ZMPOP 2 x k MAX", ["0:k zpopmax"]),
    (["ZADD k 1 a"], "BZPOPMIN k 0", ["0:k zpopmin", "0:k del"]),
    (["ZADD k 1 a 2 b"], "BZMPOP 0 1 k MIN", ["0:k zpopmin"]),
]


@pytest.mark.parametrize(("before", "request_", "told"), EVENTS)
def test_what_is_told(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, told: list[str]
) -> None:
    check_told(clients, client, before, request_, told)


LOGGED = [
    ("ZMPOP 2 x z MIN COUNT 2", "ZPOPMIN z 2"), ("ZMPOP 1 z MAX COUNT 9", "ZPOPMAX z 3"), ("BZPOPMIN z 0", "ZPOPMIN z"),
    ("BZPOPMAX x z 0", "ZPOPMAX z"), ("BZMPOP 0 1 z MIN", "ZPOPMIN z 1"),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "logged"), LOGGED)
def test_a_pop_is_logged_from_the_set_that_it_took_from(client: ScriptedClient, request_: str, logged: str) -> None:
    client("ZADD z 1 a 2 b 3 c")
    client(request_)
    assert client.client.propagated == [[word.encode() for word in logged.split()]]


class TestWaiting:
    def wait(self, clients: Clients, request: str, protocol: int = 2) -> ScriptedClient:
        waiter = clients.new()
        waiter(f"HELLO {protocol}")
        assert waiter.batch([word.encode() for word in request.split()]) == []
        assert waiter.client.blocked is not None
        return waiter

    @pytest.mark.parametrize(
        ("request_", "reply"),
        [
            ("BZPOPMIN x z 0", [b"z", b"a", b"1"]),
            ("BZPOPMAX z 5", [b"z", b"b", b"2"]),
            ("BZMPOP 0 2 z x MAX COUNT 5", [b"z", [[b"b", b"2"], [b"a", b"1"]]]),
        ],
    )
    @pytest.mark.parametrize(
        "growth",
        [
            "ZADD z 1 a 2 b", "ZADD z CH NX 1 a 2 b", "ZUNIONSTORE z 1 other", "ZINTERSTORE z 1 other",
            "ZDIFFSTORE z 1 other", "ZRANGESTORE z other 0 -1", "RENAME other z", "COPY other z",
        ],
    )  # fmt: skip
    def test_whatever_makes_the_set_serves(
        self, clients: Clients, client: ScriptedClient, request_: str, reply: list[Any], growth: str
    ) -> None:
        client("ZADD other 1 a 2 b")
        waiter = self.wait(clients, request_)
        client(growth)
        assert waiter.heard == [reply]

    def test_each_gets_one_in_order(self, clients: Clients, client: ScriptedClient) -> None:
        waiters = [self.wait(clients, f"BZPOP{end} z 0") for end in ("MIN", "MAX", "MIN", "MIN")]
        assert client("ZADD z 1 a 2 b 3 c") == 3
        assert [waiter.heard for waiter in waiters] == [
            [[b"z", b"a", b"1"]], [[b"z", b"c", b"3"]], [[b"z", b"b", b"2"]], [],
        ]  # fmt: skip
        assert client("EXISTS z") == 0
        client("ZINCRBY z 4 d")
        assert waiters[3].heard == [[b"z", b"d", b"4"]]

    def test_a_score_is_a_number_in_resp3(self, clients: Clients, client: ScriptedClient) -> None:
        waiter = self.wait(clients, "BZPOPMIN z 0", 3)
        client("ZADD z 1.5 a")
        assert waiter.heard == [[b"z", b"a", 1.5]]

    def test_other_types_do_not_serve(self, clients: Clients, client: ScriptedClient) -> None:
        waiter = self.wait(clients, "BZPOPMIN z 0")
        client("RPUSH z a")
        assert waiter.heard == []
