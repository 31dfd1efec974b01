"""What comparing replies with a real Redis does not show of lists: what is logged, large ones; and a few replies."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Error, Null, Simple
from framewire.redis.server.values.lists import ListValue
from tests.redis.server.scripted import Clients, ScriptedClient

OK = Simple(b"OK")
NULL_ARRAY = Null(b"*")


@pytest.fixture
def client() -> ScriptedClient:
    return Clients().new()


# Each row: requests that prepare, the request, its reply, the list `l` after it.
REPLIES: list[tuple[str, str, Any, str]] = [
    ("", "LPUSH l a b", 2, "b a"),
    ("RPUSH l a", "RPUSH l b c", 3, "a b c"),
    ("", "LPUSHX l a", 0, ""),
    ("RPUSH l a", "RPUSHX l b", 2, "a b"),
    ("RPUSH l a b c", "LPOP l", b"a", "b c"),
    ("RPUSH l a b c", "RPOP l 2", [b"c", b"b"], "a"),
    ("RPUSH l a b c", "LPOP l 0", [], "a b c"),
    ("", "LPOP l", None, ""),
    ("", "RPOP l 1", NULL_ARRAY, ""),
    ("", "LPOP l 1 2", Error(b"ERR wrong number of arguments for 'lpop' command"), ""),
    ("RPUSH l a b c", "LLEN l", 3, "a b c"),
    ("RPUSH l a b c", "LINDEX l -1", b"c", "a b c"),
    ("RPUSH l a b c", "LINDEX l 3", None, "a b c"),
    ("RPUSH l a b c", "LRANGE l -2 9", [b"b", b"c"], "a b c"),
    ("RPUSH l a b c", "LSET l -1 x", OK, "a b x"),
    ("RPUSH l a b c", "LSET l 3 x", Error(b"ERR index out of range"), "a b c"),
    ("RPUSH l a b c", "LINSERT l AFTER a x", 4, "a x b c"),
    ("RPUSH l a b c", "LINSERT l BEFORE x y", -1, "a b c"),
    ("RPUSH l a b a", "LREM l -1 a", 1, "a b"),
    ("RPUSH l a a", "LREM l 0 a", 2, ""),
    ("RPUSH l a b c", "LTRIM l 1 1", OK, "b"),
    ("RPUSH l a b c", "LTRIM l 2 1", OK, ""),
    ("RPUSH l a b a", "LPOS l a RANK -1", 2, "a b a"),
    ("RPUSH l a b a", "LPOS l a COUNT 0", [0, 2], "a b a"),
    ("RPUSH m a b", "LMOVE m l RIGHT LEFT", b"b", "b"),
    ("RPUSH l a b", "RPOPLPUSH l l", b"b", "b a"),
    ("RPUSH l a b", "LMPOP 2 x l LEFT COUNT 5", [b"l", [b"a", b"b"]], ""),
    ("", "LMPOP 1 l LEFT", NULL_ARRAY, ""),
    ("RPUSH l a b", "BLPOP x l 0", [b"l", b"a"], "b"),
    ("RPUSH l a b", "BRPOP l 1.5", [b"l", b"b"], "a"),
    ("RPUSH l a b", "BLMOVE l l LEFT RIGHT 0", b"a", "b a"),
    ("RPUSH m a b", "BRPOPLPUSH m l 0", b"b", "b"),
    ("RPUSH l a b c", "BLMPOP 0 1 l RIGHT COUNT 2", [b"l", [b"c", b"b"]], "a"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "request_", "reply", "after"), REPLIES)
def test_replies(client: ScriptedClient, before: str, request_: str, reply: Any, after: str) -> None:
    if before:
        assert not isinstance(client(before), Error)
    assert client(request_) == reply
    assert client("LRANGE l 0 -1") == after.encode().split()
    assert client("EXISTS l") == (1 if after else 0)


# What does the same again, whatever the other keys hold and however long one would wait.
LOGGED = [
    ("LMPOP 3 x l m LEFT COUNT 9", [b"LPOP", b"l", b"3"]), ("BLMPOP 0 2 x l RIGHT", [b"RPOP", b"l", b"1"]),
    ("BLPOP x l 0", [b"LPOP", b"l"]), ("BRPOP l 0", [b"RPOP", b"l"]),
    ("BLMOVE l m LEFT RIGHT 0", [b"LMOVE", b"l", b"m", b"LEFT", b"RIGHT"]),
    ("BRPOPLPUSH l m 0", [b"RPOPLPUSH", b"l", b"m"]),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "logged"), LOGGED)
def test_what_is_logged_does_the_same(client: ScriptedClient, request_: str, logged: list[bytes]) -> None:
    other = Clients().new()
    for each in (client, other):
        each("RPUSH l a b c")
    client(request_)
    assert client.client.propagated == [logged]
    other.batch(logged)
    assert contents(client) == contents(other)


def contents(client: ScriptedClient) -> dict[bytes, list[bytes]]:
    return {key: list(value) for key, value in client.client.db.values.items() if isinstance(value, ListValue)}


def test_the_time_of_a_key_stays_with_the_list_and_goes_with_it(client: ScriptedClient) -> None:
    client("RPUSH l a b")
    client("PEXPIRE l 500")
    for request in ("LPUSH l x", "LTRIM l 0 1", "LREM l 0 x", "LSET l 0 y", "RPOPLPUSH l l"):
        client(request)
        assert client("PTTL l") == 500
    client("LPOP l 9")
    client("RPUSH l a")
    assert client("PTTL l") == -1


def test_a_target_of_another_type_leaves_the_source_as_it_was(client: ScriptedClient) -> None:
    client("RPUSH l a b")
    client("SET s v")
    for request in ("LMOVE l s LEFT LEFT", "RPOPLPUSH l s", "BLMOVE l s LEFT LEFT 0"):
        assert client(request).code == "WRONGTYPE"
    assert client("LRANGE l 0 -1") == [b"a", b"b"]


def test_a_list_is_used_as_a_queue_for_long(client: ScriptedClient) -> None:
    for number in range(3_000):
        client.batch([b"LPUSH", b"q", b"%d" % number], [b"LPUSH", b"q", b"x"], [b"RPOP", b"q"])
    assert client("LLEN q") == 3_000
    held = client.client.db.values[b"q"]
    assert isinstance(held, ListValue)
    assert len(held._items) < 6_000
