"""Memory ends in the middle of a command: no key is left half made, and none is lost on its way to another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from framewire.frames.resp import Error
from framewire.redis.server.commands.lists.lists import End
from framewire.redis.server.keyspace.database import Db
from framewire.redis.server.values.hashes import HashValue
from framewire.redis.server.values.lists import ListValue
from framewire.redis.server.values.sets import SetValue
from framewire.redis.server.values.sorted_sets import SortedSetValue
from framewire.redis.server.values.streams import StreamValue
from framewire.redis.server.values.strings import RawString
from tests.redis.server.persistence.disks import contents
from tests.redis.server.scripted import Clients

NO_MEMORY = Error(b"OOM there is not enough memory; nothing was changed")
INTERNAL = Error(b"ERR internal error")

# What there is, the request, and what fails in it.
ROWS: list[tuple[str, str, type, str]] = [
    ("", "SETRANGE a 5 x", RawString, "lengthen"),
    ("SET a b", "SETRANGE a 5 x", RawString, "lengthen"),
    ("", "SETBIT a 5 1", RawString, "lengthen"),
    ("SET a b", "SETBIT a 50 1", RawString, "lengthen"),
    ("", "BITFIELD a SET u8 10 1", RawString, "lengthen"),
    ("SET a b", "APPEND a x", RawString, "extend"),
    ("", "HSET a f v", HashValue, "maybe_convert"),
    ("", "HSET a f v g w", HashValue, "update"),
    ("", "HMSET a f v g w", HashValue, "update"),
    ("", "HSETNX a f v", HashValue, "maybe_convert"),
    ("", "HINCRBY a f 1", HashValue, "maybe_convert"),
    ("", "HINCRBYFLOAT a f 1", HashValue, "maybe_convert"),
    ("", "SADD a 1 2", SetValue, "put"),
    ("SADD a 1", "SADD a 2 x", SetValue, "update"),
    ("SADD s 1", "SMOVE s a 1", SetValue, "put"),
    ("SADD s 1 2", "SMOVE s a 1", SetValue, "update"),
    ("SADD s 1 2", "SUNIONSTORE a s", SetValue, "maybe_convert"),
    ("", "ZADD a 1 m", SortedSetValue, "put"),
    ("", "ZINCRBY a 1 m", SortedSetValue, "put"),
    ("", "ZADD a NX CH 1 m 2 n", SortedSetValue, "put"),
    ("ZADD z 1 m", "ZRANGESTORE a z 0 -1", SortedSetValue, "put"),
    ("ZADD z 1 m", "ZUNIONSTORE a 1 z", SortedSetValue, "put"),
    ("", "RPUSH a 1 2", End, "push"),
    ("", "LPUSH a 1 2", End, "push"),
    ("RPUSH l 1 2", "LMOVE l a LEFT RIGHT", End, "push"),
    ("RPUSH l 1", "LMOVE l a RIGHT LEFT", End, "push"),
    ("RPUSH l 1 2", "LMOVE l l LEFT RIGHT", End, "push"),
    ("RPUSH l 1 2", "RPOPLPUSH l a", End, "push"),
    ("RPUSH l 1 2", "BLMOVE l a LEFT RIGHT 0", End, "push"),
    ("RPUSH l 1 2", "BRPOPLPUSH l a 0", End, "push"),
    ("RPUSH l 1 2", "COPY l a", ListValue, "copy"),
    ("", "XADD a 1-1 f v", StreamValue, "append"),
    ("SET k v PX 1000", "RENAME k a", Db, "_push"),
    ("SET k v PX 1000", "COPY k a", Db, "_push"),
    ("SET k v PX 1000", "MOVE k 1", Db, "_push"),
    ("SET a v PX 1000", "SET a w EX 1", Db, "_push"),
    ("", "SETEX a 10 w", Db, "_push"),
    ("", "SET a w PX 10", Db, "_push"),
    ("SET a v", "EXPIRE a 10", Db, "_push"),
    ("SET a v PX 1000", "GETEX a PX 10", Db, "_push"),
]


@pytest.mark.parametrize(("before", "request_", "kind", "method"), ROWS)
def test_everything_is_as_it_was(
    monkeypatch: pytest.MonkeyPatch, before: str, request_: str, kind: type, method: str
) -> None:
    clients = Clients()
    client = clients.new()
    for setup in filter(None, [before, "SET other 1"]):
        client(setup)
    expected = contents(clients.state)

    def fail(*_: object) -> Any:
        raise MemoryError

    monkeypatch.setattr(kind, method, property(lambda _: fail) if kind is End else fail)
    assert client(request_) == (NO_MEMORY if kind is RawString else INTERNAL)
    monkeypatch.undo()
    assert contents(clients.state) == expected
    assert {*client("KEYS *")} == {*expected.get(0, ())}
    assert not isinstance(client(request_), Error)


@pytest.mark.parametrize("stale", [0, 5000])
def test_a_key_that_got_its_time_ends_however_full_the_heap_is(stale: int) -> None:
    """Entries of earlier times are thrown away now and then."""
    clients = Clients()
    client = clients.new()
    for number in range(stale):
        client(f"SET a v PX {10_000 - number}")
    client("SET b v PX 5")
    client("SET c v")
    client("PEXPIRE c 5")
    clients.now += 6
    clients.state.expire_cycle()
    assert {*clients.state.databases[0].values} <= {b"a"}


SCRIPT = """
import resource, sys
from framewire.frames.resp import Error
from tests.redis.server.persistence.disks import contents
from tests.redis.server.scripted import Clients

MB = 1 << 20
clients = Clients()
client = clients.new()
client("SET a " + "v" * (30 * MB))
client("APPEND a w")
for name in ("raw", "plain"):
    client("SET " + name + " v")
client("APPEND raw w")
def digest():
    return {key: (type(value), hash(bytes(value))) for key, value in clients.state.databases[0].values.items()}
before = digest()
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
infinity = resource.RLIM_INFINITY
resource.setrlimit(resource.RLIMIT_AS, (used + 100 * MB, infinity))
place = 400 * MB
for key in ("new", "raw", "plain", "a"):
    for request in (f"SETRANGE {key} {place} x", f"SETBIT {key} {8 * place} 1", f"BITFIELD {key} SET u8 {8 * place} 1"):
        print(key, request.split()[0], client(request).data.decode(), sep="|")
print("new", "BITOP", client("BITOP OR new a a a a").data.decode(), sep="|")
for number in range(10):
    reply = client("APPEND", "a", b"x" * (30 * MB))
    if isinstance(reply, Error):
        break
print("a", "APPEND", reply.data.decode(), sep="|")
resource.setrlimit(resource.RLIMIT_AS, (infinity, infinity))
after = digest()
assert after.keys() == before.keys(), after.keys()
assert all(after[key][1] == before[key][1] for key in (b"raw", b"plain"))
assert len(clients.state.databases[0].values[b"a"]) == 30 * MB + 1 + number * 30 * MB
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs limits of a process' memory, and to know what it takes")
def test_strings_that_do_not_fit_leave_everything_as_it_was() -> None:
    command, root = [sys.executable, "-c", SCRIPT], Path(__file__).parents[4]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    lines = [line.split("|") for line in done.stdout.splitlines()]
    assert len(lines) == 14
    assert {reply for _, _, reply in lines} == {NO_MEMORY.data.decode()}
