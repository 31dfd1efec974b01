"""Blocking commands: real connections to our server and to a real one, and both do the same.

What belongs here: scenes about lists, random ones, and what is about waiting itself.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framewire.redis import ThreadServer
from tests.against.dialogue import Client
from tests.against.differences_random import is_asked
from tests.against.notation import arguments
from tests.against.scenes import PATIENCE, Record, Scene, Stage, play_alike
from tests.peers import RedisServer
from tests.serving import command, read_exactly

pytestmark = pytest.mark.peer

SCENES: dict[str, Scene] = {
    "order of service": [
        ("a", "BLPOP l 0"), ("b", "BRPOP l 0"), ("c", "BLPOP x l 0"), ("p", "RPUSH l 1 2 3 4"), ("p", "LRANGE l 0 -1"),
    ],
    "one at a time": [
        ("a", "BLPOP l 0"), ("b", "BLPOP l 0"), ("p", "RPUSH l 1"), ("a", "BLPOP l 0"), ("p", "RPUSH l 2"),
        ("p", "RPUSH l 3"), ("p", "LLEN l"),
    ],
    "several keys": [
        ("a", "BLPOP x y z 0"), ("p", "RPUSH z 1"), ("a", "BLPOP x y z 0"),
        ("p", "MULTI", "RPUSH y 1", "RPUSH x 1", "EXEC"), ("p", "EXISTS x y"), ("a", "BRPOP x x 0"),
        ("b", "BLPOP x 0"), ("p", "RPUSH x 5"), ("p", "RPUSH x 6"),
    ],
    "several keys in a transaction": [
        ("a", "BLPOP x y 0"), ("b", "BLPOP y x 0"), ("c", "BLPOP x y 0"),
        ("p", "MULTI", "RPUSH y 1", "RPUSH x 2", "RPUSH y 3", "EXEC"), ("p", "EXISTS x y"),
    ],
    "a transaction that takes back": [
        ("a", "BLPOP x 0"), ("p", "MULTI", "RPUSH x 1", "DEL x", "EXEC"),
        ("p", "MULTI", "RPUSH x 1", "SET x v", "EXEC"), ("p", "MULTI", "DEL x", "RPUSH x 1 2", "LPOP x", "EXEC"),
        ("p", "EXISTS x"),
    ],
    "a transaction in which it expires": [
        ("a", "BLPOP x 0"), ("p", "MULTI", "RPUSH x 1", "PEXPIRE x 1", "DEBUG SLEEP 0.05", "EXEC"), ("p", "EXISTS x"),
        ("a", "BLMOVE x y LEFT LEFT 0"), ("p", "RPUSH x 2"),
    ],
    "transactions themselves do not wait": [
        ("a", "MULTI", "BLPOP x 0", "BLMOVE x y LEFT LEFT 0", "BLMPOP 0 1 x LEFT", "BRPOPLPUSH x y 0", "EXEC"),
        ("a", "MULTI", "RPUSH x 1", "BLMOVE x y LEFT LEFT 0", "EXEC"), ("a", "BLPOP y 0"),
    ],
    "blocked in a transaction of another": [
        ("a", "BLPOP y 0"), ("p", "RPUSH x 1"), ("p", "MULTI", "BLMOVE x y LEFT LEFT 0", "LLEN y", "EXEC"),
        ("p", "LLEN y"),
    ],
    "wrong types": [
        ("a", "BLPOP l 0"), ("p", "SET l v"), ("p", "DEL l"), ("p", "SET l v"), ("p", "RPUSH m 1"),
        ("p", "RENAME m l"), ("a", "BLPOP l 0"), ("b", "BLMOVE l s LEFT LEFT 0"), ("c", "BRPOPLPUSH l s 0"),
        ("p", "SET s v"), ("p", "SET l v"), ("p", "DEL l"), ("p", "RPUSH l 1 2 3"), ("p", "LRANGE l 0 -1"),
    ],
    "chains": [
        ("a", "BLMOVE a b LEFT RIGHT 0"), ("b", "BLMOVE b c LEFT RIGHT 0"), ("c", "BLPOP c 0"), ("p", "RPUSH a 1"),
        ("p", "EXISTS a b c"), ("a", "BLPOP b 0"), ("b", "BLMOVE a b LEFT LEFT 0"), ("p", "RPUSH a 1 2"),
        ("p", "LRANGE a 0 -1"), ("p", "DEL a b"), ("a", "BLMOVE a b LEFT LEFT 0"), ("b", "BLMOVE b a LEFT LEFT 0"),
        ("c", "BLMOVE a a LEFT LEFT 0"), ("d", "BLPOP a 0"), ("p", "RPUSH a 1"), ("p", "LRANGE a 0 -1"),
        ("p", "LRANGE b 0 -1"),
    ],
    "rotation": [
        ("a", "BRPOPLPUSH l l 0"), ("b", "BLMOVE l l LEFT RIGHT 0"), ("c", "BLPOP l 0"), ("p", "RPUSH l 1 2 3"),
        ("p", "LRANGE l 0 -1"),
    ],
    "several items": [
        ("a", "BLMPOP 0 2 x y LEFT COUNT 2"), ("b", "BLMPOP 0 2 y x RIGHT COUNT 10"), ("c", "BLMPOP 0 1 y LEFT"),
        ("p", "RPUSH y 1 2 3 4 5"), ("p", "RPUSH y 6"),
    ],
    "every way a list appears": [
        ("a", "BLPOP l 0"), ("p", "LPUSH l 1"), ("a", "BLPOP l 0"), ("p", "RPUSHX l 1"),
        ("p", "RPUSH m 1 2 3 4 5 6 7 8 9"), ("p", "LMOVE m l LEFT LEFT"), ("a", "BLPOP l 0"), ("p", "RPOPLPUSH m l"),
        ("a", "BLPOP l 0"), ("p", "COPY m l"), ("p", "LRANGE l 0 -1"), ("p", "DEL l"), ("a", "BLPOP l 0"),
        ("p", "RENAME m l"), ("p", "RENAME l m"), ("a", "BLPOP l 0"), ("p", "RENAMENX m l"), ("p", "RENAME l m"),
        ("a", "BLPOP l 0"), ("p", "SELECT 1"), ("p", "RPUSH l x y"), ("p", "MOVE l 0"), ("p", "RPUSH l z"),
        ("a", "DEL l"), ("a", "BLPOP l 0"), ("p", "SWAPDB 0 1"), ("b", "BLPOP n 0"), ("p", "RPUSH n b"),
        ("p", "COPY n n DB 0"), ("p", "LRANGE n 0 -1"), ("p", "SWAPDB 0 1"), ("p", "FLUSHALL"),
    ],
    "a list that SORT makes": [
        ("a", "BLPOP l 0"), ("b", "BLMOVE l m LEFT LEFT 0"), ("p", "RPUSH s 3 1 2"), ("p", "SORT s STORE l"),
        ("p", "LRANGE l 0 -1"), ("a", "BLPOP s2 0"), ("p", "SORT nothing STORE s2"), ("p", "EXISTS s2"),
    ],
    "sorted sets among lists": [
        ("a", "BZPOPMIN k 0"), ("b", "BLPOP k 0"), ("c", "BZPOPMAX k 0"), ("p", "ZADD k 1 a 2 b 3 c"),
        ("p", "ZRANGE k 0 -1"),
        ("p", "DEL k"), ("p", "RPUSH k x"), ("a", "BZMPOP 0 1 k MIN COUNT 2"), ("p", "ZADD z 1 a 2 b 3 c"),
        ("p", "ZUNIONSTORE k 1 z"), ("a", "BZPOPMIN k x 0"), ("p", "DEL k"), ("p", "ZRANGESTORE k z 0 0"),
        ("a", "BZPOPMIN k x 0"), ("p", "ZINCRBY x 5 m"), ("a", "BZPOPMIN k 0"), ("p", "COPY z k"),
        ("a", "BLPOP k 0"), ("p", "DEL k"), ("p", "RENAME z k"), ("p", "DEL k"), ("p", "LPUSH k 1"),
    ],
    "other databases": [
        ("a", "SELECT 1", "BLPOP l 0"), ("b", "BLPOP l 0"), ("p", "RPUSH l 0"), ("p", "SELECT 1", "RPUSH l 1"),
    ],
    "flushed": [
        ("a", "BLPOP l 0"), ("p", "FLUSHALL"), ("p", "FLUSHDB"), ("p", "RPUSH l 1"), ("a", "BLPOP l 0"),
        ("p", "MULTI", "RPUSH l 1", "FLUSHALL", "EXEC"), ("p", "RPUSH l 2"),
    ],
    "what comes behind": [
        ("a", "PING", "BLPOP l 0", "PING", "BLPOP l 0", "LLEN l", "BLPOP l 0", "PING"), ("a", "ECHO late"),
        ("p", "RPUSH l 1"), ("p", "RPUSH l 2 3 4"), ("p", "LRANGE l 0 -1"), ("a", "GET missing"),
    ],
    "one that serves itself through another": [
        ("a", "BLPOP l 0", "RPUSH m x"), ("b", "BLPOP m 0", "RPUSH l y"), ("c", "BLPOP l 0", "RPUSH n z"),
        ("d", "BLPOP n 0"), ("p", "RPUSH l 1"),
    ],
    "those who go get nothing": [
        ("a", "BLPOP l 0"), ("b", "BLPOP l 0"), ("a",), ("p", "RPUSH l 1 2"), ("p", "LRANGE l 0 -1"),
        ("c", "BLMOVE x l LEFT LEFT 0", "PING"), ("c",), ("p", "RPUSH x 1"), ("p", "LRANGE x 0 -1"),
    ],
    "watched": [
        ("w", "WATCH l"), ("a", "BLPOP l 0"), ("w", "MULTI", "PING", "EXEC"), ("w", "WATCH l"), ("p", "RPUSH l 1"),
        ("w", "MULTI", "PING", "EXEC"), ("a", "BLPOP x 0"), ("w", "WATCH y"), ("p", "RPUSH x 1"),
        ("w", "MULTI", "PING", "EXEC"), ("a", "BLMOVE x y LEFT LEFT 0"), ("w", "WATCH y"), ("p", "RPUSH x 1"),
        ("w", "MULTI", "PING", "EXEC"),
    ],
    "subscribed too": [
        ("a", "SUBSCRIBE c", "BLPOP l 0", "PING"), ("p", "PUBLISH c m"), ("p", "RPUSH l 1"),
        ("p", "PUBLISH c n"),
    ],
    "empty replies and big ones": [
        ("a", ["BLPOP", "", "0"]), ("p", ["RPUSH", "", ""]), ("a", "BLPOP l 0"), ("p", ["RPUSH", "l", "x" * 100_000]),
        ("a", "BLMPOP 0 1 l LEFT COUNT 2000"), ("p", ["RPUSH", "l", *["y" * 50] * 2_000]),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", SCENES)
def test_scenes(stages: list[Stage], name: str) -> None:
    play_alike(stages, f"lists: {name}", SCENES[name])


KEYS = st.sampled_from(["k", "k", "l"])
ENDS = st.sampled_from(["LEFT", "RIGHT"])
WAITS = st.one_of(
    st.builds("BLPOP {} {} 0".format, KEYS, KEYS),
    st.builds("BLPOP {} 0".format, KEYS),
    st.builds("BRPOP {} 0".format, KEYS),
    st.builds("BLMOVE {} {} {} {} 0".format, KEYS, KEYS, ENDS, ENDS),
    st.builds("BRPOPLPUSH {} {} 0".format, KEYS, KEYS),
    st.builds("BLMPOP 0 2 {} {} {} COUNT 2".format, KEYS, KEYS, ENDS),
    st.builds("BZPOPMIN {} 0".format, KEYS),
)
DEEDS = st.one_of(
    st.builds("{} {} {}".format, st.sampled_from(["LPUSH", "RPUSH"]), KEYS, st.sampled_from(["1", "2 3", "4 5 6"])),
    st.builds("LMOVE {} {} {} {}".format, KEYS, KEYS, ENDS, ENDS),
    st.builds("{} {} {}".format, st.sampled_from(["RENAME", "COPY"]), KEYS, KEYS),
    st.builds("{} {}".format, st.sampled_from(["DEL", "LPOP"]), KEYS),
    st.builds("SET {} v".format, KEYS),
    st.builds("ZADD {} 1 x 2 y".format, KEYS),
)
STEPS = st.one_of(
    st.builds(lambda name, waits: (name, *waits), st.sampled_from("abc"), st.lists(WAITS, min_size=1, max_size=2)),
    st.builds(lambda deed: ("p", deed), DEEDS),
    st.builds(lambda deeds: ("p", "MULTI", *deeds, "EXEC"), st.lists(DEEDS | WAITS, min_size=1, max_size=3)),
    st.sampled_from("abc").map(lambda name: (name, "PING")),
)


@settings(max_examples=25, deadline=None)
@given(first=st.tuples(WAITS, WAITS, WAITS, WAITS), steps=st.lists(STEPS, min_size=2, max_size=12))
def test_random_scenes(peer: RedisServer, ours: ThreadServer, first: tuple[str, ...], steps: list[Any]) -> None:
    """Four clients wait to begin with, three of which come back later.

    On a loaded machine the kernel may deliver what two clients sent in another order: what differs must differ again.
    """
    scene = [step for step in [*zip("abcd", first, strict=True), *steps] if is_played(step, peer.name)]
    for _ in range(3):
        own, real = (_play(server, scene) for server in (ours, peer))
        if own == real:
            break
    assert own == real


def is_played(step: tuple[str, ...], server: str) -> bool:
    return all(is_asked("scenes", request, server) for request in step[1:])


def _play(server: ThreadServer | RedisServer, scene: Scene) -> list[Record]:
    stage = Stage(server, 3)
    try:
        return stage.play(scene)
    finally:
        stage.close()


TIMED = ["BLPOP l {}", "BRPOP l m {}", "BLMOVE l m LEFT LEFT {}", "BRPOPLPUSH l m {}", "BLMPOP {} 1 l LEFT"]


@pytest.mark.parametrize("timeout", [0.001, 0.05, 0.3])
def test_timeouts(stages: list[Stage], timeout: float) -> None:
    """All at once, each with another command behind it: the same replies, after the time and not long after."""
    records = []
    for stage in stages:
        clients = [socket.create_connection(stage.address, PATIENCE) for _ in TIMED]
        started = time.monotonic()
        for client, form in zip(clients, TIMED, strict=True):
            client.sendall(command(*arguments(form.format(timeout))) + command(b"ECHO", b"behind"))
        replies = [_read_until(client, b"behind\r\n") for client in clients]
        took = time.monotonic() - started
        assert timeout - 0.002 < took < timeout + 1
        records.append(replies)
        for client in clients:
            client.close()
    assert records[0] == records[1]


def _read_until(client: socket.socket, end: bytes) -> bytes:
    data = b""
    while not data.endswith(end):
        data += read_exactly(client, 1)
    return data


def test_a_key_that_ends_while_somebody_waits(stages: list[Stage]) -> None:
    """The destination ends as any key does; who waits for a key is not served from a list that has ended."""
    for stage in stages:
        stage.play([("p", "RPUSH m old"), ("p", "PEXPIRE m 30"), ("a", "BLMOVE l m LEFT LEFT 0")])
        while stage.control.ask("PTTL m") != [b":-2\r\n"]:
            pass
    own, real = (stage.play([("p", "RPUSH l new"), ("p", "LRANGE m 0 -1")]) for stage in stages)
    assert own == real


@pytest.mark.parametrize("many", [200])
def test_many_wait_for_one_key_and_are_served_in_order(stages: list[Stage], many: int) -> None:
    for stage in stages:
        guests = [stage.guest(f"{number}") for number in range(many)]
        for number, guest in enumerate(guests):
            guest.send([f"BLPOP l{number % 7} l 0"])
            stage.wait_until(number + 1)
        heard = stage.play([("p", ["RPUSH", "l", *map(str, range(many))])])[0].heard
        assert [heard[f"{number}"].split(b"\r\n")[-2] for number in range(many)] == [b"%d" % n for n in range(many)]
        assert stage.waiting() == 0


def test_producers_and_consumers(ours: ThreadServer) -> None:
    """Eight consumers and four producers at full speed: each item reaches one consumer."""
    stage, per_producer = Stage(ours, 2), 300
    taken: list[bytes] = []

    def produce(name: int) -> None:
        client = Client(*stage.address)
        for number in range(per_producer):
            client.ask(f"RPUSH jobs {name}:{number}")
        client.close()

    def consume() -> None:
        client = Client(*stage.address)
        while (item := client.ask("BLPOP jobs 0")[0].split(b"\r\n")[-2]) != b"end":
            taken.append(item)
        client.close()

    def run(*works: Callable[[], None]) -> list[threading.Thread]:
        threads = [threading.Thread(target=work, daemon=True) for work in works]
        for thread in threads:
            thread.start()
        return threads

    consumers = run(*[consume] * 8)
    for producer in run(*[lambda name=name: produce(name) for name in range(4)]):
        producer.join(30)
    stage.control.ask("RPUSH jobs " + " ".join(["end"] * 8))
    for consumer in consumers:
        consumer.join(30)
    stage.close()
    assert sorted(taken) == sorted(b"%d:%d" % (name, n) for name in range(4) for n in range(per_producer))
