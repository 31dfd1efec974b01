"""Memory ends, or a command is wrong itself: what is logged is what is in memory, or everything is written anew."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from framewire._impl import encode_commands
from framewire.frames.resp import Error, Simple
from framewire.redis.server.clients.client import Client
from framewire.redis.server.keyspace.database import Db
from framewire.redis.server.persistence import log, recorder, rewrite, snapshot
from framewire.redis.server.persistence.disk import rest_after
from framewire.redis.server.values.hashes import HashValue
from framewire.redis.server.values.lists import ListValue
from framewire.redis.server.values.sets import SetValue
from framewire.redis.server.values.sorted_sets import SortedSetValue
from framewire.redis.server.values.streams import StreamValue
from tests.redis.server.persistence.disks import Inline, MemoryDisk, contents
from tests.redis.server.persistence.test_persistence import Kept, again
from tests.redis.server.scripted import ScriptedClient

INTERNAL = Error(b"ERR internal error")
MISCONF = Error(b"MISCONF Errors writing to the AOF file: Cannot allocate memory")


@pytest.fixture(autouse=True)
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (log, rewrite):
        monkeypatch.setattr(module, "ThreadPoolExecutor", Inline)


def failing(function: Callable[..., Any] | None = None, after: int = 0) -> Callable[..., Any]:
    """Does what `function` does and raises `MemoryError` then; or does it `after` times, and nothing from then on."""
    calls = []

    def run(*arguments: Any) -> Any:
        calls.append(arguments)
        if function is not None and (not after or len(calls) <= after):
            result = function(*arguments)
            if after:
                return result
        raise MemoryError

    return run


# What there is, the request, and what breaks in it: once it is done, or after so many times.
ROWS: list[tuple[str, str, type, str, int]] = [
    ("HSET h f v", "HSET h g w h x", HashValue, "maybe_convert", 0),
    ("HSET h f v", "HINCRBYFLOAT h g 1.5", HashValue, "maybe_convert", 0),
    ("SADD s 1 2", "SADD s 3 x", SetValue, "put", 0),
    ("SADD s 1 2 3", "SPOP s 2", Client, "propagate", 0),
    ("SADD s 1", "SPOP s", Client, "propagate", 0),
    ("ZADD z 1 m", "ZADD z 2 n 3 o", SortedSetValue, "put", 1),
    ("ZADD z 1 m 2 n", "ZPOPMIN z", SortedSetValue, "_remove_at", 0),
    ("ZADD z 1 m 2 n", "ZREM z m n", SortedSetValue, "remove", 1),
    ("RPUSH l 1 2 3", "LPOP l 2", ListValue, "_drop_front", 0),
    ("RPUSH l 1 2", "LPOP l 2", ListValue, "_drop_front", 0),
    ("RPUSH l 1 2 1", "LREM l 1 1", ListValue, "remove", 0),
    ("RPUSH l 1 2 3", "LTRIM l 0 1", ListValue, "trim", 0),
    ("RPUSH l 1 2 3", "LINSERT l BEFORE 2 x", ListValue, "insert", 0),
    ("XADD x 1-1 f v", "XADD x * f v", StreamValue, "append", 0),
    ("XADD x 1-1 f v", "XADD x MAXLEN 1 2-2 f v", StreamValue, "trim", 0),
    ("SET a 1", "EXPIRE a 100", Db, "set_deadline", 0),
    ("SET a 1 EX 100", "PERSIST a", Db, "persist", 0),
    ("SET a 1", "SET a 2 EX 100", Db, "set_until", 0),
    ("SET a 1 EX 100", "RENAME a b", Db, "set_until", 0),
    ("SET a 1 EX 100", "MOVE a 1", Db, "set_until", 0),
    ("RPUSH a 1", "MOVE a 1", Db, "set", 0),
    ("RPUSH a 1", "COPY a b DB 1 REPLACE", Db, "set", 0),
    ("SET a 1", "DEL a b", Db, "delete", 0),
    ("SET a 1", "MSET a 2 b 3", Db, "touch", 0),
]


@pytest.mark.parametrize("held", [False, True], ids=["alone", "in a transaction"])
@pytest.mark.parametrize(("before", "request_", "kind", "method", "after"), ROWS)
def test_what_a_broken_command_did_is_logged(
    monkeypatch: pytest.MonkeyPatch, before: str, request_: str, kind: type, method: str, after: int, held: bool
) -> None:
    kept = Kept(MemoryDisk())
    for setup in (before, "SELECT 1", "SET there 1", "SELECT 0"):
        kept.ask(setup)
    requests = ["MULTI", "SET first 1", request_, "SET last 1", "EXEC"] if held else [request_]
    monkeypatch.setattr(kind, method, failing(getattr(kind, method), after))
    replies = [kept.ask(each) for each in requests]
    monkeypatch.undo()
    monkeypatch.setattr(log, "ThreadPoolExecutor", Inline)
    if kind is not Db:
        assert INTERNAL in (replies[-1] if held else replies)  # type: ignore[operator]
    assert contents(again(kept.disk).state) == contents(kept.state)
    assert kept.persistence.report()["aof_last_write_status"] == "ok"
    assert all(value for db in kept.state.databases for value in db.values.values())
    assert kept.ask("SET more 1") == Simple(b"OK")
    assert contents(again(kept.disk).state) == contents(kept.state)


def test_who_waited_and_broke_is_logged_too(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept(MemoryDisk())
    waiting = ScriptedClient(kept.state)
    waiting("BLMOVE l m LEFT RIGHT 0")
    monkeypatch.setattr(ListValue, "_give_room_back", failing())
    monkeypatch.setattr(ListValue, "get", failing(ListValue.get))
    kept.ask("RPUSH l a b")
    monkeypatch.undo()
    assert waiting.heard == [INTERNAL]
    assert contents(again(kept.disk).state) == contents(kept.state)


def rewritten(kept: Kept) -> Kept:
    """After the disk's second chance."""
    kept.wait(1.1)
    kept.finish_rewrite()
    return again(kept.disk)


