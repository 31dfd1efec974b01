"""The append-only file against the world: kill -9, a full disk, a real server that reads ours, and the reverse."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from framewire.redis import run_in_thread
from framewire.redis.server.commands.binding import COMMANDS
from framewire.redis.server.persistence.load import DamagedFile
from framewire.redis.server.persistence.lock import LOCK_NAME
from tests.against.conversations import CONVERSATIONS
from tests.against.dialogue import Server
from tests.peers import RedisServer
from tests.serving import Serving, command

BIG = 300  # items: more than one request's worth of a rewrite


# -- contents ---------------------------------------------------------------------------------------------------------


def fill(client: redis.Redis) -> None:
    """Something of every type, with and without an end, in several databases."""
    for database in (0, 3):
        client.select(database)
        client.set("string", b"\x00\r\n\xff")
        client.set("ends", "later", ex=100_000)
        client.set("number", 41)
        client.incr("number")
        client.incrbyfloat("float", 1.1)
        client.append("appended", "x" * 100)
        client.setbit("bits", 1001, 1)
        client.rpush("list", *range(BIG))
        client.lpop("list", 3)
        client.sadd("set", *range(BIG))
        client.spop("set", 5)
        client.hset("hash", mapping={f"field{number}": number for number in range(BIG)})
        client.hincrbyfloat("hash", "float", 0.1)
        client.zadd("zset", {f"member{number}": number / 3 for number in range(BIG)})
        client.zadd("zset", {"inf": float("inf"), "-inf": float("-inf")})
        client.expire("list", 100_000)
        client.set("gone", 1, px=1)
        client.rename("bits", "renamed")
        client.copy("zset", "copied")
        with client.pipeline(transaction=True) as pipe:
            pipe.set("in a transaction", 1).incr("in a transaction").execute()
    if b"xadd" in COMMANDS:
        fill_streams(client)
    client.swapdb(3, 5)
    time.sleep(0.01)
    client.select(0)
    client.get("gone")


def fill_streams(client: redis.Redis) -> None:
    for number in range(20):
        client.xadd("stream", {"number": number, "other": "x"}, maxlen=15)
    client.xgroup_create("stream", "group", "0")
    client.xreadgroup("group", "reader", {"stream": ">"}, count=5)
    entries = client.xrange("stream", count=2)
    client.xack("stream", "group", entries[0][0])
    client.xdel("stream", entries[1][0])


def contents(client: redis.Redis) -> dict[Any, Any]:
    """All that a server holds, read by commands; times to the second."""
    found = {}
    for database in range(16):
        client.select(database)
        for key in client.keys("*"):
            ttl = client.execute_command("EXPIRETIME", key)
            found[database, key] = client.type(key), ttl, client.object("encoding", key), value(client, key)
    client.select(0)
    return found


def value(client: redis.Redis, key: bytes) -> Any:
    match client.type(key):
        case b"string":
            return client.get(key)
        case b"list":
            return client.lrange(key, 0, -1)
        case b"set":
            return client.smembers(key)
        case b"hash":
            return client.hgetall(key)
        case b"zset":
            return client.zrange(key, 0, -1, withscores=True)
        case b"stream":
            groups = client.xinfo_groups(key)
            pending = [client.xpending_range(key, group["name"], "-", "+", 100) for group in groups]
            for each in (entry for entries in pending for entry in entries):
                del each["time_since_delivered"]
            return client.xrange(key), client.xinfo_stream(key)["last-generated-id"], groups, pending
        case kind:
            raise AssertionError(kind)


def connect(host: str, port: int) -> redis.Redis:
    return redis.Redis(host, port, single_connection_client=True, retry=Retry(NoBackoff(), 0))


@contextlib.contextmanager
def ours(directory: Path, **parameters: Any) -> Iterator[redis.Redis]:
    with run_in_thread(dir=str(directory), appendonly=True, **parameters) as server:
        with connect(server.host, server.port) as client:
            yield client


@contextlib.contextmanager
def theirs(directory: Path) -> Iterator[redis.Redis]:
    arguments = ["--dir", str(directory), "--appendonly", "yes", "--aof-use-rdb-preamble", "no"]
    with RedisServer(*arguments) as server, connect(server.host, server.port) as client:
        for _ in range(500):
            if not client.info("persistence")["loading"]:
                break
            time.sleep(0.01)
        yield client


# -- who reads whose --------------------------------------------------------------------------------------------------


def finish_rewrite(client: redis.Redis) -> None:
    client.bgrewriteaof()
    for _ in range(500):
        if not client.info("persistence")["aof_rewrite_in_progress"]:
            return
        time.sleep(0.01)
    raise AssertionError("the rewrite does not end")


@pytest.mark.peer
@pytest.mark.parametrize("rewritten", [False, True], ids=["as it grew", "rewritten"])
def test_a_real_server_reads_ours(tmp_path: Path, rewritten: bool) -> None:
    with ours(tmp_path) as client:
        fill(client)
        if rewritten:
            finish_rewrite(client)
            client.lpush("list", "after")
        expected = contents(client)
    with theirs(tmp_path) as client:
        assert contents(client) == expected
        client.rpush("list", "one more")
    with ours(tmp_path) as client:
        assert client.lindex("list", -1) == b"one more"


def old_file(directory: Path, *, step: int) -> None:
    """What a server before Redis 7 leaves, taken over so far."""
    kept = directory / "appendonlydir"
    directory.mkdir()
    (directory / "appendonly.aof").write_bytes(b"".join(command(*line.split()) for line in (b"SET a 1", b"SADD s x")))
    if step:
        kept.mkdir()
    if step > 1:
        (kept / "appendonly.aof.manifest").write_bytes(b"file appendonly.aof seq 1 type b\n")
    if step > 2:
        (directory / "appendonly.aof").rename(kept / "appendonly.aof")


@pytest.mark.peer
@pytest.mark.parametrize("step", range(4))
def test_an_old_file_is_taken_over_alike_and_from_each_other(tmp_path: Path, step: int) -> None:
    found, expected = [], {}
    for first, second in ((theirs, ours), (ours, theirs)):
        directory = tmp_path / first.__name__
        old_file(directory, step=step)
        with first(directory) as client:
            assert client.get("a") == b"1"
            client.rpush("l", "y")
            expected = contents(client)
        kept = directory / "appendonlydir"
        found.append({path.name: path.read_bytes() for path in kept.iterdir() if path.name != LOCK_NAME})
        assert [path.name for path in directory.iterdir()] == ["appendonlydir"]
        with second(directory) as client:
            assert contents(client) == expected
    assert found[0].keys() == found[1].keys()
    assert found[0]["appendonly.aof.manifest"].split() == found[1]["appendonly.aof.manifest"].split()


def test_an_old_file_that_begins_with_an_rdb_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "appendonly.aof").write_bytes(b"REDIS0009" + bytes(100))
    server = Serving("--appendonly", "--dir", str(tmp_path))
    assert server.process.wait(20) == 1
    server.__exit__(None, None, None)
    assert "appendonly.aof cannot be read behind its first 0 bytes: it is an RDB file" in server.text
    assert (tmp_path / "appendonly.aof").exists()


RELATIVE = [
    "SETEX a 100 v", "PSETEX b 100000 v", "SET c v EX 100", "SET d v PX 100000", "SET e v", "GETEX e EX 100",
    "SET f v", "GETEX f PX 100000", "SET g v", "EXPIRE g 100", "SET h v", "PEXPIRE h 100000", "SET i v",
    "SET j 5 PXAT 1000", "INCR j", "PERSIST j", "SET k v EXAT 1", "SET l v", "EXPIRE l -1", "XADD m * f v",
    "SET n v EX 100 KEEPTTL",
]  # fmt: skip


@pytest.mark.peer
def test_relative_times_of_a_file_count_from_now(tmp_path: Path) -> None:
    found = []
    for kind in (theirs, ours):
        kept = tmp_path / kind.__name__ / "appendonlydir"
        kept.mkdir(parents=True)
        (kept / "a.incr").write_bytes(b"".join(command(*line.encode().split()) for line in RELATIVE))
        (kept / "appendonly.aof.manifest").write_bytes(b"file a.incr seq 1 type i\n")
        with kind(tmp_path / kind.__name__) as client:
            time.sleep(0.3)
            found.append({key: (client.type(key), round(client.ttl(key) / 5)) for key in client.keys("*")})
            ((id_, _),) = client.xrange("m")
            assert abs(int(id_.split(b"-")[0]) / 1000 - time.time()) < 20
    assert found[0] == found[1]
    assert {*found[0]} == {*map(str.encode, "abcdefghijm")}


MANIFESTS = {
    b"seq 1 type base file a.base\ntype i file b.incr seq 7\n": True,
    b"# made by hand\r\nFILE 'a.base' SEQ 1 TYPE b\r\nfile \"b\\x2eincr\" seq 7 type i startoffset 0\r\n": True,
    b"file a.base seq 1 type b \nfile b.incr seq 7 type i new\n": False,
    b"file a.base seq 1 type b\n\nfile b.incr seq 7 type i\n": False,
    b"file a.base seq 1 type b\nfile b.incr seq 7 type x\n": False,
    b"file a.base seq 1 type b\nfile b.incr seq 7\n": False,
    b"file a.base seq 1 type b\nfile b.incr seq 0 type i\n": False,
    b"file a.base seq 1 type b\nfile b.incr seq 7 type i": False,
    b"file a.base seq 1 type b\nfile ../appendonlydir/b.incr seq 7 type i\n": False,
}


@pytest.mark.peer
@pytest.mark.parametrize("manifest", MANIFESTS)
def test_manifests_are_understood_alike(tmp_path: Path, manifest: bytes) -> None:
    for kind in (theirs, ours):
        directory = tmp_path / kind.__name__
        kept = directory / "appendonlydir"
        kept.mkdir(parents=True)
        (kept / "a.base").write_bytes(command(b"SET", b"a", b"1"))
        (kept / "b.incr").write_bytes(command(b"SET", b"b", b"2"))
        (kept / "appendonly.aof.manifest").write_bytes(manifest)
        if not MANIFESTS[manifest]:
            with pytest.raises((DamagedFile, RuntimeError, redis.ConnectionError)), kind(directory):
                pass
            continue
        with kind(directory) as client:
            assert client.mget("a", "b") == [b"1", b"2"]


@pytest.mark.peer
@pytest.mark.parametrize("rewritten", [False, True], ids=["as it grew", "rewritten"])
def test_ours_reads_a_real_one(tmp_path: Path, rewritten: bool) -> None:
    with theirs(tmp_path) as client:
        fill(client)
        if rewritten:
            finish_rewrite(client)
            client.lpush("list", "after")
    with theirs(tmp_path) as client:  # what it makes of its own file: how much a group has read is not all in there
        expected = contents(client)
    with ours(tmp_path) as client:
        assert contents(client) == expected


@pytest.mark.peer
def test_whatever_a_real_one_logs_is_understood(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """All conversations that there are, in one file; no command of it is refused."""
    caplog.set_level("INFO", "framewire.redis")
    with theirs(tmp_path) as client:
        address = client.connection_pool.connection_kwargs
        for name in CONVERSATIONS:
            if "password" not in name and "append" not in name:
                server = Server(address["host"], address["port"], 2)
                server.hold(CONVERSATIONS[name])
                server.close()
        with connect(address["host"], address["port"]) as client:  # CLIENT KILL was among them
            expected = contents(client)
    with ours(tmp_path) as client:
        assert contents(client) == expected
    assert "commands loaded" in caplog.text
    assert "were refused" not in caplog.text


# -- kill -9 ----------------------------------------------------------------------------------------------------------

KILLS = 8
CLIENTS = 4


class Writer(threading.Thread):
    """Counts one key up as fast as it can, and a list with it; `acknowledged` says what was answered, and when."""

    def __init__(self, port: int, number: int) -> None:
        super().__init__(daemon=True)
        self.key = f"counter{number}"
        self._port = port
        self.acknowledged: list[tuple[float, int]] = []

    def run(self) -> None:
        with contextlib.suppress(redis.ConnectionError, OSError), connect("127.0.0.1", self._port) as client:
            while True:
                with client.pipeline(transaction=True) as pipe:
                    pipe.incr(self.key).rpush(f"{self.key}:log", "x")
                    count, length = pipe.execute()
                assert count == length
                self.acknowledged.append((time.monotonic(), count))

    def sure(self, before: float) -> int:
        """The count that was acknowledged by then."""
        return max((count for when, count in self.acknowledged if when <= before), default=0)


@pytest.mark.parametrize("policy", ["always", "everysec"])
def test_killed_at_any_moment_it_loses_nothing_that_was_promised(tmp_path: Path, policy: str) -> None:
    arguments = ["--appendonly", "--appendfsync", policy, "--dir", str(tmp_path)]
    counts = dict.fromkeys(range(CLIENTS), 0)
    for kill in range(KILLS):
        with Serving(*arguments) as server:
            with connect("127.0.0.1", server.port) as client:
                for number in counts:
                    found = int(client.get(f"counter{number}") or 0)
                    assert found >= counts[number], f"kill {kill} lost something of counter {number}"
                    assert found == client.llen(f"counter{number}:log"), "half a transaction"
                writers = [Writer(server.port, number) for number in counts]
                for writer in writers:
                    writer.start()
                if kill % 3 == 2:  # in the midst of a rewrite, mostly
                    client.bgrewriteaof()
                time.sleep(0.02 + 0.02 * (kill % 5))
                killed = time.monotonic()
                server.process.send_signal(signal.SIGKILL)
            for writer in writers:
                writer.join(10)
            server.process.wait()
        promised_until = killed - (1.0 if policy == "everysec" else 0.0)
        counts = {
            number: max(counts[number], writer.sure(killed if policy == "always" else promised_until))
            for number, writer in enumerate(writers)
        }
    assert policy == "everysec" or sum(counts.values()) > KILLS * CLIENTS


# -- a full disk ------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of another process' files")
@pytest.mark.parametrize("policy", ["always", "everysec"])
def test_a_full_disk_refuses_writes_until_there_is_room(tmp_path: Path, policy: str) -> None:
    with Serving("--appendonly", "--appendfsync", policy, "--dir", str(tmp_path)) as server:
        with connect("127.0.0.1", server.port) as client:
            client.set("before", 1)
            process = psutil.Process(server.process.pid)
            limit = process.rlimit(psutil.RLIMIT_FSIZE)
            size = client.info("persistence")["aof_current_size"]
            process.rlimit(psutil.RLIMIT_FSIZE, (size + 10, limit[1]))
            unsure(server.port, b"SET", b"unsure", b"1")
            until_refused(client)
            assert client.get("before") == b"1"
            assert client.info("persistence")["aof_last_write_status"] == "err"
            process.rlimit(psutil.RLIMIT_FSIZE, limit)
            until_taken(client)
            time.sleep(1.1 if policy == "everysec" else 0)
        server.process.kill()
        server.process.wait()
    with Serving("--appendonly", "--dir", str(tmp_path)) as server, connect("127.0.0.1", server.port) as client:
        assert client.mget("before", "after") == [b"1", b"2"]


def unsure(port: int, *request: bytes) -> None:
    """Ask for something that may be answered, or end the connection."""
    with socket.create_connection(("127.0.0.1", port), 10) as sock:
        sock.sendall(command(*request))
        sock.recv(100)


def until_refused(client: redis.Redis) -> None:
    for _ in range(100):
        try:
            client.ping()
        except redis.ResponseError as error:
            assert str(error) == "MISCONF Errors writing to the AOF file: File too large"
            return
        time.sleep(0.02)
    raise AssertionError("nothing is refused")


def until_taken(client: redis.Redis) -> None:
    for _ in range(150):
        with contextlib.suppress(redis.ResponseError):
            client.set("after", 2)
            return
        time.sleep(0.02)
    raise AssertionError("writes are still refused")


# -- memory that ends -------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="limits another process' memory")
def test_what_does_not_fit_in_memory_is_in_neither_memory_nor_log(tmp_path: Path) -> None:
    arguments = ["--appendonly", "--appendfsync", "always", "--dir", str(tmp_path)]
    with Serving(*arguments) as server, connect("127.0.0.1", server.port) as client:
        client.set("short", "x")
        client.rpush("list", *range(BIG))
        process = psutil.Process(server.process.pid)
        room = 120 << 20
        process.rlimit(psutil.RLIMIT_AS, (process.memory_info().vms + room, psutil.RLIM_INFINITY))
        for key in ("new", "short"):
            for request in (("SETRANGE", key, 3 * room, "x"), ("SETBIT", key, 24 * room, 1),
                            ("BITFIELD", key, "SET", "u8", 24 * room, 1)):  # fmt: skip
                with pytest.raises(redis.ResponseError, match="not enough memory"):
                    client.execute_command(*request)
        assert client.exists("new") == 0
        assert client.incr("counter") == 1
        expected = contents(client)
        server.process.kill()
        server.process.wait()
    with ours(tmp_path) as client:
        assert contents(client) == expected
        assert client.get("short") == b"x"


# -- how it is started ------------------------------------------------------------------------------------------------


def test_a_damaged_file_ends_the_start_with_its_offset(tmp_path: Path) -> None:
    with ours(tmp_path) as client:
        client.set("a", 1)
    log = tmp_path / "appendonlydir" / "appendonly.aof.1.incr.aof"
    size = log.stat().st_size
    log.write_bytes(log.read_bytes() + b"*1\r\n$x\r\n" + b"*1\r\n$4\r\nPING\r\n")
    server = Serving("--appendonly", "--dir", str(tmp_path))
    assert server.process.wait(20) == 1
    server.__exit__(None, None, None)
    assert f"is damaged behind its first {size} bytes" in server.text


def test_two_servers_do_not_share_a_directory(tmp_path: Path) -> None:
    directory = str(tmp_path / "appendonlydir")
    with ours(tmp_path) as client:
        client.set("a", 1)
        with pytest.raises(OSError, match="another server keeps its data there") as caught:
            run_in_thread(dir=str(tmp_path), appendonly=True)
        assert caught.value.filename == directory
        server = Serving("--appendonly", "--dir", str(tmp_path))
        assert server.process.wait(20) == 1
        server.__exit__(None, None, None)
        assert f"another server keeps its data there: '{directory}'" in server.text
        with run_in_thread(dir=str(tmp_path)) as other, connect(other.host, other.port) as client_of_other:
            with pytest.raises(redis.ResponseError, match="Unable to turn on AOF"):
                client_of_other.config_set("appendonly", "yes")
            assert client_of_other.config_get("appendonly") == {"appendonly": "no"}
        client.set("b", 2)
    with ours(tmp_path) as client:
        assert client.mget("a", "b") == [b"1", b"2"]


def test_a_server_that_was_killed_leaves_no_lock(tmp_path: Path) -> None:
    arguments = ["--appendonly", "--appendfsync", "always", "--dir", str(tmp_path)]
    with Serving(*arguments) as server, connect("127.0.0.1", server.port) as client:
        client.set("a", 1)
        client.close()
        server.process.kill()
        server.process.wait()
    with ours(tmp_path) as client:
        assert client.get("a") == b"1"


def test_nothing_is_written_without_being_asked_for(tmp_path: Path) -> None:
    with run_in_thread(dir=str(tmp_path)) as server, connect(server.host, server.port) as client:
        client.set("a", 1)
    assert list(tmp_path.iterdir()) == []
