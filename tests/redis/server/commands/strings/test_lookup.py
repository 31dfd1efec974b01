"""Strings in both of their forms, and what is no string, for every command that looks one up."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Error, Simple
from framewire.redis.server.values.strings import RawString
from tests.redis.server.scripted import Clients, ScriptedClient

OK = Simple(b"OK")
WRONG_TYPE = Error(b"WRONGTYPE Operation against a key holding the wrong kind of value")


def test_other_types_are_refused_by_string_commands(clients: Clients, client: ScriptedClient) -> None:
    clients.state.databases[0].set(b"k", [b"a list"])
    for request in ("GET k", "INCR k", "SET k v GET"):
        assert client(request) == WRONG_TYPE
    assert client("SET k v") == OK


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
