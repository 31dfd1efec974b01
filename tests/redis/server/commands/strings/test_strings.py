"""Strings, bits, keys and SORT by a clock that stands still: replies, what is told of a change, and what is logged.

`tests/against` compares the replies with a real Redis, form by form; the events below are those that it sent.
"""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Error, Simple
from framewire.redis.server.keyspace.database import Db
from framewire.redis.server.values.strings import RawString
from tests.redis.server.scripted import NOON, Clients, ScriptedClient

OK = Simple(b"OK")
WRONG_TYPE = Error(b"WRONGTYPE Operation against a key holding the wrong kind of value")


@pytest.fixture
def clients() -> Clients:
    return Clients()


@pytest.fixture
def client(clients: Clients) -> ScriptedClient:
    return clients.new()


# Each row: requests that prepare, the request, its reply.
REPLIES: list[tuple[list[str], str, Any]] = [
    (["SET k abc"], "APPEND k de", 5),
    (["APPEND k abc", "APPEND k de"], "GET k", b"abcde"),
    (["APPEND k abc", "APPEND k de"], "MGET k x", [b"abcde", None]),
    (["APPEND k 4", "APPEND k 1"], "INCR k", 42),
    (["SET k 41"], "DECRBY k 42", -1),
    ([], "DECRBY k -9223372036854775808", Error(b"ERR decrement would overflow")),
    (["SET k 10.5"], "INCRBYFLOAT k 0.1", b"10.6"),
    (["SET k v"], "INCRBYFLOAT k 1", Error(b"ERR value is not a valid float")),
    ([], "INCRBYFLOAT k inf", Error(b"ERR increment would produce NaN or Infinity")),
    (["SET k hello"], "GETRANGE k -3 -1", b"llo"),
    (["SET k hello"], "SETRANGE k 7 x", 8),
    (["SET k hello", "SETRANGE k 7 x"], "GET k", b"hello\0\0x"),
    ([], "SETRANGE k 536870912 x", Error(b"ERR string exceeds maximum allowed size (proto-max-bulk-len)")),
    (["SET k v"], "GETDEL k", b"v"),
    (["SET k v", "GETDEL k"], "EXISTS k", 0),
    (["SET k v"], "GETSET k w", b"v"),
    (["SET k v", "GETEX k EX 10"], "PTTL k", 10_000),
    (["SET k v EX 10", "GETEX k PERSIST"], "TTL k", -1),
    ([], "GETEX k EX x", None),
    (["SET k v"], "GETEX k EX x", Error(b"ERR value is not an integer or out of range")),
    (["SETEX k 10 v"], "PTTL k", 10_000),
    (["PSETEX k 10 v"], "PTTL k", 10),
    ([], "SETEX k 0 v", Error(b"ERR invalid expire time in 'setex' command")),
    (["SET k v"], "SETNX k w", 0),
    (["MSET a 1 b 2"], "MGET a b", [b"1", b"2"]),
    (["SET a 1"], "MSETNX a 2 b 2", 0),
    ([], "MSETNX a 2 b 2", 1),
    ([], "MSET a", Error(b"ERR wrong number of arguments for 'mset' command")),
    ([], "MSET a 1 b", Error(b"ERR wrong number of arguments for 'mset' command")),
    (["SET k foobar"], "BITCOUNT k", 26),
    (["SET k foobar"], "BITCOUNT k 5 30 BIT", 17),
    (["SETBIT k 9 1"], "BITPOS k 1", 9),
    (["SETBIT k 9 1"], "GETBIT k 9", 1),
    (["SET a foo", "SET b bar", "BITOP AND d a b"], "GET d", b"bab"),
    ([], "BITFIELD k SET u8 0 255 INCRBY u8 0 1 OVERFLOW FAIL INCRBY u8 0 -1", [0, 0, None]),
    (["SET k v EX 10", "RENAME k l"], "PTTL l", 10_000),
    ([], "RENAME k l", Error(b"ERR no such key")),
    (["MSET k v l w"], "RENAMENX k l", 0),
    (["SET k v EX 10", "MOVE k 1", "SELECT 1"], "PTTL k", 10_000),
    (["SET k v"], "MOVE k 0", Error(b"ERR source and destination objects are the same")),
    (["SET k v EX 10", "COPY k l"], "PTTL l", 10_000),
    (["MSET k v l w"], "COPY k l", 0),
    (["MSET k v l w", "COPY k l REPLACE"], "GET l", b"v"),
    (["SET k v", "SWAPDB 0 1"], "EXISTS k", 0),
    (["SET k v", "EXPIREAT k 1700000010"], "PTTL k", 10_000),
    (["SET k v", "PEXPIREAT k 1700000000001"], "PTTL k", 1),
    (["SET k v PX 1500"], "EXPIRETIME k", 1_700_000_002),
    (["SET k v PX 1500"], "PEXPIRETIME k", 1_700_000_001_500),
    (["SET k v"], "RANDOMKEY", b"k"),
    ([], "RANDOMKEY", None),
    (["SET k v"], "SCAN 0", [b"0", [b"k"]]),
    (["SET k v"], "SCAN 0 TYPE list", [b"0", []]),
    (["SET k 1"], "OBJECT ENCODING k", b"int"),
    (["SET k 1"], "OBJECT REFCOUNT k", 2**31 - 1),
    (["SET k 1"], "OBJECT IDLETIME k", 0),
    (["RPUSH l 3 1 2"], "SORT l DESC LIMIT 0 2", [b"3", b"2"]),
    (["RPUSH l 3 1 2", "SORT l STORE d"], "LRANGE d 0 -1", [b"1", b"2", b"3"]),
    (["RPUSH l a"], "SORT l", Error(b"ERR One or more scores can't be converted into double")),
    (["RPUSH l 1e999"], "SORT l", Error(b"ERR One or more scores can't be converted into double")),
    (["RPUSH l 1 2", "MSET w_1 9 w_2 8"], "SORT l BY w_* GET # GET w_*", [b"2", b"8", b"1", b"9"]),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    for request in before:
        assert not isinstance(client(request), Error), request
    assert client(request_) == reply


# Each row: requests that prepare, the request, and what is told: "database:key event".
EVENTS: list[tuple[list[str], str, list[str]]] = [
    ([], "SET k v", ["0:k set"]),
    ([], "SET k v EX 10", ["0:k set", "0:k expire"]),
    (["SET k v EX 10"], "SET k v KEEPTTL", ["0:k set"]),
    (["SET k v"], "SET k v NX", []),
    (["SET k v"], "GETEX k EX 10", ["0:k expire"]),
    (["SET k v EX 10"], "GETEX k PERSIST", ["0:k persist"]),
    (["SET k v"], "GETEX k PERSIST", []),
    (["SET k v"], "GETEX k EXAT 1", ["0:k del"]),
    (["SET k v"], "GETEX k", []),
    ([], "MSET a 1 a 2", ["0:a set", "0:a set"]),
    ([], "MSETNX a 1 b 2", ["0:a set", "0:b set"]),
    ([], "SETNX a 1", ["0:a set"]),
    ([], "SETEX k 9 v", ["0:k set", "0:k expire"]),
    ([], "GETSET k v", ["0:k set"]),
    (["SET k v"], "GETDEL k", ["0:k del"]),
    ([], "GETDEL k", []),
    ([], "APPEND k x", ["0:k append"]),
    (["SET k v"], "SETRANGE k 3 x", ["0:k setrange"]),
    ([], "INCR k", ["0:k incrby"]),
    ([], "DECRBY k 5", ["0:k incrby"]),
    (["SET k x"], "INCR k", []),
    ([], "INCRBYFLOAT k 5", ["0:k incrbyfloat"]),
    ([], "SETBIT k 5 0", ["0:k setbit"]),
    (["SETBIT k 5 0"], "SETBIT k 5 0", []),
    (["SETBIT k 5 0"], "SETBIT k 5 1", ["0:k setbit"]),
    (["SET k v"], "BITOP OR d k", ["0:d set"]),
    (["SET d v"], "BITOP OR d k", ["0:d del"]),
    ([], "BITOP OR d k", []),
    ([], "BITFIELD k SET u8 0 1 SET u8 8 2", ["0:k setbit"]),
    (["SETBIT k 7 1"], "BITFIELD k SET u8 0 1", []),
    ([], "BITFIELD k OVERFLOW FAIL INCRBY u2 0 9", []),
    (["SET a b"], "RENAME a c", ["0:a rename_from", "0:c rename_to"]),
    (["SET a b"], "RENAME a a", []),
    (["SET a b"], "RENAMENX a c", ["0:a rename_from", "0:c rename_to"]),
    (["SET a b"], "MOVE a 1", ["0:a move_from", "1:a move_to"]),
    (["SET a b"], "COPY a c", ["0:c copy_to"]),
    (["SET a b"], "COPY a c DB 2", ["2:c copy_to"]),
    (["SET a b", "SET b c"], "DEL a b c", ["0:a del", "0:b del"]),
    (["SET a b"], "UNLINK a", ["0:a del"]),
    (["SET a b"], "TOUCH a", []),
    (["SET a b"], "EXPIRE a 10", ["0:a expire"]),
    (["SET a b"], "EXPIRE a 10 XX", []),
    (["SET a b"], "PEXPIREAT a 5", ["0:a del"]),
    (["SET a b EX 5"], "PERSIST a", ["0:a persist"]),
    (["SET a b"], "PERSIST a", []),
    (["RPUSH l 1"], "SORT l STORE d", ["0:d sortstore"]),
    (["SET d x"], "SORT l STORE d", ["0:d del"]),
    (["RPUSH l 1"], "SORT l", []),
]


@pytest.mark.parametrize(("before", "request_", "told"), EVENTS)
def test_what_is_told(clients: Clients, client: ScriptedClient, before: list[str], request_: str,
told: list[str]) -> None:
    for request in before:
        assert not isinstance(client(request), Error), request
    heard = listen(clients)
    client(request_)
    assert heard == told


def listen(clients: Clients) -> list[str]:
    heard: list[str] = []

    def observe(db: Db, key: bytes, event: bytes) -> None:
        heard.append(f"{db.index}:{key.decode()} {event.decode()}")

    clients.state.databases.observe(observe)
    return heard


# Each row: requests that prepare, the request, and what the append-only file holds in its place.
LOGGED: list[tuple[list[str], str, str]] = [
    ([], "SET k v EX 10", "SET k v PXAT 1700000010000"),
    ([], "SET k v NX GET PX 10", "SET k v PXAT 1700000000010"),
    ([], "SETEX k 10 v", "SET k v PXAT 1700000010000"),
    ([], "PSETEX k 10 v", "SET k v PXAT 1700000000010"),
    (["SET k v"], "GETEX k EX 10", "PEXPIREAT k 1700000010000"),
    (["SET k v EX 10"], "GETEX k PERSIST", "PERSIST k"),
    (["SET k v"], "GETEX k PXAT 5", "DEL k"),
    (["SET k v"], "EXPIRE k 10", "PEXPIREAT k 1700000010000"),
    (["SET k v"], "PEXPIRE k 10 NX", "PEXPIREAT k 1700000000010"),
    (["SET k v"], "EXPIREAT k 1800000000", "PEXPIREAT k 1800000000000"),
    (["SET k v"], "EXPIRE k -10", "DEL k"),
    (["SET k 0.1"], "INCRBYFLOAT k 0.2", "SET k 0.3 KEEPTTL"),
]


@pytest.mark.parametrize(("before", "request_", "logged"), LOGGED)
def test_what_is_logged_means_the_same_later(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, logged: str
) -> None:
    listen(clients)
    for request in before:
        client(request)
    client(request_)
    assert client.client.propagated == [logged.encode().split()]


@pytest.mark.parametrize("request_", [
    "GET k", "APPEND k x", "STRLEN k", "GETRANGE k 0 1", "SETRANGE k 0 x", "GETSET k x", "GETDEL k", "GETEX k",
    "INCR k",
    "INCRBYFLOAT k 1", "SETBIT k 0 1", "GETBIT k 0", "BITCOUNT k", "BITPOS k 1", "BITOP AND d k", "BITFIELD k GET u8 0",
    "BITFIELD k SET u8 0 1", "BITFIELD_RO k GET u8 0", "SET k v GET",
])  # fmt: skip
def test_other_types_are_refused(client: ScriptedClient, request_: str) -> None:
    client("RPUSH k x")
    assert client(request_) == WRONG_TYPE
    assert client("LRANGE k 0 -1") == [b"x"]


class TestRawStrings:
    """A string that was changed in place is a string like any other, for every command."""

    def test_it_stands_there_in_another_form(self, clients: Clients, client: ScriptedClient) -> None:
        client("SET k 1")
        client("APPEND k 2")
        assert isinstance(clients.state.databases[0].values[b"k"], RawString)
        client("INCR k")
        assert clients.state.databases[0].values[b"k"] == b"13"
        assert type(clients.state.databases[0].values[b"k"]) is bytes

    def test_a_reply_does_not_change_with_it(self, client: ScriptedClient) -> None:
        client("APPEND k a")
        requests = ["APPEND k b", "GET k", "APPEND k c", "MGET k", "GETRANGE k 0 9", "GETEX k", "SORT l BY x GET *k"]
        client("RPUSH l", "")
        replies = client.batch(*(request.encode().split() for request in requests))
        client("APPEND k d")
        assert replies[:6] == [2, b"ab", 3, [b"abc"], b"abc", b"abc"]

    def test_a_long_one_is_not_copied_for_each_byte(self, client: ScriptedClient) -> None:
        client("SETRANGE k 1000000 x")
        value = client.client.db.values[b"k"]
        client("APPEND k y")
        client("SETBIT k 5 1")
        assert client.client.db.values[b"k"] is value

    def test_a_copy_goes_its_own_way(self, client: ScriptedClient) -> None:
        client("SET k a")
        client("APPEND k b")
        client("COPY k l")
        client("APPEND l c")
        assert client("MGET k l") == [b"ab", b"abc"]

    def test_a_missing_time_is_not_invented(self, client: ScriptedClient) -> None:
        client("SET k v EX 10")
        client("APPEND k w")
        assert client("PTTL k") == 10_000
        client("SETBIT k 1 1")
        assert client("PTTL k") == 10_000


class TestSwappedDatabases:
    def test_clients_stay_and_times_go_along(self, clients: Clients, client: ScriptedClient) -> None:
        other = clients.new()
        other("SELECT 1")
        client("SET k v PX 100")
        assert client("SWAPDB 0 1") == OK
        assert client("EXISTS k") == 0
        assert other("PTTL k") == 100
        clients.now += 100
        clients.state.expire_cycle()
        assert clients.state.databases[1].values == {}

    @pytest.mark.parametrize(("watched", "changed"), [("a", True), ("b", True), ("c", False)])
    def test_a_watched_key_that_is_in_one_of_them_has_changed(
        self, clients: Clients, client: ScriptedClient, watched: str, changed: bool
    ) -> None:
        client("SET a 1")
        client("SELECT 1")
        client("SET b 1")
        client("SELECT 0")
        client(f"WATCH {watched}")
        clients.new()("SWAPDB 1 0")
        assert client.client.watched_keys_changed() is changed

    def test_who_waits_for_a_list_that_comes_this_way_gets_it(self, clients: Clients, client: ScriptedClient) -> None:
        waiting = clients.new()
        waiting("BLPOP l 0")
        client("SELECT 1")
        client("RPUSH l x")
        assert waiting.heard == []
        client("SWAPDB 0 1")
        assert waiting.heard == [[b"l", b"x"]]


@pytest.mark.parametrize("request_", ["RENAME m l", "RENAMENX m l", "COPY m l", "SORT m BY nosort STORE l"])
def test_who_waits_for_a_list_gets_it_however_it_comes(clients: Clients, client: ScriptedClient, request_: str) -> None:
    waiting = clients.new()
    waiting("BLPOP l 0")
    client("RPUSH m x")
    client(request_)
    assert waiting.heard == [[b"l", b"x"]]


def test_who_waits_in_another_database_gets_what_is_moved_there(clients: Clients, client: ScriptedClient) -> None:
    waiting = clients.new()
    waiting("SELECT 1")
    waiting("BLPOP l 0")
    client("RPUSH l x")
    client("MOVE l 1")
    assert waiting.heard == [[b"l", b"x"]]


class TestScan:
    def test_what_is_there_throughout_is_returned_while_much_comes_and_goes(
        self, clients: Clients, client: ScriptedClient
    ) -> None:
        for number in range(200):
            client(f"SET stays:{number} v")
            client(f"SET goes:{number} v PX 50")
        found: set[bytes] = set()
        cursor, pages = b"0", 0
        while cursor != b"0" or not pages:
            cursor, names = client("SCAN", cursor, "COUNT", "7")
            found.update(names)
            clients.now += 1
            client(f"SET comes:{pages} v")
            client(f"DEL goes:{pages}")
            pages += 1
        assert found >= {b"stays:%d" % number for number in range(200)}
        assert pages < 80

    def test_a_key_that_has_ended_is_not_returned(self, clients: Clients, client: ScriptedClient) -> None:
        client("SET k v PX 10")
        clients.now += 10
        assert client("SCAN 0") == [b"0", []]


def test_any_key_may_be_the_random_one(clients: Clients, client: ScriptedClient) -> None:
    client("MSET a 1 b 1 c 1")
    client("SET d 1 PX 10")
    clients.now += 10
    assert {client("RANDOMKEY") for _ in range(200)} == {b"a", b"b", b"c"}


def test_the_clock_of_these_tests_is_the_one_of_the_log() -> None:
    assert NOON == 1_700_000_000_000
