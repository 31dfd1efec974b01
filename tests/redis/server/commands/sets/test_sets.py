"""What comparing replies with a real Redis does not show of sets: events, what is logged, large ones."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Bulk, Error, Set
from framewire.redis.server.values.sets import SetValue
from tests.redis.server.commands.rows import Row, check_told
from tests.redis.server.scripted import Clients, ScriptedClient

# Each row: requests that prepare, the request, and what is told: "database:key event".
EVENTS: list[Row[list[str]]] = [
    ([], "SADD k a b", ["0:k sadd"]),
    (["SADD k a b"], "SADD k b", []),
    (["SADD k a b"], "SREM k a x", ["0:k srem"]),
    (["SADD k a b"], "SREM k a b", ["0:k srem", "0:k del"]),
    (["SADD k a"], "SREM k x", []),
    (["SADD k a b"], "SPOP k", ["0:k spop"]),
    (["SADD k a"], "SPOP k", ["0:k spop", "0:k del"]),
    (["SADD k a b c"], "SPOP k 2", ["0:k spop"]),
    (["SADD k a b c"], "SPOP k 3", ["0:k spop", "0:k del"]),
    (["SADD k a b c"], "SPOP k 0", []),
    (["SADD k a b"], "SMOVE k l a", ["0:k srem", "0:l sadd"]),
    (["SADD k a"], "SMOVE k l a", ["0:k srem", "0:k del", "0:l sadd"]),
    (["SADD k a b", "SADD l a"], "SMOVE k l a", ["0:k srem"]),
    (["SADD k a"], "SMOVE k k a", []),
    (["SADD k a"], "SMOVE k l x", []),
    (["SADD k a"], "SRANDMEMBER k", []),
]


@pytest.mark.parametrize(("before", "request_", "told"), EVENTS)
def test_what_is_told(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, told: list[str]
) -> None:
    check_told(clients, client, before, request_, told)


def test_what_was_popped_is_logged_as_removed(client: ScriptedClient) -> None:
    client("SADD k a b c d")
    taken = client("SPOP k")
    assert client.client.propagated == [[b"SREM", b"k", taken]]
    some = client("SPOP k 2")
    assert client.client.propagated is not None
    (logged,) = client.client.propagated
    assert (logged[:2], set(logged[2:])) == ([b"SREM", b"k"], some)
    client("SPOP k 9")
    assert client.client.propagated == [[b"DEL", b"k"]]


def test_a_reply_is_not_changed_by_what_comes_behind_it_in_the_batch(client: ScriptedClient) -> None:
    requests = "SADD s x|SADD i 1|SMEMBERS s|SMEMBERS i|SUNION s|SREM s x|SADD i 2"
    replies = client.batch(*([part.encode() for part in text.split()] for text in requests.split("|")))
    assert replies[2:5] == [{b"x"}, Set((Bulk(b"1"),)), {b"x"}]


def test_a_failed_command_leaves_no_empty_key(client: ScriptedClient) -> None:
    for request in ("SMOVE no k a", "SPOP k"):
        client(request)
        assert client("EXISTS k") == 0


class TestDeadKeys:
    @pytest.mark.parametrize("request_", ["SCARD k", "SMEMBERS k", "SINTER k", "SPOP k"])
    def test_a_dead_key_is_empty(self, clients: Clients, client: ScriptedClient, request_: str) -> None:
        nothing = client(request_)
        client("SADD k a")
        client("PEXPIRE k 100")
        clients.now += 100
        assert client(request_) == nothing

    def test_adding_to_a_dead_key_begins_anew(self, clients: Clients, client: ScriptedClient) -> None:
        for request in ("SADD s a", "PEXPIRE s 100"):
            client(request)
        clients.now += 100
        assert client("SADD s b") == 1
        assert client("SMEMBERS s") == {b"b"}
        assert client("TTL s") == -1


class TestLargeOnes:
    """Those that are returned in pages, and whose members are not all looked at for each choice."""

    @pytest.fixture
    def large(self, clients: Clients) -> SetValue:
        names = [b"name %d" % number for number in range(1_000)]
        value = SetValue(names)
        value.maybe_convert(names, clients.state.config)
        clients.state.databases[0].set(b"s", value)
        return value

    def test_scans_meet_all(self, client: ScriptedClient, large: SetValue) -> None:
        cursor, found, pages = b"0", list[bytes](), 0
        while not pages or cursor != b"0":
            cursor, page = client("SSCAN", "s", cursor, "COUNT", "100")
            found += page
            pages += 1
        assert pages == 10
        assert set(found) == large

    def test_choosing(self, client: ScriptedClient, large: SetValue) -> None:
        assert len(client("SRANDMEMBER s 10")) == 10
        assert len(client("SRANDMEMBER s -2000")) == 2_000

    def test_endless_replies_are_refused(self, client: ScriptedClient, large: SetValue) -> None:
        assert client("SRANDMEMBER s -9223372036854775807") == Error(b"ERR value is out of range")

    def test_popping_takes_each_once(self, client: ScriptedClient, large: SetValue) -> None:
        taken = [client("SPOP s") for _ in range(300)] + list(client("SPOP s 300")) + list(client("SPOP s 1000"))
        assert len(taken) == len(set(taken)) == 1_000
        assert client("EXISTS s") == 0
