"""A pause: nothing expires, nobody is told that anything has."""

from __future__ import annotations

from framewire.frames.resp import Simple
from framewire.redis.server.keyspace.database import Db
from tests.redis.server.scripted import Clients

OK = Simple(b"OK")


def listening(clients: Clients) -> list[bytes]:
    told: list[bytes] = []

    def observe(db: Db, key: bytes, event: bytes) -> None:
        told.append(event + b" " + key)

    clients.state.databases.observe(observe)
    return told


def test_nothing_expires() -> None:
    clients = Clients()
    client = clients.new()
    client("MSET x 1 y 1")
    client("PEXPIRE x 10")
    client("CLIENT PAUSE 100000 WRITE")
    told = listening(clients)
    clients.now += 20
    clients.state.expire_cycle()
    assert client("GET x") is None
    assert client("KEYS *") == [b"y"]
    assert client("SCAN 0") == [b"0", [b"y"]]
    assert {client("RANDOMKEY") for _ in range(20)} == {b"y"}
    assert client("DBSIZE") == 2
    assert b"db0:keys=2,expires=1,avg_ttl=0" in client("INFO keyspace").data
    assert told == []
    client("CLIENT UNPAUSE")
    assert client("DBSIZE") == 1
    assert told == [b"expired x"]


def test_where_all_are_dead_there_is_no_random_key() -> None:
    clients = Clients()
    client = clients.new()
    client("SET x 1 PX 10")
    client("CLIENT PAUSE 100000 WRITE")
    clients.now += 20
    assert client("RANDOMKEY") is None
    assert client("DBSIZE") == 1


def test_its_end_by_itself_lets_keys_expire() -> None:
    clients = Clients()
    client = clients.new()
    client("SET x 1 PX 10")
    client("CLIENT PAUSE 50 WRITE")
    clients.now += 60
    assert client("DBSIZE") == 0


def test_a_transaction_that_begins_it_may_change_what_is_dead() -> None:
    clients = Clients()
    client = clients.new()
    client("DEBUG SET-ACTIVE-EXPIRE 0")
    for request in ("RPUSH l 1", "SET x 5", "ZADD z 1 a", "HSET h f v", "PEXPIRE l 10", "PEXPIRE x 10", "PEXPIRE z 10"):
        client(request)
    told = listening(clients)
    clients.now += 20
    for request in ("MULTI", "CLIENT PAUSE 100000 WRITE", "RPUSH l 2", "INCR x", "ZADD z 1 b", "DEL h", "DBSIZE"):
        client(request)
    assert client("EXEC") == [OK, 1, 1, 1, 1, 3]
    assert [event for event in told if event.startswith(b"expired")] == [b"expired l", b"expired x", b"expired z"]
    client("CLIENT UNPAUSE")
    clients.now += 20
    assert client("LRANGE l 0 -1") == [b"2"]
    assert client("MGET x") == [b"1"]
    assert client("ZRANGE z 0 -1") == [b"b"]


def test_debug_sleep_lets_who_waits_for_a_key_wait() -> None:
    clients = Clients()
    client, waiting = clients.new(), clients.new()
    waiting("BLPOP l 0")
    for request in ("MULTI", "RPUSH l 1", "PEXPIRE l 100", "DEBUG SLEEP 0.05", "DEBUG SLEEP 0.05", "EXEC"):
        client(request)
    assert waiting.heard == []
    clients.now += 50
    clients.state.expire_cycle()
    assert waiting.heard == [[b"l", b"1"]]
