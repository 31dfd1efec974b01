"""Commands that pop from the first list that has something: replies, and what is logged."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Null
from tests.redis.server.commands.lists.contents import check_list, check_same_when_logged
from tests.redis.server.scripted import Clients, ScriptedClient

NULL_ARRAY = Null(b"*")

# Each row: a request that prepares, the request, its reply, the list `l` after it.
LISTS: list[tuple[str, str, Any, str]] = [
    ("RPUSH l a b", "LMPOP 2 x l LEFT COUNT 5", [b"l", [b"a", b"b"]], ""),
    ("", "LMPOP 1 l LEFT", NULL_ARRAY, ""),
    ("RPUSH l a b", "BLPOP x l 0", [b"l", b"a"], "b"),
    ("RPUSH l a b", "BRPOP l 1.5", [b"l", b"b"], "a"),
    ("RPUSH l a b c", "BLMPOP 0 1 l RIGHT COUNT 2", [b"l", [b"c", b"b"]], "a"),
]


@pytest.mark.parametrize(("before", "request_", "reply", "after"), LISTS)
def test_replies_and_what_is_left(client: ScriptedClient, before: str, request_: str, reply: Any, after: str) -> None:
    check_list(client, before, request_, reply, after)


# What does the same again, whatever the other keys hold and however long one would wait.
LOGGED = [
    ("LMPOP 3 x l m LEFT COUNT 9", [b"LPOP", b"l", b"3"]),
    ("BLMPOP 0 2 x l RIGHT", [b"RPOP", b"l", b"1"]),
    ("BLPOP x l 0", [b"LPOP", b"l"]),
    ("BRPOP l 0", [b"RPOP", b"l"]),
]


@pytest.mark.parametrize(("request_", "logged"), LOGGED)
def test_what_is_logged_does_the_same(client: ScriptedClient, request_: str, logged: list[bytes]) -> None:
    check_same_when_logged(client, Clients().new(), request_, logged)
