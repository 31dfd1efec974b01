"""What comparing replies with a real Redis does not show of sorted sets: events, the log, waiting, large ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from framewire.frames.resp import Error, Null
from framewire.redis.server.commands.sorted_sets.scores import parse_score
from framewire.redis.server.keyspace.database import Db
from framewire.redis.server.values.sorted_sets import SortedSetValue
from tests.redis.server.scripted import Clients, ScriptedClient

Event = tuple[bytes, bytes]


@pytest.fixture
def clients() -> Clients:
    return Clients()


@pytest.fixture
def client(clients: Clients) -> ScriptedClient:
    return clients.new()


@pytest.fixture
def events(clients: Clients) -> Iterator[list[Event]]:
    seen: list[Event] = []

    def observe(db: Db, key: bytes, event: bytes) -> None:
        seen.append((event, key))

    clients.state.databases.observe(observe)
    yield seen
    clients.state.databases.unobserve(observe)


# Each row: requests that prepare, the request, its reply in RESP2.
REPLIES: list[tuple[str, str, Any]] = [
    ("", "ZADD z 1 a 2 b", 2),
    ("ZADD z 1 a", "ZADD z CH GT 2 a 0 b", 2),
    ("ZADD z 1 a", "ZADD z INCR 0.5 a", b"1.5"),
    ("", "ZADD z XX INCR 0.5 a", None),
    ("ZADD z inf a", "ZINCRBY z -inf a", Error(b"ERR resulting score is not a number (NaN)")),
    ("ZADD z 0.1 a", "ZSCORE z a", b"0.10000000000000001"),
    ("ZADD z 1 a 2 b", "ZMSCORE z b x", [b"2", None]),
    ("ZADD z 1 a 2 b", "ZRANGE z 0 -1 WITHSCORES", [b"a", b"1", b"b", b"2"]),
    ("ZADD z 1 a 2 b 3 c", "ZRANGE z (1 +inf BYSCORE LIMIT 1 5", [b"c"]),
    ("ZADD z 1 a 2 b 3 c", "ZRANGE z 2 -inf BYSCORE REV", [b"b", b"a"]),
    ("ZADD z 0 a 0 b 0 c", "ZREVRANGEBYLEX z + (a", [b"c", b"b"]),
    ("ZADD z 0 a 0 b 0 c", "ZLEXCOUNT z [b +", 2),
    ("ZADD z 1 a 2 b 3 c", "ZREVRANK z a", 2),
    ("ZADD z 1 a 2 b 3 c", "ZREMRANGEBYRANK z 0 -2", 2),
    ("ZADD z 1 a 2 b 3 c", "ZRANGESTORE y z 1 2", 2),
    ("ZADD z 1 a 2 b|ZADD y 5 b", "ZUNION 2 z y WEIGHTS 2 1 WITHSCORES", [b"a", b"2", b"b", b"9"]),
    ("ZADD z 1 a 2 b|SADD s b", "ZINTER 2 z s WITHSCORES", [b"b", b"3"]),
    ("ZADD z 1 a 2 b|SADD s b", "ZDIFF 2 z s", [b"a"]),
    ("ZADD z 1 a 2 b", "ZPOPMAX z", [b"b", b"2"]),
    ("ZADD z 1 a 2 b", "ZMPOP 2 y z MIN", [b"z", [[b"a", b"1"]]]),
    ("", "ZMPOP 1 z MIN", Null(b"*")),
    ("ZADD z 1 a", "BZPOPMIN y z 0", [b"z", b"a", b"1"]),
    ("ZADD z 1.5 a", "ZSCAN z 0", [b"0", [b"a", b"1.5"]]),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: str, request_: str, reply: Any) -> None:
    for request in filter(None, before.split("|")):
        client(request)
    assert client(request_) == reply


def test_scores_are_numbers_and_pairs_in_resp3(client: ScriptedClient) -> None:
    client("HELLO 3")
    client("ZADD z 0.1 a 2 b")
    assert client("ZSCORE z a") == 0.1
    assert client("ZRANGE z 0 -1 WITHSCORES") == [[b"a", 0.1], [b"b", 2.0]]
    assert client("ZPOPMIN z") == [b"a", 0.1]
    assert client("ZPOPMIN z 1") == [[b"b", 2.0]]


# Each row: requests that prepare, the request, the events that it causes.
EVENTS: list[tuple[str, str, str]] = [
    ("", "ZADD k 1 a 2 b", "zadd k"),
    ("ZADD k 1 a", "ZADD k 2 a", "zadd k"),
    ("ZADD k 1 a", "ZADD k 1 a", ""),
    ("ZADD k 1 a", "ZADD k NX 2 a", ""),
    ("ZADD k 1 a", "ZADD k XX GT 2.5 a", "zadd k"),
    ("", "ZADD k INCR 1 a", "zincr k"),
    ("", "ZINCRBY k 1 a", "zincr k"),
    ("ZADD k 1 a", "ZINCRBY k 0 a", ""),
    ("ZADD k 1 a 2 b", "ZREM k a x", "zrem k"),
    ("ZADD k 1 a 2 b", "ZREM k a b", "zrem k,del k"),
    ("ZADD k 1 a", "ZREM k x", ""),
    ("ZADD k 1 a 2 b", "ZREMRANGEBYRANK k 0 0", "zremrangebyrank k"),
    ("ZADD k 1 a 2 b", "ZREMRANGEBYSCORE k 1 2", "zremrangebyscore k,del k"),
    ("ZADD k 1 a 1 b", "ZREMRANGEBYLEX k [b +", "zremrangebylex k"),
    ("ZADD k 1 a", "ZREMRANGEBYRANK k 5 6", ""),
    ("ZADD k 1 a 2 b", "ZPOPMIN k", "zpopmin k"),
    ("ZADD k 1 a 2 b", "ZPOPMAX k 2", "zpopmax k,del k"),
    ("ZADD k 1 a", "ZPOPMAX k 0", ""),
    ("ZADD k 1 a 2 b", "ZMPOP 2 x k MAX", "zpopmax k"),
    ("ZADD k 1 a", "BZPOPMIN k 0", "zpopmin k,del k"),
    ("ZADD k 1 a 2 b", "BZMPOP 0 1 k MIN", "zpopmin k"),
    ("ZADD k 1 a", "ZRANGESTORE d k 0 -1", "zrangestore d"),
    ("ZADD k 1 a|SET d 1", "ZRANGESTORE d k 5 6", "del d"),
    ("ZADD k 1 a", "ZUNIONSTORE d 1 k", "zunionstore d"),
    ("ZADD k 1 a|SET d 1", "ZINTERSTORE d 1 k", "zinterstore d"),
    ("ZADD k 1 a", "ZDIFFSTORE d 2 k x", "zdiffstore d"),
    ("ZADD k 1 a|SET d 1", "ZDIFFSTORE d 2 k k", "del d"),
    ("ZADD k 1 a", "ZINTERSTORE d 2 k x", ""),
    ("ZADD k 1 a", "ZRANGE k 0 -1", ""),
]


@pytest.mark.parametrize(("before", "request_", "expected"), EVENTS)
def test_changes_are_told(
    client: ScriptedClient, events: list[Event], before: str, request_: str, expected: str
) -> None:
    for request in filter(None, before.split("|")):
        client(request)
    events.clear()
    client(request_)
    assert ",".join(f"{event.decode()} {key.decode()}" for event, key in events) == expected


LOGGED = [
    ("ZMPOP 2 x z MIN COUNT 2", "ZPOPMIN z 2"), ("ZMPOP 1 z MAX COUNT 9", "ZPOPMAX z 3"), ("BZPOPMIN z 0", "ZPOPMIN z"),
    ("BZPOPMAX x z 0", "ZPOPMAX z"), ("BZMPOP 0 1 z MIN", "ZPOPMIN z 1"),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "logged"), LOGGED)
def test_a_pop_is_logged_from_the_set_that_it_took_from(client: ScriptedClient, request_: str, logged: str) -> None:
    client("ZADD z 1 a 2 b 3 c")
    client(request_)
    assert client.client.propagated == [[word.encode() for word in logged.split()]]


def test_a_failed_command_leaves_no_empty_key(client: ScriptedClient) -> None:
    for request in ("ZADD k x a", "ZADD k XX 1 a", "ZADD k INCR nan a", "ZINCRBY k x a", "ZREM k a", "ZPOPMIN k"):
        client(request)
        assert client("EXISTS k") == 0


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


@pytest.mark.parametrize("text", ["1", "1.5", ".5", "5.", "-1", "1e3", "inf", "0x10", "9" * 19, "0." + "1" * 30])
def test_scores_are_read_as_numbers(text: str) -> None:
    assert parse_score(text.encode()) == (16 if text == "0x10" else float(text))
