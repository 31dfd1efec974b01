"""The libraries of scripts, and what Lua's own functions say: as redis-server answers, row by row."""

from __future__ import annotations

import re
from typing import Any

import pytest

from framewire.frames.resp import Error
from tests.redis.server.scripted import Clients
from tests.redis.server.scripting.answers import ANSWERS, Failed

pytest.importorskip("lupa.lua51")

ROWS = [(library, *row) for library, rows in ANSWERS.items() for row in rows]


def shown(reply: Any) -> Any:
    """The reply as the table has it."""
    if isinstance(reply, Error):
        return Failed(re.sub(r" script: [0-9a-f]{40}, on (.*)$", r" @ \1", reply.data.decode("latin-1")))
    return list(map(shown, reply)) if isinstance(reply, list) else reply


@pytest.mark.parametrize(("library", "script", "answer"), ROWS, ids=[f"{row[0]}: {row[1]}"[:80] for row in ROWS])
def test_the_answer_is_that_of_redis(library: str, script: str, answer: Any) -> None:
    assert shown(Clients().new()("EVAL", script.encode("latin-1"), "0")) == answer


def test_a_format_beyond_what_is_remembered() -> None:
    packed, unpacked = "struct.pack(('b'):rep(1000), unpack(ARGV))", "struct.unpack(('b'):rep(1000), ARGV[1001])"
    script = f"return #{packed} + select('#', {unpacked})"
    client = Clients().new()
    reply = client("EVAL", script, "0", *["1"] * 1000, "x" * 1000)
    assert reply == 2001
