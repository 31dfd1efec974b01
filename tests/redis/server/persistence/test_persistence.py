"""The whole of it on a disk that fails or loses power at any step: what was promised is there again."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from functools import partial

import pytest

from framewire._impl import pack_command
from framewire.frames.resp import Error, Simple
from framewire.redis.server.clients.state import State
from framewire.redis.server.config.config import Config
from framewire.redis.server.persistence import log, rewrite
from framewire.redis.server.persistence.load import DamagedFile, UnreadableFile
from framewire.redis.server.persistence.persistence import Persistence
from framewire.redis.server.running.session import Session
from tests.redis.server.persistence.disks import Inline, MemoryDisk, PowerLost, _File, contents
from tests.redis.server.scripted import NOON, ScriptedClient

MISCONF = Error(b"MISCONF Errors writing to the AOF file: No space left on device")


def _to_nobody(value: object) -> None:
    """Nobody listens to the client that loads."""


class Kept:
    """A state that is kept on a disk in memory; time moves only by hand."""

    def __init__(self, disk: MemoryDisk, appendfsync: str = "always", **parameters: object) -> None:
        self.disk = disk
        self.seconds = 0.0
        config = Config(appendfsync=appendfsync, **{"appendonly": True, **parameters})  # type: ignore[arg-type]
        self.state = State(config, lambda: NOON + round(self.seconds * 1000))
        self.persistence = Persistence(self.state, partial(Session, self.state, _to_nobody), disk, lambda: self.seconds)
        self.state.on_config = self.persistence.obey
        self.persistence.load()
        self.client = ScriptedClient(self.state)

    def ask(self, *request: str) -> object:
        """The reply to a request, safe as the policy has it; `None` where it must not be told."""
        holds = self.persistence.holds_replies
        reply = self.client(*request)
        return reply if self.persistence.commit() or not holds else None

    def finish_rewrite(self) -> None:
        while self.persistence.advance() is not None:
            pass

    def wait(self, seconds: float) -> None:
        self.seconds += seconds
        self.persistence.tick()


@pytest.fixture(autouse=True)
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (log, rewrite):
        monkeypatch.setattr(module, "ThreadPoolExecutor", Inline)
    monkeypatch.setattr(rewrite, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(rewrite, "REQUESTS", 1)


def again(disk: MemoryDisk, kept: bool = False) -> Kept:
    return Kept(disk.after_power_loss(kept))


# -- one after the other ----------------------------------------------------------------------------------------------


def test_the_first_start_makes_the_files_that_redis_makes() -> None:
    kept = Kept(MemoryDisk())
    assert kept.disk.names() == ["appendonly.aof.1.base.aof", "appendonly.aof.1.incr.aof", "appendonly.aof.manifest"]
    kept.persistence.close()
    assert kept.disk.still_open == 0


def test_what_was_written_is_there_again() -> None:
    kept = Kept(MemoryDisk())
    for request in ("SET a 1 EX 100", "RPUSH l x y z", "LPOP l", "SELECT 4", "SADD s m", "ZADD z 1.5 m", "HSET h f v"):
        kept.ask(request)
    assert contents(again(kept.disk).state) == contents(kept.state)


def test_a_rewrite_leaves_one_base_and_what_came_since() -> None:
    kept = Kept(MemoryDisk())
    for number in range(50):
        kept.ask(f"RPUSH l{number % 5} {number}")
    assert kept.ask("BGREWRITEAOF") == Simple(b"Background append only file rewriting started")
    assert kept.ask("BGREWRITEAOF") == Error(b"ERR Background append only file rewriting already in progress")
    kept.ask("RPUSH l0 during")
    kept.finish_rewrite()
    kept.ask("RPUSH l0 after")
    assert kept.disk.names() == ["appendonly.aof.2.base.aof", "appendonly.aof.2.incr.aof", "appendonly.aof.manifest"]
    assert kept.disk.read("appendonly.aof.2.base.aof").count(b"RPUSH") == 5
    assert kept.disk.read("appendonly.aof.2.incr.aof").count(b"RPUSH") == 2
    assert contents(again(kept.disk).state) == contents(kept.state)
    report = kept.persistence.report()
    fields = ("aof_rewrites", "aof_rewrite_in_progress", "aof_last_bgrewrite_status")
    assert [report[field] for field in fields] == [1, 0, "ok"]


def test_it_is_rewritten_when_it_has_grown() -> None:
    kept = Kept(MemoryDisk(), auto_aof_rewrite_min_size=1000)
    for number in range(60):
        kept.ask(f"SET a {number}")
    kept.wait(0.1)
    assert kept.persistence.rewriting
    kept.finish_rewrite()
    assert kept.persistence.size < 200
    kept.wait(0.1)
    assert not kept.persistence.rewriting


def test_switched_on_while_it_runs() -> None:
    kept = Kept(MemoryDisk(), appendonly=False)
    kept.ask("SET a 1")
    assert kept.disk.names() == []
    assert kept.ask("CONFIG SET appendonly yes") == Simple(b"OK")
    kept.ask("SET b 2")
    assert contents(again(kept.disk, kept=True).state) == {}  # nothing is promised before the first rewrite is done
    kept.finish_rewrite()
    kept.ask("SET c 3")
    assert again(kept.disk).state.databases[0].values == {b"a": b"1", b"b": b"2", b"c": b"3"}
    kept.ask("CONFIG SET appendonly no")
    kept.ask("SET d 4")
    kept.ask("CONFIG SET appendonly yes")
    kept.finish_rewrite()
    assert len(again(kept.disk).state.databases[0].values) == 4
    assert kept.disk.names() == ["appendonly.aof.2.base.aof", "appendonly.aof.2.incr.aof", "appendonly.aof.manifest"]


def test_what_comes_in_one_batch_with_switching_it_on_is_logged() -> None:
    kept = Kept(MemoryDisk(), appendonly=False)
    kept.client.batch([b"CONFIG", b"SET", b"appendonly", b"yes"], [b"SET", b"a", b"1"])
    kept.finish_rewrite()
    kept.ask("PING")
    assert again(kept.disk).state.databases[0].values == {b"a": b"1"}


def test_what_comes_in_one_batch_with_a_rewrite_is_not_in_it() -> None:
    kept = Kept(MemoryDisk(), appendonly=False)
    for key in range(50):
        kept.ask(f"SADD {key} a")
    kept.client.batch([b"BGREWRITEAOF"], [b"SADD", b"0", b"b"])
    kept.finish_rewrite()
    assert again(kept.disk).client("SMEMBERS 0") == {b"a"}


def test_a_rewrite_where_nothing_is_logged() -> None:
    kept = Kept(MemoryDisk(), appendonly=False)
    kept.ask("RPUSH l a")
    kept.ask("BGREWRITEAOF")
    kept.ask("RPUSH l b")
    kept.finish_rewrite()
    assert kept.disk.names() == ["appendonly.aof.1.base.aof", "appendonly.aof.manifest"]
    assert not kept.state.hooks
    assert [*again(kept.disk).state.databases[0].values[b"l"]] == [b"a"]  # type: ignore[misc]


def test_keys_whose_time_has_come_meanwhile_end_at_the_next_start_and_not_before() -> None:
    kept = Kept(MemoryDisk())
    for request in ("SET a 5 PX 10", "INCR a", "PERSIST a", "SET b 1 PX 10"):
        kept.ask(request)
    later = Kept(kept.disk.after_power_loss(kept=False))
    later.wait(1)
    later.state.expire_cycle()
    later.persistence.commit()
    assert later.state.databases[0].values == {b"a": b"6"}
    assert later.disk.read("appendonly.aof.1.incr.aof").endswith(b"*2\r\n$3\r\nDEL\r\n$1\r\nb\r\n")


# -- files that are not as they should be -----------------------------------------------------------------------------


def cut(disk: MemoryDisk, name: str, count: int) -> MemoryDisk:
    after = disk.after_power_loss(kept=True)
    del after.files[name].data[-count:]
    return after


def test_a_torn_end_is_cut_off(caplog: pytest.LogCaptureFixture) -> None:
    kept = Kept(MemoryDisk())
    kept.ask("SET a 1")
    size = len(kept.disk.read("appendonly.aof.1.incr.aof"))
    kept.ask("SET b 2")
    torn = cut(kept.disk, "appendonly.aof.1.incr.aof", 3)
    with pytest.raises(DamagedFile, match="aof-load-truncated is no") as caught:
        Kept(torn, aof_load_truncated=False)
    assert caught.value.offset == size
    loaded = Kept(torn)
    assert f"cut off behind {size} bytes, 24 more" in caplog.text
    assert loaded.state.databases[0].values == {b"a": b"1"}
    loaded.ask("SET c 3")
    assert again(loaded.disk).state.databases[0].values == {b"a": b"1", b"c": b"3"}


def test_a_torn_end_that_is_not_the_end_is_refused() -> None:
    kept = Kept(MemoryDisk())
    kept.ask("SET a 1")
    kept.ask("BGREWRITEAOF")
    kept.ask("SET b 2")
    torn = cut(kept.disk, "appendonly.aof.1.incr.aof", 3)
    with pytest.raises(DamagedFile, match="other files follow"):
        Kept(torn)
    del torn.files["appendonly.aof.2.incr.aof"].data[:]
    assert Kept(torn).state.databases[0].values == {}


@pytest.mark.parametrize("manifest", [None, b"", b"nonsense\n"])
def test_without_a_manifest_that_makes_sense_data_is_not_written_over(manifest: bytes | None) -> None:
    kept = Kept(MemoryDisk())
    kept.ask("SET a 1")
    disk = kept.disk.after_power_loss(kept=True)
    if manifest is None:
        del disk.files["appendonly.aof.manifest"]
    else:
        disk.files["appendonly.aof.manifest"].data[:] = manifest
    with pytest.raises(DamagedFile, match=r"appendonly\.aof\.manifest"):
        Kept(disk)


def test_of_many_files_without_a_manifest_some_are_named() -> None:
    disk = MemoryDisk()
    for number in range(1000):
        disk.close(disk.create(f"appendonly.aof.{number}.incr.aof"))
        disk.files[f"appendonly.aof.{number}.incr.aof"].data += b"x"
    with pytest.raises(DamagedFile, match="and 995 more") as caught:
        Kept(disk)
    assert len(str(caught.value)) < 500


# -- a disk that fails ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["always", "everysec", "no"])
def test_while_the_disk_is_full_writes_are_refused_and_reads_are_not(policy: str) -> None:
    kept = Kept(MemoryDisk(), policy)
    kept.ask("SET a 1")
    kept.disk.room = 10
    assert kept.ask("SET a 2") == (None if policy == "always" else Simple(b"OK"))
    assert kept.ask("SET a 3") == MISCONF
    assert kept.ask("PING") == MISCONF
    assert kept.ask("GET a") == b"2"
    assert not kept.persistence.holds_replies
    for request, reply in (
        ("MULTI", Simple(b"OK")), ("GET a", Simple(b"QUEUED")), ("SET a 4", MISCONF),
        ("EXEC", Error(b"EXECABORT Transaction discarded because of previous errors.")),
    ):  # fmt: skip
        assert kept.ask(request) == reply
    assert kept.persistence.report()["aof_last_write_status"] == "err"
    kept.disk.room = 1 << 40
    kept.wait(1.1)
    assert kept.ask("SET b 5") == Simple(b"OK")
    kept.persistence.close()
    assert again(kept.disk).state.databases[0].values == {b"a": b"2", b"b": b"5"}


def test_exec_is_refused_where_the_disk_failed_after_its_commands_were_queued() -> None:
    kept = Kept(MemoryDisk(), "everysec")
    other = ScriptedClient(kept.state)
    for request in ("MULTI", "SET a 1"):
        kept.ask(request)
    kept.disk.room = 0
    other("SET b 1")
    kept.persistence.commit()
    assert kept.ask("EXEC") == Error(b"EXECABORT Transaction discarded because of: " + MISCONF.data)


def test_after_a_failed_sync_everything_is_written_anew_before_writes_are_taken() -> None:
    kept = Kept(MemoryDisk())
    kept.ask("SET a 1")
    kept.disk.errors["sync"] = errno.EIO
    assert kept.ask("SET b 2") is None
    kept.disk.errors.clear()
    assert kept.ask("SET c 3") == Error(b"MISCONF Errors writing to the AOF file: Input/output error")
    kept.wait(1.1)
    assert kept.persistence.rewriting
    kept.finish_rewrite()
    assert kept.ask("SET d 4") == Simple(b"OK")
    assert again(kept.disk).state.databases[0].values == {b"a": b"1", b"b": b"2", b"d": b"4"}


@pytest.mark.parametrize("step", ["create", "write", "sync", "rename", "sync_names", "remove"])
@pytest.mark.parametrize("when", ["at once", "in the middle"])
def test_a_rewrite_that_fails_harms_nothing(step: str, when: str) -> None:
    kept = Kept(MemoryDisk(), "no")
    for number in range(100):
        kept.ask(f"SET key:{number} {number}")
    if when == "at once":
        kept.disk.errors[step] = errno.EIO
    kept.client("BGREWRITEAOF")
    kept.persistence.advance()
    kept.disk.errors[step] = errno.EIO
    kept.client("SET during 1")
    kept.finish_rewrite()
    kept.disk.errors.clear()
    kept.wait(1.1)
    if not kept.persistence.rewriting:
        kept.ask("SET after 1")
    assert contents(again(kept.disk, kept=True).state) == contents(kept.state)
    kept.finish_rewrite()
    kept.client("BGREWRITEAOF")
    kept.finish_rewrite()
    kept.ask("SET last 1")
    assert contents(again(kept.disk, kept=True).state) == contents(kept.state)
    kept.persistence.close()
    assert kept.disk.still_open == 0


def test_it_cannot_be_switched_on_where_the_disk_does_not_work() -> None:
    kept = Kept(MemoryDisk(), appendonly=False)

    def fail() -> None:
        raise OSError(errno.EACCES, "Permission denied")

    kept.disk.make_directory = fail  # type: ignore[method-assign]
    assert kept.ask("CONFIG SET appendonly yes") == Error(
        b"ERR CONFIG SET failed (possibly related to argument 'appendonly') - Unable to turn on AOF. Check server logs."
    )
    assert kept.ask("CONFIG GET appendonly") == {b"appendonly": b"no"}


# -- the one file of before Redis 7 -----------------------------------------------------------------------------------

OLD = pack_command("SET", "a", "1") + pack_command("RPUSH", "l", "x", "y")


def with_old_file(data: bytes = OLD, power: int = 1 << 60) -> MemoryDisk:
    disk = MemoryDisk(power)
    outside = disk.outside()
    outside.files["appendonly.aof"] = outside.safe_names["appendonly.aof"] = file = _File()
    file.data += data
    file.safe = len(data)
    return disk


def test_an_old_file_becomes_the_base_as_in_redis() -> None:
    kept = Kept(with_old_file())
    assert kept.ask("LRANGE l 0 -1") == [b"x", b"y"]
    assert kept.disk.outside().names() == []
    assert kept.disk.names() == ["appendonly.aof", "appendonly.aof.1.incr.aof", "appendonly.aof.manifest"]
    assert kept.disk.read("appendonly.aof.manifest").splitlines() == [
        b"file appendonly.aof seq 1 type b", b"file appendonly.aof.1.incr.aof seq 1 type i",
    ]  # fmt: skip
    kept.ask("INCR a")
    found = again(kept.disk)
    assert contents(found.state) == contents(kept.state)
    found.ask("BGREWRITEAOF")
    found.finish_rewrite()
    assert found.disk.names() == ["appendonly.aof.2.base.aof", "appendonly.aof.2.incr.aof", "appendonly.aof.manifest"]
    assert contents(again(found.disk).state) == contents(kept.state)


@pytest.mark.parametrize("torn", [False, True])
@pytest.mark.parametrize("keeps", [True, False], ids=["the kernel had written all", "only what was synced is left"])
def test_an_old_file_survives_power_lost_at_any_step(keeps: bool, torn: bool) -> None:
    data, lost, power = OLD + pack_command("SET", "b", "2")[: 9 if torn else None], True, 0
    whole = Kept(with_old_file(data))
    before = contents(whole.state)
    whole.ask("INCR a")
    after = contents(whole.state)
    while lost:
        power += 1
        disk = with_old_file(data, power)
        try:
            assert Kept(disk).ask("INCR a") == 2
            lost = False
        except PowerLost:
            pass
        found = Kept(disk.after_power_loss(keeps))
        assert contents(found.state) in ((before, after) if lost else (after,)), (power, disk.steps)
        assert found.disk.outside().names() == []
    assert power > 10


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"REDIS0009" + bytes(100), "appendonly.aof cannot be read behind its first 0 bytes: it is an RDB file"),
        (OLD + pack_command("GEOFOO", "a"), "appendonly.aof .* does not know the command 'GEOFOO'"),
        (OLD + b"*x\r\n" + OLD, "appendonly.aof is damaged"),
    ],
)
def test_an_old_file_that_cannot_be_read_stays_where_it_is(data: bytes, problem: str) -> None:
    disk = with_old_file(data)
    with pytest.raises(UnreadableFile, match=problem):
        Kept(disk)
    assert (disk.names(), disk.steps, disk.outside().names()) == ([], [], ["appendonly.aof"])


def test_an_old_file_beside_newer_ones_is_not_read_but_not_in_silence(caplog: pytest.LogCaptureFixture) -> None:
    kept = Kept(MemoryDisk())
    kept.ask("SET b 2")
    disk = kept.disk.after_power_loss(kept=True)
    disk.outside().files["appendonly.aof"] = with_old_file().outside().files["appendonly.aof"]
    assert Kept(disk).state.databases[0].values == {b"b": b"2"}
    assert "appendonly.aof is not read" in caplog.text
    assert disk.outside().exists("appendonly.aof")


def test_switched_on_beside_an_old_file_what_is_in_memory_counts(caplog: pytest.LogCaptureFixture) -> None:
    kept = Kept(with_old_file(), appendonly=False)
    kept.ask("SET b 2")
    kept.ask("CONFIG SET appendonly yes")
    kept.finish_rewrite()
    assert "appendonly.aof is not read" in caplog.text
    assert again(kept.disk).state.databases[0].values == {b"b": b"2"}


@pytest.mark.parametrize("inside", ["appendonly.aof", "appendonly.aof.1.incr.aof"])
def test_an_old_file_does_not_hide_that_a_manifest_is_missing(inside: str) -> None:
    disk = with_old_file()
    disk.files[inside] = _File()
    disk.files[inside].data += OLD
    with pytest.raises(DamagedFile, match="it is missing"):
        Kept(disk)


# -- whose directory it is --------------------------------------------------------------------------------------------


def test_nothing_is_read_or_written_in_the_directory_of_another_server() -> None:
    first = Kept(MemoryDisk())
    first.ask("SET a 1")
    before, steps = first.disk.after_power_loss(kept=True).files.keys(), len(first.disk.steps)
    with pytest.raises(OSError, match="busy"):
        Kept(first.disk)
    other = Kept(first.disk, appendonly=False)
    assert isinstance(other.ask("CONFIG SET appendonly yes"), Error)
    assert other.ask("CONFIG GET appendonly") == {b"appendonly": b"no"}
    assert isinstance(other.ask("BGREWRITEAOF"), Error)
    assert (first.disk.files.keys(), len(first.disk.steps)) == (before, steps)
    first.persistence.close()
    other.ask("SET b 2")
    assert other.ask("CONFIG SET appendonly yes") == Simple(b"OK")
    other.finish_rewrite()
    with pytest.raises(OSError, match="busy"):
        Kept(first.disk)
    other.ask("CONFIG SET appendonly no")
    assert Kept(first.disk).state.databases[0].values == {b"b": b"2"}


def test_the_directory_is_given_up_where_it_cannot_be_used() -> None:
    kept = Kept(MemoryDisk())
    kept.ask("SET a 1")
    disk = kept.disk.after_power_loss(kept=True)
    disk.files["appendonly.aof.manifest"].data[:] = b"nonsense\n"
    with pytest.raises(DamagedFile):
        Kept(disk)
    other = Kept(disk, appendonly=False)
    for request in ("CONFIG SET appendonly yes", "BGREWRITEAOF"):
        assert isinstance(other.ask(request), Error)
        assert not disk.locked
    del disk.files["appendonly.aof.manifest"]
    disk.errors["create"] = errno.EACCES
    other.ask("CONFIG SET appendonly yes")
    other.finish_rewrite()
    assert not disk.locked
    disk.errors.clear()
    other.ask("BGREWRITEAOF")
    assert disk.locked
    other.finish_rewrite()
    assert not disk.locked


def test_the_clock_goes_on_where_the_directory_was_taken_meanwhile() -> None:
    """It could not be switched on, and is tried again; by then it belongs to another server."""
    kept = Kept(MemoryDisk(), appendonly=False)
    kept.disk.errors["create"] = errno.EACCES
    kept.ask("CONFIG SET appendonly yes")
    kept.finish_rewrite()
    kept.disk.errors.clear()
    other = Kept(kept.disk)
    kept.wait(100)
    assert kept.ask("CONFIG GET appendonly") == {b"appendonly": b"no"}
    other.persistence.close()


def test_a_rewrite_where_nothing_is_logged_comes_behind_the_files_that_there_are() -> None:
    """Their names are not used again: whoever loses power in the middle would find old and new together."""
    kept = Kept(MemoryDisk())
    kept.ask("RPUSH l a b")
    kept.persistence.close()
    other = Kept(kept.disk, appendonly=False)
    other.ask("RPUSH l c")
    other.ask("BGREWRITEAOF")
    other.finish_rewrite()
    assert kept.disk.names() == ["appendonly.aof.2.base.aof", "appendonly.aof.manifest"]
    assert [*again(kept.disk).state.databases[0].values[b"l"]] == [b"c"]  # type: ignore[misc]


# -- power lost at every step -----------------------------------------------------------------------------------------

REQUESTS = [
    "SET a 1", "RPUSH l 1 2 3", "INCR a", "BGREWRITEAOF", "RPUSH l 4", "SADD s x", "LPOP l", "EXPIRE a 1000", "DEL s",
    "BGREWRITEAOF", "INCRBYFLOAT f 0.5", "CONFIG SET appendonly no", "SET unkept 1", "DEL unkept",
    "CONFIG SET appendonly yes", "RPUSH l 5", "INCR b", "FLUSHDB", "SET c 1", "BGREWRITEAOF", "INCR c",
]  # fmt: skip


def story(kept: Kept, promised: list[dict[int, dict[bytes, object]]]) -> Iterator[None]:
    """The requests, with a slice of a rewrite after each. `promised` gets what may be found again."""
    for request in REQUESTS:
        before = contents(kept.state)
        reply = kept.client(request)
        kept.persistence.advance()
        promised[:] = [before, contents(kept.state)]
        if kept.persistence.commit() and not isinstance(reply, Error):
            promised[:] = [contents(kept.state)]
        if request == "CONFIG SET appendonly no":
            promised.clear()  # anything goes
        yield
        if request == "CONFIG SET appendonly yes":
            kept.finish_rewrite()
    kept.finish_rewrite()
    kept.persistence.close()


@pytest.mark.thorough
@pytest.mark.parametrize("keeps", [True, False], ids=["the kernel had written all", "only what was synced is left"])
def test_power_lost_at_any_step(keeps: bool) -> None:
    power, lost = 0, True
    while lost:
        power += 1
        disk = MemoryDisk(power)
        promised: list[dict[int, dict[bytes, object]]] = [{}]
        lost = tell(disk, promised)
        found = contents(Kept(disk.after_power_loss(keeps)).state)
        assert not promised or found in promised, (power, disk.steps[-1])
    assert power > 80


def tell(disk: MemoryDisk, promised: list[dict[int, dict[bytes, object]]]) -> bool:
    """Tell the story until power is lost; whether it was."""
    try:
        kept = Kept(disk)
        for _ in story(kept, promised):
            if len(disk.steps) >= disk.power:
                return True
    except PowerLost:
        return True
    return False
