"""Functions: requests and results."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Simple
from framewire.redis.client.commands.functions import Functions
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

ROWS = [
    Row(lambda c: c.fcall("f", 1, "k", "a"), "FCALL f 1 k a", [b"a", 2]),
    Row(lambda c: c.fcall_ro("f", 0), "FCALL_RO f 0", Simple(b"OK"), b"OK"),
    Row(lambda c: c.function_load("#!lua"), "FUNCTION LOAD #!lua", b"mylib"),
    Row(lambda c: c.function_load("#!lua", True), "FUNCTION LOAD REPLACE #!lua", b"mylib"),
    Row(lambda c: c.function_delete("l"), "FUNCTION DELETE l", b"OK", True),
    Row(lambda c: c.function_flush(), "FUNCTION FLUSH SYNC", b"OK", True),
    Row(lambda c: c.function_flush("ASYNC"), "FUNCTION FLUSH ASYNC", b"OK", True),
    Row(
        lambda c: c.function_list(), "FUNCTION LIST LIBRARYNAME *",
        [{b"library_name": b"l", b"engine": b"LUA", b"functions": [
            {b"name": b"f", b"description": None, b"flags": {Simple(b"no-writes"), Simple(b"allow-oom")}}
        ]}],
        [{"library_name": b"l", "engine": b"LUA", "functions": [
            {"name": b"f", "description": None, "flags": ["allow-oom", "no-writes"]}
        ]}],
    ),
    Row(
        lambda c: c.function_list("l*", withcode=True), "FUNCTION LIST LIBRARYNAME l* WITHCODE",
        [{b"library_name": b"l", b"functions": [], b"library_code": b"#!"}],
        [{"library_name": b"l", "functions": [], "library_code": b"#!"}],
    ),
    Row(
        lambda c: c.function_stats(), "FUNCTION STATS",
        {b"running_script": None, b"engines": {b"LUA": {b"libraries_count": 1, b"functions_count": 2}}},
        {"running_script": None, "engines": {"LUA": {"libraries_count": 1, "functions_count": 2}}},
    ),
    Row(
        lambda c: c.function_stats(), "FUNCTION STATS",
        {b"running_script": {b"name": b"f", b"command": [b"FCALL", b"f"], b"duration_ms": 5}, b"engines": {}},
        {"running_script": {"name": b"f", "command": [b"FCALL", b"f"], "duration_ms": 5}, "engines": {}},
    ),
    Row(lambda c: c.function_dump(), "FUNCTION DUMP", b"\xf5\xc3", raw=True),
    Row(lambda c: c.function_restore(b"d"), "FUNCTION RESTORE d APPEND", b"OK", True),
    Row(lambda c: c.function_restore(b"d", "FLUSH"), "FUNCTION RESTORE d FLUSH", b"OK", True),
    Row(lambda c: c.function_kill(), "FUNCTION KILL", b"OK", True),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.fcall("f", 1),
    lambda c: c.fcall_ro("f", -1),
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
    assert called_in(row.call for row in ROWS) >= methods_of(Functions)
