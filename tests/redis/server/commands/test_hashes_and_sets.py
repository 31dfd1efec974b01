"""What comparing replies with a real Redis does not show of hashes and sets: events, what is logged, large ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from framewire.frames.resp import Bulk, Error, Set
from framewire.redis.server.keyspace.database import Db
from framewire.redis.server.values.hashes import HashValue
from framewire.redis.server.values.sets import SetValue
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


# Each row: requests that prepare, the request, the events that it causes.
EVENTS: list[tuple[list[str], str, str]] = [
    ([], "HSET k a 1 b 2", "hset k"),
    ([], "HMSET k a 1", "hset k"),
    (["HSET k a 1"], "HSET k a 1", "hset k"),
    ([], "HSET k a 1 b", ""),
    ([], "HSETNX k a 1", "hset k"),
    (["HSET k a 1"], "HSETNX k a 2", ""),
    ([], "HINCRBY k a 1", "hincrby k"),
    ([], "HINCRBY k a x", ""),
    ([], "HINCRBYFLOAT k a 1.5", "hincrbyfloat k"),
    (["HSET k a 1 b 2"], "HDEL k a x", "hdel k"),
    (["HSET k a 1 b 2"], "HDEL k b a", "hdel k,del k"),
    (["HSET k a 1"], "HDEL k x", ""),
    (["HSET k a 1"], "HGETALL k", ""),
    ([], "SADD k a b", "sadd k"),
    (["SADD k a b"], "SADD k b", ""),
    (["SADD k a b"], "SREM k a x", "srem k"),
    (["SADD k a b"], "SREM k a b", "srem k,del k"),
    (["SADD k a"], "SREM k x", ""),
    (["SADD k a b"], "SPOP k", "spop k"),
    (["SADD k a"], "SPOP k", "spop k,del k"),
    (["SADD k a b c"], "SPOP k 2", "spop k"),
    (["SADD k a b c"], "SPOP k 3", "spop k,del k"),
    (["SADD k a b c"], "SPOP k 0", ""),
    (["SADD k a b"], "SMOVE k l a", "srem k,sadd l"),
    (["SADD k a"], "SMOVE k l a", "srem k,del k,sadd l"),
    (["SADD k a b", "SADD l a"], "SMOVE k l a", "srem k"),
    (["SADD k a"], "SMOVE k k a", ""),
    (["SADD k a"], "SMOVE k l x", ""),
    (["SADD k a"], "SUNIONSTORE d k l", "sunionstore d"),
    (["SADD k a", "SET d 1"], "SINTERSTORE d k k", "sinterstore d"),
    (["SADD k a"], "SDIFFSTORE d k", "sdiffstore d"),
    (["SADD k a", "SET d 1"], "SINTERSTORE d k l", "del d"),
    (["SADD k a"], "SDIFFSTORE d k k", ""),
    (["SADD k a"], "SRANDMEMBER k", ""),
]


@pytest.mark.parametrize(("before", "request_", "expected"), EVENTS)
def test_changes_are_told(
    client: ScriptedClient, events: list[Event], before: list[str], request_: str, expected: str
) -> None:
    for request in before:
        client(request)
    events.clear()
    client(request_)
    assert ",".join(f"{event.decode()} {key.decode()}" for event, key in events) == expected


class TestWhatIsLogged:
    def test_what_was_popped_is_removed(self, client: ScriptedClient) -> None:
        client("SADD k a b c d")
        taken = client("SPOP k")
        assert client.client.propagated == [[b"SREM", b"k", taken]]
        some = client("SPOP k 2")
        assert client.client.propagated is not None
        (logged,) = client.client.propagated
        assert (logged[:2], set(logged[2:])) == ([b"SREM", b"k"], some)
        client("SPOP k 9")
        assert client.client.propagated == [[b"DEL", b"k"]]

    def test_a_sum_is_set(self, client: ScriptedClient) -> None:
        client("HINCRBYFLOAT k a 1.50")
        assert client.client.propagated == [[b"HSET", b"k", b"a", b"1.5"]]


def test_a_reply_is_not_changed_by_what_comes_behind_it_in_the_batch(client: ScriptedClient) -> None:
    requests = "HSET h a 1|SADD s x|SADD i 1|HGETALL h|SMEMBERS s|SMEMBERS i|SUNION s|HDEL h a|SREM s x|SADD i 2"
    replies = client.batch(*([part.encode() for part in text.split()] for text in requests.split("|")))
    assert replies[3:7] == [{b"a": b"1"}, {b"x"}, Set((Bulk(b"1"),)), {b"x"}]


def test_a_failed_command_leaves_no_empty_key(client: ScriptedClient) -> None:
    for request in ("HINCRBY k a x", "HINCRBYFLOAT k a x", "HSET k a 1 b", "SMOVE no k a", "SPOP k", "HDEL k a"):
        client(request)
        assert client("EXISTS k") == 0


class TestDeadKeys:
    @pytest.mark.parametrize(
        "request_",
        ["HGET k a", "HGETALL k", "HLEN k", "HRANDFIELD k", "SCARD k", "SMEMBERS k", "SINTER k", "SPOP k", "HSCAN k 0"],
    )
    def test_a_dead_key_is_empty(self, clients: Clients, client: ScriptedClient, request_: str) -> None:
        nothing = client(request_)
        client("HSET k a 1" if request_.startswith("H") else "SADD k a")
        client("PEXPIRE k 100")
        clients.now += 100
        assert client(request_) == nothing

    def test_adding_to_a_dead_key_begins_anew(self, clients: Clients, client: ScriptedClient) -> None:
        for request in ("HSET h a 1", "SADD s a", "PEXPIRE h 100", "PEXPIRE s 100"):
            client(request)
        clients.now += 100
        assert (client("HSET h b 1"), client("SADD s b")) == (1, 1)
        assert (client("HGETALL h"), client("SMEMBERS s")) == ({b"b": b"1"}, {b"b"})
        assert (client("TTL h"), client("TTL s")) == (-1, -1)


class TestLargeOnes:
    """Those that are returned in pages, and whose members are not all looked at for each choice."""

    @pytest.fixture
    def large(self, clients: Clients) -> None:
        db = clients.state.databases[0]
        names = [b"name %d" % number for number in range(1_000)]
        hash_, set_ = HashValue({name: b"v" + name for name in names}), SetValue(names)
        hash_.maybe_convert(names, clients.state.config)
        set_.maybe_convert(names, clients.state.config)
        db.set(b"h", hash_)
        db.set(b"s", set_)

    @pytest.mark.parametrize(("name", "key"), [("HSCAN", "h"), ("SSCAN", "s")])
    def test_scans_meet_all(self, clients: Clients, client: ScriptedClient, large: None, name: str, key: str) -> None:
        cursor, found, pages = b"0", list[bytes](), 0
        while not pages or cursor != b"0":
            cursor, page = client(name, key, cursor, "COUNT", "100")
            found += page
            pages += 1
        assert pages == 10
        value = clients.state.databases[0].values[key.encode()]
        assert isinstance(value, HashValue | SetValue)
        assert dict(zip(found[::2], found[1::2], strict=True)) == value if name == "HSCAN" else set(found) == value

    def test_choosing(self, client: ScriptedClient, large: None) -> None:
        assert len(client("SRANDMEMBER s 10")) == len(set(client("HRANDFIELD h 10"))) == 10
        assert len(client("SRANDMEMBER s -2000")) == 2_000
        flat = client("HRANDFIELD h -7 WITHVALUES")
        assert [b"v" + field for field in flat[::2]] == flat[1::2]
        client("HELLO 3")
        assert all(value == b"v" + field for field, value in client("HRANDFIELD h 7 WITHVALUES"))

    def test_endless_replies_are_refused(self, client: ScriptedClient, large: None) -> None:
        for request in ("SRANDMEMBER s -9223372036854775807", "HRANDFIELD h -4611686018427387903 WITHVALUES"):
            assert client(request) == Error(b"ERR value is out of range")

    def test_popping_takes_each_once(self, client: ScriptedClient, large: None) -> None:
        taken = [client("SPOP s") for _ in range(300)] + list(client("SPOP s 300")) + list(client("SPOP s 1000"))
        assert len(taken) == len(set(taken)) == 1_000
        assert client("EXISTS s") == 0
