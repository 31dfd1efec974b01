"""Reading: what is whole is run, a torn end is told from damage, and each is found at its very place."""

from __future__ import annotations

import pickle

import pytest

from framewire._impl import pack_command
from framewire.redis.server.clients.clock import wall_clock
from framewire.redis.server.clients.state import State
from framewire.redis.server.persistence import load
from framewire.redis.server.persistence.load import DamagedFile, Loader, UnreadableFile
from framewire.redis.server.running.session import Session
from framewire.redis.server.values.streams import StreamValue
from tests.redis.server.persistence.disks import MemoryDisk, _File, contents


def pack(*texts: str) -> bytes:
    return b"".join(pack_command(*text.split(" ")) for text in texts)


def _to_nobody(value: object) -> None:
    """Nobody listens to the client that loads."""


def read(data: bytes) -> tuple[State, Loader, int]:
    disk, state = MemoryDisk(), State()
    disk.files["f"] = _File()
    disk.files["f"].data += data
    loader = Loader(state, lambda: Session(state, _to_nobody), disk)
    return state, loader, loader.load("f")


WHOLE = ["SELECT 2", "SET a 1", "RPUSH l x y", "MULTI", "INCR a", "SET b 2", "EXEC", "SADD s m"]


@pytest.fixture(params=[1, 2, 1024])
def batch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "BATCH", request.param)
    monkeypatch.setattr(load, "CHUNK", 7)


@pytest.mark.usefixtures("batch")
def test_cut_anywhere_the_whole_part_is_read() -> None:
    data = pack(*WHOLE)
    ends = {len(pack(*WHOLE[:count])): count for count in range(len(WHOLE) + 1)}
    for cut in range(len(data) + 1):
        state, loader, good = read(data[:cut])
        count = max(done for end, done in ends.items() if end <= cut)
        if 3 < count < 7:  # the transaction has no EXEC
            count = 3
        assert good == len(pack(*WHOLE[:count])), cut
        values = state.databases[2].values
        assert (values.get(b"a"), b"b" in values, b"s" in values) == (
            None if count < 2 else b"2" if count >= 7 else b"1", count >= 7, count >= 8,
        )  # fmt: skip
        assert loader.errors == 0


@pytest.mark.usefixtures("batch")
@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (b"*1\r\nx4\r\nPING\r\n", "expected"),
        (b"*x\r\n", "invalid"),
        (b"\xff\xfe\r\n", "unknown command"),
        (b"NONSENSE a\r\n", "unknown command 'NONSENSE'"),
        (pack("GET"), "wrong number of arguments for 'get'"),
        (b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nvv\r\n", "damaged"),
    ],
)
def test_damage_is_refused_where_it_is(damage: bytes, problem: str) -> None:
    before = pack(*WHOLE)
    with pytest.raises(DamagedFile, match=problem) as caught:
        read(before + damage + pack("SET after 1") * 3)
    assert caught.value.name == "f"
    if b"vv" not in damage:  # there the value ends too late: what is wrong comes behind it
        assert caught.value.offset == len(before)


@pytest.mark.usefixtures("batch")
@pytest.mark.parametrize(
    ("unknown", "name"),
    [
        (pack("NONSENSE a"), "'NONSENSE'"),
        (pack("xgroup Frobnicate s g"), "'xgroup Frobnicate'"),
        (pack("MULTI", "SET a 9", "JSON.SET a $ 1", "EXEC"), "'JSON.SET'"),
        (pack("x" * 1000), "'x{64}'"),
        (b"*1\r\n$3\r\n\xff\n\x1b\r\n", r"'\\\\xff\\n\\x1b'"),
    ],
)
def test_a_command_that_is_not_known_here_is_named_and_is_no_damage(unknown: bytes, name: str) -> None:
    before = pack(*WHOLE)
    with pytest.raises(UnreadableFile, match=f"this server does not know the command {name}") as caught:
        read(before + unknown + pack("SET after 1") * 3)
    assert not isinstance(caught.value, DamagedFile)
    assert "damaged" not in str(caught.value)
    assert caught.value.offset == len(before) + len(pack("MULTI", "SET a 9") if b"MULTI" in unknown else b"")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (type(copy), str(copy)) == (UnreadableFile, str(caught.value))


