"""Commands that move elements between lists: replies, and what is logged."""

from __future__ import annotations

from typing import Any

import pytest

from tests.redis.server.commands.lists.contents import check_list, check_same_when_logged
from tests.redis.server.scripted import Clients, ScriptedClient

# Each row: a request that prepares, the request, its reply, the list `l` after it.
LISTS: list[tuple[str, str, Any, str]] = [
    ("RPUSH m a b", "LMOVE m l RIGHT LEFT", b"b", "b"),
    ("RPUSH l a b", "RPOPLPUSH l l", b"b", "b a"),
    ("RPUSH l a b", "BLMOVE l l LEFT RIGHT 0", b"a", "b a"),
    ("RPUSH m a b", "BRPOPLPUSH m l 0", b"b", "b"),
]


@pytest.mark.parametrize(("before", "request_", "reply", "after"), LISTS)
def test_replies_and_what_is_left(client: ScriptedClient, before: str, request_: str, reply: Any, after: str) -> None:
    check_list(client, before, request_, reply, after)


# What does the same again, whatever the other keys hold and however long one would wait.
LOGGED = [
    ("BLMOVE l m LEFT RIGHT 0", [b"LMOVE", b"l", b"m", b"LEFT", b"RIGHT"]),
    ("BRPOPLPUSH l m 0", [b"RPOPLPUSH", b"l", b"m"]),
]


@pytest.mark.parametrize(("request_", "logged"), LOGGED)
def test_what_is_logged_does_the_same(client: ScriptedClient, request_: str, logged: list[bytes]) -> None:
    check_same_when_logged(client, Clients().new(), request_, logged)


def test_a_target_of_another_type_leaves_the_source_as_it_was(client: ScriptedClient) -> None:
    client("RPUSH l a b")
    client("SET s v")
    for request in ("LMOVE l s LEFT LEFT", "RPOPLPUSH l s", "BLMOVE l s LEFT LEFT 0"):
        assert client(request).code == "WRONGTYPE"
    assert client("LRANGE l 0 -1") == [b"a", b"b"]
