"""What comparing replies with a real Redis does not show of hashes: events, what is logged, large ones."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Error
from framewire.redis.server.values.hashes import HashValue
from tests.redis.server.commands.rows import Row, check_told
from tests.redis.server.scripted import Clients, ScriptedClient

# Each row: requests that prepare, the request, and what is told: "database:key event".
EVENTS: list[Row[list[str]]] = [
    ([], "HSET k a 1 b 2", ["0:k hset"]),
    ([], "HMSET k a 1", ["0:k hset"]),
    (["HSET k a 1"], "HSET k a 1", ["0:k hset"]),
    ([], "HSET k a 1 b", []),
    ([], "HSETNX k a 1", ["0:k hset"]),
    (["HSET k a 1"], "HSETNX k a 2", []),
    ([], "HINCRBY k a 1", ["0:k hincrby"]),
    ([], "HINCRBY k a x", []),
    ([], "HINCRBYFLOAT k a 1.5", ["0:k hincrbyfloat"]),
    (["HSET k a 1 b 2"], "HDEL k a x", ["0:k hdel"]),
    (["HSET k a 1 b 2"], "HDEL k b a", ["0:k hdel", "0:k del"]),
    (["HSET k a 1"], "HDEL k x", []),
    (["HSET k a 1"], "HGETALL k", []),
]


@pytest.mark.parametrize(("before", "request_", "told"), EVENTS)
def test_what_is_told(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, told: list[str]
) -> None:
    check_told(clients, client, before, request_, told)


def test_a_sum_is_logged_as_what_it_is(client: ScriptedClient) -> None:
    client("HINCRBYFLOAT k a 1.50")
    assert client.client.propagated == [[b"HSET", b"k", b"a", b"1.5"]]


def test_a_reply_is_not_changed_by_what_comes_behind_it_in_the_batch(client: ScriptedClient) -> None:
    requests = "HSET h a 1|HGETALL h|HDEL h a"
    replies = client.batch(*([part.encode() for part in text.split()] for text in requests.split("|")))
    assert replies[1] == {b"a": b"1"}


def test_a_failed_command_leaves_no_empty_key(client: ScriptedClient) -> None:
    for request in ("HINCRBY k a x", "HINCRBYFLOAT k a x", "HSET k a 1 b", "HDEL k a"):
        client(request)
        assert client("EXISTS k") == 0


class TestDeadKeys:
    @pytest.mark.parametrize("request_", ["HGET k a", "HGETALL k", "HLEN k", "HRANDFIELD k", "HSCAN k 0"])
    def test_a_dead_key_is_empty(self, clients: Clients, client: ScriptedClient, request_: str) -> None:
        nothing = client(request_)
        client("HSET k a 1")
        client("PEXPIRE k 100")
        clients.now += 100
        assert client(request_) == nothing

    def test_adding_to_a_dead_key_begins_anew(self, clients: Clients, client: ScriptedClient) -> None:
        for request in ("HSET h a 1", "PEXPIRE h 100"):
            client(request)
        clients.now += 100
        assert client("HSET h b 1") == 1
        assert client("HGETALL h") == {b"b": b"1"}
        assert client("TTL h") == -1


class TestLargeOnes:
    """Those that are returned in pages, and whose fields are not all looked at for each choice."""

    @pytest.fixture
    def large(self, clients: Clients) -> HashValue:
        names = [b"name %d" % number for number in range(1_000)]
        value = HashValue({name: b"v" + name for name in names})
        value.maybe_convert(names, clients.state.config)
        clients.state.databases[0].set(b"h", value)
        return value

    def test_scans_meet_all(self, client: ScriptedClient, large: HashValue) -> None:
        cursor, found, pages = b"0", list[bytes](), 0
        while not pages or cursor != b"0":
            cursor, page = client("HSCAN", "h", cursor, "COUNT", "100")
            found += page
            pages += 1
        assert pages == 10
        assert dict(zip(found[::2], found[1::2], strict=True)) == large

    def test_choosing(self, client: ScriptedClient, large: HashValue) -> None:
        assert len(set(client("HRANDFIELD h 10"))) == 10
        flat = client("HRANDFIELD h -7 WITHVALUES")
        assert [b"v" + field for field in flat[::2]] == flat[1::2]
        client("HELLO 3")
        assert all(value == b"v" + field for field, value in client("HRANDFIELD h 7 WITHVALUES"))

    def test_endless_replies_are_refused(self, client: ScriptedClient, large: HashValue) -> None:
        assert client("HRANDFIELD h -4611686018427387903 WITHVALUES") == Error(b"ERR value is out of range")
