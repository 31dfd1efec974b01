"""Commands on the ends of a list."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Error, Null
from framewire.redis.server.values.lists import ListValue
from tests.redis.server.commands.lists.contents import check_list
from tests.redis.server.scripted import ScriptedClient

NULL_ARRAY = Null(b"*")

# Each row: a request that prepares, the request, its reply, the list `l` after it.
LISTS: list[tuple[str, str, Any, str]] = [
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
]


@pytest.mark.parametrize(("before", "request_", "reply", "after"), LISTS)
def test_replies_and_what_is_left(client: ScriptedClient, before: str, request_: str, reply: Any, after: str) -> None:
    check_list(client, before, request_, reply, after)


def test_the_time_of_a_key_stays_with_the_list_and_goes_with_it(client: ScriptedClient) -> None:
    client("RPUSH l a b")
    client("PEXPIRE l 500")
    for request in ("LPUSH l x", "LTRIM l 0 1", "LREM l 0 x", "LSET l 0 y", "RPOPLPUSH l l"):
        client(request)
        assert client("PTTL l") == 500
    client("LPOP l 9")
    client("RPUSH l a")
    assert client("PTTL l") == -1


def test_a_list_is_used_as_a_queue_for_long(client: ScriptedClient) -> None:
    for number in range(3_000):
        client.batch([b"LPUSH", b"q", b"%d" % number], [b"LPUSH", b"q", b"x"], [b"RPOP", b"q"])
    assert client("LLEN q") == 3_000
    held = client.client.db.values[b"q"]
    assert isinstance(held, ListValue)
    assert len(held._items) < 6_000
