"""What sentinels say, in redis-py's form: the same under both protocols, and beside redis-py's own."""

from __future__ import annotations

from typing import Any

import pytest
from redis._parsers.helpers import parse_sentinel_master

from framewire.frames.resp import Simple
from framewire.redis.compat.callbacks import Callbacks
from framewire.redis.compat.sentinel_shapes import CALLBACKS, state

FIELDS = [
    b"name", b"12", b"ip", b"127.0.0.1", b"port", b"6379", b"runid", b"123", b"flags", b"master,s_down",
    b"link-refcount", b"1", b"last-ping-sent", b"0", b"down-after-milliseconds", b"1000", b"role-reported", b"master",
    b"num-slaves", b"2", b"num-other-sentinels", b"-1", b"quorum", b"2",
]  # fmt: skip
AS_MAP = dict(zip(FIELDS[::2], FIELDS[1::2], strict=True))


@pytest.mark.parametrize("reply", [FIELDS, AS_MAP], ids=["RESP2", "RESP3"])
def test_a_state(reply: Any) -> None:
    assert state(reply) == parse_sentinel_master(FIELDS)
    assert (state(reply)["name"], state(reply)["port"], state(reply)["is_sdown"]) == ("12", 6379, True)


ADDRESS = "SENTINEL GET-MASTER-ADDR-BY-NAME"


@pytest.mark.parametrize(("command", "reply", "result"), [
    ("SENTINEL MASTERS", [FIELDS], {"12": state(FIELDS)}),
    ("SENTINEL MASTERS", [AS_MAP], {"12": state(FIELDS)}),
    ("SENTINEL SLAVES", [FIELDS], [state(FIELDS)]),
    ("SENTINEL SENTINELS", [], []),
    (ADDRESS, [b"127.0.0.1", b"6379"], (b"127.0.0.1", 6379)),
    (ADDRESS, None, None),
    ("SENTINEL SET", Simple(b"OK"), True),
    ("SENTINEL CKQUORUM", Simple(b"OK 3 usable Sentinels"), True),
    ("SENTINEL RESET", 0, False),
    ("SENTINEL RESET", 2, True),
])  # fmt: skip
def test_results(command: str, reply: Any, result: Any) -> None:
    assert CALLBACKS[command](reply) == result
    assert Callbacks()[command.lower()](reply) == result