def test_where_what_it_did_cannot_be_said_everything_is_written_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept(MemoryDisk())
    kept.ask("SADD s 1")
    monkeypatch.setattr(SetValue, "put", failing(SetValue.put))
    monkeypatch.setattr(recorder, "dump", failing())
    assert kept.ask("SADD s 2") in (INTERNAL, None)
    monkeypatch.undo()
    monkeypatch.setattr(rewrite, "ThreadPoolExecutor", Inline)
    assert kept.ask("SET a 1") == MISCONF
    assert contents(rewritten(kept).state) == contents(kept.state)
    assert kept.ask("SET a 1") == Simple(b"OK")


def test_a_broken_command_without_keys_lets_everything_be_written_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept(MemoryDisk())
    for request in ("SET a 1", "SELECT 1", "SET b 1"):
        kept.ask(request)
    monkeypatch.setattr(Db, "flush", failing(Db.flush))
    assert kept.ask("FLUSHALL") in (INTERNAL, None)
    monkeypatch.undo()
    monkeypatch.setattr(rewrite, "ThreadPoolExecutor", Inline)
    assert kept.ask("SET a 1") == MISCONF
    assert contents(rewritten(kept).state) == contents(kept.state) == {1: {b"b": ((b"string", [[b"1"]]), None)}}


@pytest.mark.parametrize("shortcut", [True, False])
@pytest.mark.parametrize("hook", ["_before", "_after", "_end_unit"])
def test_memory_that_ends_in_the_recorder_itself(monkeypatch: pytest.MonkeyPatch, hook: str, shortcut: bool) -> None:
    monkeypatch.setattr(recorder.Recorder, hook, failing(getattr(recorder.Recorder, hook), after=1))
    kept = Kept(MemoryDisk())
    if not shortcut:
        kept.state.start_monitoring(ScriptedClient(kept.state).client)
    kept.ask("SET a 1")
    assert kept.ask("SET a 2") in (INTERNAL, Simple(b"OK"), None)
    monkeypatch.undo()
    for module in (log, rewrite):
        monkeypatch.setattr(module, "ThreadPoolExecutor", Inline)
    assert contents(rewritten(kept).state) == contents(kept.state)
    again_on = Kept(kept.disk.after_power_loss(kept=False))
    assert again_on.ask("INCR a") in (2, 3)
    assert contents(again(again_on.disk).state) == contents(again_on.state)


# -- on the way to the disk -------------------------------------------------------------------------------------------


