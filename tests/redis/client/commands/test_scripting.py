"""Scripts: requests and results."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Simple
from framewire.redis.client.commands.scripting import Scripting
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

ROWS = [
    Row(lambda c: c.eval("return 1", 0), ("EVAL", "return 1", 0), 1),
    Row(lambda c: c.eval("s", 1, "k", 2, 1.5), "EVAL s 1 k 2 1.5", Simple(b"OK"), b"OK"),
    Row(lambda c: c.eval_ro("s", 0, "a"), "EVAL_RO s 0 a", [1, [b"x", Simple(b"y")], None], [1, [b"x", b"y"], None]),
    Row(lambda c: c.evalsha("abc", 2, "k", "l"), "EVALSHA abc 2 k l", b"v"),
    Row(lambda c: c.evalsha_ro("abc", 0), "EVALSHA_RO abc 0", None),
    Row(lambda c: c.script_load("s"), "SCRIPT LOAD s", b"e0e1f9", "e0e1f9"),
    Row(lambda c: c.script_exists("a", "b"), "SCRIPT EXISTS a b", [1, 0], [True, False]),
    Row(lambda c: c.script_flush(), "SCRIPT FLUSH", b"OK", True),
    Row(lambda c: c.script_flush("ASYNC"), "SCRIPT FLUSH ASYNC", b"OK", True),
    Row(lambda c: c.script_kill(), "SCRIPT KILL", b"OK", True),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.eval("s", 1),
    lambda c: c.eval_ro("s", 2, "k"),
    lambda c: c.evalsha("s", -1, "k"),
    lambda c: c.evalsha_ro("s", 1),
    lambda c: c.script_exists(),
]


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_requests_and_results(row: Row, protocol: int) -> None:
    check(row, protocol)


@pytest.mark.parametrize("call", WRONG)
def test_arguments_that_contradict_one_another(call: Call) -> None:
    with pytest.raises(DataError):
        call(Recorder())


def test_no_method_is_left_out() -> None:
    assert called_in(row.call for row in ROWS) >= methods_of(Scripting)
