"""The server: requests and results."""

from __future__ import annotations

from datetime import datetime

import pytest

from framewire.frames.resp import Simple
from framewire.redis.client.commands.servers.server import Administration
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

ROWS = [
    Row(lambda c: c.dbsize(), "DBSIZE", 3),
    Row(lambda c: c.flushdb(), "FLUSHDB", b"OK", True),
    Row(lambda c: c.flushdb(asynchronous=True), "FLUSHDB ASYNC", b"OK", True),
    Row(lambda c: c.flushall(), "FLUSHALL", b"OK", True),
    Row(lambda c: c.flushall(True), "FLUSHALL ASYNC", b"OK", True),
    Row(lambda c: c.swapdb(0, 1), "SWAPDB 0 1", b"OK", True),
    Row(lambda c: c.time(), "TIME", [b"1700000000", b"12"], (1700000000, 12)),
    Row(lambda c: c.save(), "SAVE", b"OK", True, seconds=None),
    Row(lambda c: c.bgsave(), "BGSAVE SCHEDULE", Simple(b"Background saving started"), True),
    Row(lambda c: c.bgsave(schedule=False), "BGSAVE", Simple(b"Background saving started"), True),
    Row(lambda c: c.bgrewriteaof(), "BGREWRITEAOF", Simple(b"Background append only file rewriting started"), True),
    Row(lambda c: c.lastsave(), "LASTSAVE", 1700000000, datetime.fromtimestamp(1700000000)),
    Row(lambda c: c.shutdown(), "SHUTDOWN", b"OK", True),
    Row(lambda c: c.shutdown(save=True, now=True, force=True), "SHUTDOWN SAVE NOW FORCE", b"OK", True),
    Row(lambda c: c.shutdown(nosave=True), "SHUTDOWN NOSAVE", b"OK", True),
    Row(lambda c: c.shutdown(abort=True), "SHUTDOWN ABORT", b"OK", True),
    Row(lambda c: c.config_get(), "CONFIG GET *", {b"maxmemory": b"0", b"save": b""}, {"maxmemory": "0", "save": ""}),
    Row(lambda c: c.config_get("a*", "b"), "CONFIG GET a* b", {}, {}),
    Row(lambda c: c.config_set("hz", 10), "CONFIG SET hz 10", b"OK", True),
    Row(lambda c: c.config_set("hz", 10, "maxmemory", "1mb"), "CONFIG SET hz 10 maxmemory 1mb", b"OK", True),
    Row(lambda c: c.config_resetstat(), "CONFIG RESETSTAT", b"OK", True),
    Row(lambda c: c.config_rewrite(), "CONFIG REWRITE", b"OK", True),
    Row(
        lambda c: c.module_list(), "MODULE LIST", [{b"name": b"search", b"ver": 2, b"path": b"/m.so", b"args": [b"a"]}],
        [{"name": "search", "ver": 2, "path": "/m.so", "args": ["a"]}],
    ),
    Row(lambda c: c.module_load("/m.so", "a", 1), "MODULE LOAD /m.so a 1", b"OK", True),
    Row(lambda c: c.module_loadex("/m.so"), "MODULE LOADEX /m.so", b"OK", True),
    Row(
        lambda c: c.module_loadex("/m.so", ["p", "1", "q", "2"], ["a"]),
        "MODULE LOADEX /m.so CONFIG p 1 CONFIG q 2 ARGS a", b"OK", True,
    ),
    Row(lambda c: c.module_loadex("/m.so", {"p": 1}), "MODULE LOADEX /m.so CONFIG p 1", b"OK", True),
    Row(lambda c: c.module_unload("search"), "MODULE UNLOAD search", b"OK", True),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.shutdown(save=True, nosave=True),
    lambda c: c.shutdown(now=True, abort=True),
    lambda c: c.config_set("hz", 10, "maxmemory"),
    lambda c: c.module_loadex("/m.so", ["p"]),
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
    assert called_in(row.call for row in ROWS) >= methods_of(Administration)