def test_what_cannot_be_encoded_is_not_written_in_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept(MemoryDisk(), "no")
    kept.ask("SET a 1")
    monkeypatch.setattr(log, "encode_commands", failing(encode_commands))
    kept.ask("SET b 2")
    assert kept.ask("SET c 3") == MISCONF
    monkeypatch.setattr(log, "encode_commands", encode_commands)
    kept.wait(1.1)
    assert kept.ask("SET d 4") == Simple(b"OK")
    assert contents(again(kept.disk, kept=True).state) == contents(kept.state)
    assert kept.disk.read("appendonly.aof.1.incr.aof").count(b"SET") == 3


def test_what_was_written_is_not_written_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept(MemoryDisk(), "no")
    kept.ask("SET a 1")
    monkeypatch.setattr(log, "rest_after", failing())
    kept.ask("RPUSH l 1")
    assert kept.ask("SET c 3") == MISCONF
    monkeypatch.setattr(log, "rest_after", rest_after)
    kept.wait(1.1)
    kept.ask("RPUSH l 2")
    assert contents(again(kept.disk, kept=True).state) == contents(kept.state)


def test_where_no_thread_can_be_started_for_the_disk_it_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept(MemoryDisk(), "everysec")

    def fail(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    kept.seconds += 2
    monkeypatch.setattr(Inline, "submit", fail)
    kept.ask("SET a 1")
    assert kept.ask("SET b 1") == Error(b"MISCONF Errors writing to the AOF file: can't start new thread")
    monkeypatch.undo()
    kept.wait(1.1)
    assert kept.ask("SET b 1") == Simple(b"OK")
    assert again(kept.disk).state.databases[0].values == {b"a": b"1"}


@pytest.mark.parametrize("appendonly", [True, False])
@pytest.mark.parametrize("where", ["tables", "thread", "slice"])
def test_a_rewrite_without_memory_harms_nothing(monkeypatch: pytest.MonkeyPatch, where: str, appendonly: bool) -> None:
    kept = Kept(MemoryDisk(), "no", appendonly=appendonly)
    kept.ask("RPUSH l a")
    if where == "tables":
        monkeypatch.setattr("framewire.redis.server.persistence.persistence.Snapshot", failing())
    elif where == "thread":
        monkeypatch.setattr("framewire.redis.server.persistence.persistence.Rewrite", failing())
    else:
        monkeypatch.setattr(snapshot, "dump", failing())
    kept.ask("BGREWRITEAOF")
    kept.finish_rewrite()
    monkeypatch.undo()
    for module in (log, rewrite):
        monkeypatch.setattr(module, "ThreadPoolExecutor", Inline)
    assert not kept.persistence.rewriting
    assert kept.persistence.report()["aof_last_bgrewrite_status"] == "err"
    kept.ask("RPUSH l b")
    assert kept.disk.locked is appendonly
    if appendonly:
        assert contents(again(kept.disk, kept=True).state) == contents(kept.state)
    else:
        assert not kept.state.hooks
    assert kept.ask("BGREWRITEAOF") == Simple(b"Background append only file rewriting started")
    kept.finish_rewrite()
    assert contents(again(kept.disk, kept=True).state) == contents(kept.state)
    kept.persistence.close()
    assert kept.disk.still_open == 0


def test_a_value_that_cannot_be_preserved_is_not_changed_and_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept(MemoryDisk(), "no")
    for number in range(50):
        kept.ask(f"RPUSH l{number} a")
    kept.ask("BGREWRITEAOF")
    monkeypatch.setattr(snapshot, "dump", failing())
    before = contents(kept.state)
    assert kept.ask("RPUSH l7 b") == INTERNAL
    monkeypatch.undo()
    assert contents(kept.state) == before
    kept.finish_rewrite()
    assert kept.ask("RPUSH l7 c") == 2
    assert contents(again(kept.disk, kept=True).state) == contents(kept.state)


# -- every allocation -------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="whether other interpreters survive it was not tried")
def test_whichever_allocation_fails_the_log_holds_what_is_in_memory() -> None:
    pytest.importorskip("_testcapi")
    command = [sys.executable, "-m", "tests.redis.server.persistence.without_memory"]
    root = Path(__file__).parents[4]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout) > 500
