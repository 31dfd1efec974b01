"""Commands on the elements of one list."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Error, Simple
from tests.redis.server.commands.lists.contents import check_list
from tests.redis.server.commands.rows import Row, check_reply
from tests.redis.server.scripted import ScriptedClient

OK = Simple(b"OK")

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    (["RPUSH l 3 1 2", "SORT l STORE d"], "LRANGE d 0 -1", [b"1", b"2", b"3"]),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)


# Each row: a request that prepares, the request, its reply, the list `l` after it.
LISTS: list[tuple[str, str, Any, str]] = [
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
]


@pytest.mark.parametrize(("before", "request_", "reply", "after"), LISTS)
def test_replies_and_what_is_left(client: ScriptedClient, before: str, request_: str, reply: Any, after: str) -> None:
    check_list(client, before, request_, reply, after)