def test_an_rdb_file_is_refused_with_a_way_out() -> None:
    with pytest.raises(UnreadableFile, match="aof-use-rdb-preamble no") as caught:
        read(b"REDIS0010" + bytes(100))
    assert caught.value.offset == 0
    assert "damaged" not in str(caught.value)


def test_time_stands_still_meanwhile() -> None:
    """What was lengthened in time must not end between the two."""
    state, _, _ = read(pack("SET a 5 PXAT 1000", "INCR a", "PERSIST a", "SET b 1 PXAT 1000"))
    assert contents(state) == {0: {b"a": ((b"string", [[b"6"]]), None), b"b": ((b"string", [[b"1"]]), 1000)}}
    assert state.clock > 1_000_000
    state.expire_cycle()
    assert b"b" not in state.databases[0].values


@pytest.mark.parametrize(
    "request_",
    [
        "SETEX k 100 v", "PSETEX k 100000 v", "SET k v EX 100", "SET k v PX 100000", "GETEX k EX 100",
        "GETEX k PX 100000", "EXPIRE k 100", "PEXPIRE k 100000", "expire k 100 NX",
    ],
)  # fmt: skip
def test_relative_times_count_from_the_time_of_loading(request_: str) -> None:
    """Ours logs none, but others do, and Redis counts them so too."""
    before = wall_clock()
    state, loader, _ = read(pack("SET k v", request_, "APPEND k w"))
    assert before <= state.databases[0].deadlines[b"k"] - 100_000 <= wall_clock()
    assert (bytes(state.databases[0].values[b"k"]), loader.errors) == (b"vw", 0)  # type: ignore[call-overload]


def test_a_relative_time_that_is_past_ends_the_key_once_everything_is_loaded() -> None:
    state, _, _ = read(pack("SET k 1", "EXPIRE k -1", "INCR k", "SET j 1", "PEXPIRE j -1", "PERSIST j"))
    assert state.databases[0].values == {b"k": b"2", b"j": b"1"}
    state.expire_cycle()
    assert state.databases[0].values == {b"j": b"1"}


def test_ids_and_deliveries_without_a_time_are_of_the_time_of_loading() -> None:
    before = wall_clock()
    state, _, _ = read(pack(
        "XADD s * f v", "XADD s 5-* f v", "XADD s * f w", "XGROUP CREATE s g 0", "XREADGROUP GROUP g c STREAMS s >",
        "XCLAIM s g d 0 5-0",
    ))  # fmt: skip
    stream = state.databases[0].values[b"s"]
    assert isinstance(stream, StreamValue)
    first, second = [id_ >> 64 for id_, _ in stream.entries()]
    assert before <= first <= second <= wall_clock()
    delivered = [pending.delivered for pending in stream.groups[b"g"].pending.values()]
    assert len(delivered) == 2
    assert all(before <= time <= wall_clock() for time in delivered)


def test_annotations_are_passed_over() -> None:
    state, loader, good = read(b"#TS:1700000000\r\n" + pack("SET a 1") + b"#TS:1700000001\r\n")
    assert (state.databases[0].values, loader.commands, good) == ({b"a": b"1"}, 1, 59)


def test_errors_are_counted_and_passed_over_as_redis_does() -> None:
    state, loader, _ = read(pack("SET a x", "INCR a", "LPUSH a 1", "SET b 1"))
    assert (loader.errors, loader.first_error[:16]) == (2, b"ERR value is not")
    assert b"b" in state.databases[0].values


def test_a_password_is_not_asked_for_and_nobody_is_left_connected() -> None:
    disk, state = MemoryDisk(), State()
    state.config.requirepass = b"secret"
    disk.files["f"] = _File()
    disk.files["f"].data += pack("SET a 1")
    Loader(state, lambda: Session(state, _to_nobody), disk).load("f")
    assert state.databases[0].values == {b"a": b"1"}
    assert not state.clients
