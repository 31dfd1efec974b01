"""What comparing replies with a real Redis does not show of sorted sets: events, large ones; and a few replies."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Error
from framewire.redis.server.values.sorted_sets import SortedSetValue
from tests.redis.server.commands.rows import Row, check_reply, check_told
from tests.redis.server.scripted import Clients, ScriptedClient

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    ([], "ZADD z 1 a 2 b", 2),
    (["ZADD z 1 a"], "ZADD z CH GT 2 a 0 b", 2),
    (["ZADD z 1 a"], "ZADD z INCR 0.5 a", b"1.5"),
    ([], "ZADD z XX INCR 0.5 a", None),
    (["ZADD z inf a"], "ZINCRBY z -inf a", Error(b"ERR resulting score is not a number (NaN)")),
    (["ZADD z 0.1 a"], "ZSCORE z a", b"0.10000000000000001"),
    (["ZADD z 1 a 2 b"], "ZMSCORE z b x", [b"2", None]),
    (["ZADD z 1 a 2 b 3 c"], "ZREVRANK z a", 2),
    (["ZADD z 1.5 a"], "ZSCAN z 0", [b"0", [b"a", b"1.5"]]),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)


# Each row: requests that prepare, the request, and what is told: "database:key event".
EVENTS: list[Row[list[str]]] = [
    ([], "ZADD k 1 a 2 b", ["0:k zadd"]),
    (["ZADD k 1 a"], "ZADD k 2 a", ["0:k zadd"]),
    (["ZADD k 1 a"], "ZADD k 1 a", []),
    (["ZADD k 1 a"], "ZADD k NX 2 a", []),
    (["ZADD k 1 a"], "ZADD k XX GT 2.5 a", ["0:k zadd"]),
    ([], "ZADD k INCR 1 a", ["0:k zincr"]),
    ([], "ZINCRBY k 1 a", ["0:k zincr"]),
    (["ZADD k 1 a"], "ZINCRBY k 0 a", []),
    (["ZADD k 1 a 2 b"], "ZREM k a x", ["0:k zrem"]),
    (["ZADD k 1 a 2 b"], "ZREM k a b", ["0:k zrem", "0:k del"]),
    (["ZADD k 1 a"], "ZREM k x", []),
]


@pytest.mark.parametrize(("before", "request_", "told"), EVENTS)
def test_what_is_told(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, told: list[str]
) -> None:
    check_told(clients, client, before, request_, told)


def test_a_failed_command_leaves_no_empty_key(client: ScriptedClient) -> None:
    for request in ("ZADD k x a", "ZADD k XX 1 a", "ZADD k INCR nan a", "ZINCRBY k x a", "ZREM k a", "ZPOPMIN k"):
        client(request)
        assert client("EXISTS k") == 0


class TestDeadKeys:
    @pytest.mark.parametrize(
        "request_",
        ["ZSCORE k a", "ZCARD k", "ZRANGE k 0 -1", "ZRANK k a", "ZCOUNT k 0 9", "ZPOPMIN k", "ZSCAN k 0", "ZUNION 1 k"],
    )
    def test_a_dead_key_is_empty(self, clients: Clients, client: ScriptedClient, request_: str) -> None:
        nothing = client(request_)
        client("ZADD k 1 a")
        client("PEXPIRE k 100")
        clients.now += 100
        assert client(request_) == nothing

    def test_adding_to_a_dead_key_begins_anew(self, clients: Clients, client: ScriptedClient) -> None:
        for request in ("ZADD k 1 a", "ZADD d 1 a", "PEXPIRE k 100", "PEXPIRE d 100"):
            client(request)
        clients.now += 100
        assert (client("ZADD k 2 b"), client("ZUNIONSTORE d 1 k")) == (1, 1)
        assert client("ZRANGE k 0 -1") == client("ZRANGE d 0 -1") == [b"b"]
        assert (client("TTL k"), client("TTL d")) == (-1, -1)


class TestLargeOnes:
    """Those that are returned in pages, and whose members are not all looked at for each choice."""

    @pytest.fixture
    def large(self, clients: Clients) -> SortedSetValue:
        value = SortedSetValue((float(number % 100), b"name %d" % number) for number in range(1_000))
        value.maybe_convert(clients.state.config)
        clients.state.databases[0].set(b"z", value)
        return value

    def test_scans_meet_all(self, client: ScriptedClient, large: SortedSetValue) -> None:
        cursor, found, pages = b"0", list[bytes](), 0
        while not pages or cursor != b"0":
            cursor, page = client("ZSCAN", "z", cursor, "COUNT", "100")
            found += page
            pages += 1
        assert pages == 10
        assert sorted(found[::2]) == sorted(large)
        assert all(large.score(member) == float(score) for member, score in zip(found[::2], found[1::2], strict=True))

    def test_choosing(self, client: ScriptedClient, large: SortedSetValue) -> None:
        assert len(set(client("ZRANDMEMBER z 10"))) == 10
        assert len(client("ZRANDMEMBER z -2000")) == 2_000
        flat = client("ZRANDMEMBER z -7 WITHSCORES")
        assert [large.score(member) for member in flat[::2]] == [float(score) for score in flat[1::2]]

    def test_endless_replies_are_refused(self, client: ScriptedClient, large: SortedSetValue) -> None:
        for request in ("ZRANDMEMBER z -9223372036854775807", "ZRANDMEMBER z -4611686018427387903 WITHSCORES"):
            assert client(request) == Error(b"ERR value is out of range")

    def test_popping_takes_each_once_in_order(self, client: ScriptedClient, large: SortedSetValue) -> None:
        taken = [client("ZPOPMIN z") for _ in range(300)]
        rest = client("ZPOPMIN z 9999")
        names = [member for member, _ in taken] + rest[::2]
        scores = [float(score) for _, score in taken] + [float(score) for score in rest[1::2]]
        assert len(set(names)) == 1_000
        assert scores == sorted(scores)
        assert client("EXISTS z") == 0
