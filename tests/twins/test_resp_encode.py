"""The encoders: the wire form of each frame, value and command, what has none, and who owns a large payload."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from framewire.errors import EncodeError
from framewire.frames.resp import (
    Array,
    Attributed,
    BigNumber,
    Bulk,
    BulkError,
    Double,
    Error,
    Integer,
    Map,
    Null,
    Push,
    Set,
    Simple,
    Verbatim,
)
from tests.vectors.resp import BOTH_WAYS, COMMANDS, ENCODE_VALUES
from tests.vectors.resp_hostile import COMMANDS as NO_COMMANDS
from tests.vectors.resp_hostile import FRAMES as NO_FRAMES
from tests.vectors.resp_hostile import VALUES as NO_VALUES


class Output:
    """What an encoder writes to, with something in it already."""

    def __init__(self, bytes_mut: type) -> None:
        self.tail = bytes_mut(b"before")
        self.segments: list[Any] = [b"first"]

    def written(self) -> bytes:
        return (b"".join(self.segments) + bytes(self.tail)).removeprefix(b"firstbefore")

    def untouched(self) -> bool:
        return self.segments == [b"first"] and bytes(self.tail) == b"before"


@pytest.fixture
def out(bytes_mut: type) -> Output:
    return Output(bytes_mut)


# ---- what is written ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_frames_in_resp3(resp: ModuleType, out: Output, name: str) -> None:
    resp.encode_frame(BOTH_WAYS[name].frame, 3, out.tail, out.segments)
    assert out.written() == BOTH_WAYS[name].wire


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_frames_in_resp2(resp: ModuleType, out: Output, name: str) -> None:
    resp.encode_frame(BOTH_WAYS[name].frame, 2, out.tail, out.segments)
    assert out.written() == BOTH_WAYS[name].resp2


@pytest.mark.parametrize("name", ENCODE_VALUES)
def test_values(resp: ModuleType, bytes_mut: type, name: str) -> None:
    for protocol, wire in ((3, ENCODE_VALUES[name].resp3), (2, ENCODE_VALUES[name].resp2)):
        out = Output(bytes_mut)
        resp.encode_values([ENCODE_VALUES[name].value], protocol, out.tail, out.segments)
        assert out.written() == wire


@pytest.mark.parametrize("protocol", [2, 3])
def test_a_batch_of_values(resp: ModuleType, out: Output, protocol: int) -> None:
    cases = list(ENCODE_VALUES.values())
    resp.encode_values([case.value for case in cases], protocol, out.tail, out.segments)
    assert out.written() == b"".join(case.resp3 if protocol == 3 else case.resp2 for case in cases)


def test_our_own_bytes_are_values_too(resp: ModuleType, bytes_mut: type, out: Output) -> None:
    buffers = import_module(resp.__name__.replace(".resp", ".buffer"))
    resp.encode_values([buffers.Bytes(b"xaby")[1:3]], 3, out.tail, out.segments)
    resp.encode_commands([[buffers.Bytes(b"GET"), b"k"]], out.tail, out.segments)
    assert out.written() == b"$2\r\nab\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_commands(resp: ModuleType, out: Output, name: str) -> None:
    command, wire = COMMANDS[name]
    resp.encode_commands([command], out.tail, out.segments)
    assert out.written() == wire


def test_a_batch_of_commands(resp: ModuleType, out: Output) -> None:
    resp.encode_commands([command for command, _ in COMMANDS.values()], out.tail, out.segments)
    assert out.written() == b"".join(wire for _, wire in COMMANDS.values())


@pytest.mark.parametrize("name", COMMANDS)
def test_a_packed_command(resp: ModuleType, name: str) -> None:
    command, wire = COMMANDS[name]
    packed = resp.pack_command(*command)
    assert type(packed) is bytes
    assert packed == wire


SIZES = [0, 1, 9, 10, 99, 100, 900, 950, 960, 990, 1000, 1024, 4096, 16_383, 16_384, 100_000]  # a compiled limit: 1 KiB


@pytest.mark.parametrize("size", SIZES)
def test_packed_commands_of_every_size(resp: ModuleType, bytes_mut: type, size: int) -> None:
    for argument in (b"x" * size, "x" * size, "\xe9" * size, bytearray(size), 10 ** (size % 1000), -size, size / 7):
        for command in ((argument,), (b"SET", "key", argument, 1, -1, 2**63 - 1, -(2**63), b"end")):
            out = Output(bytes_mut)
            resp.encode_commands([command], out.tail, out.segments)
            assert resp.pack_command(*command) == out.written()


def test_packed_commands_of_many_arguments(resp: ModuleType) -> None:
    for count in (1, 9, 10, 30, 40, 99, 100, 1000, 20_000):
        packed = resp.pack_command(*range(count))
        assert packed == b"*%d\r\n" % count + b"".join(b"$%d\r\n%d\r\n" % (len(str(i)), i) for i in range(count))


def test_a_packed_command_shares_nothing(resp: ModuleType, bytes_mut: type) -> None:
    buffers = import_module(resp.__name__.replace(".resp", ".buffer"))
    changing = bytearray(b"z" * 20_000)
    packed = resp.pack_command(b"SET", buffers.Bytes(b"xaby")[1:3], memoryview(changing), changing)
    changing[:] = b"!" * len(changing)
    bulk = b"$20000\r\n" + b"z" * 20_000 + b"\r\n"
    assert packed == b"*4\r\n$3\r\nSET\r\n$2\r\nab\r\n" + bulk + bulk


def test_nothing_to_write(resp: ModuleType, out: Output) -> None:
    resp.encode_values([], 3, out.tail, out.segments)
    resp.encode_commands([], out.tail, out.segments)
    assert out.untouched()


def test_subclasses_are_written_as_their_bases(resp: ModuleType, out: Output) -> None:
    class Text(str): ...

    class Raw(bytes): ...

    class Count(int): ...

    class Ratio(float): ...

    class Items(list): ...  # type: ignore[type-arg]

    class Fields(dict): ...  # type: ignore[type-arg]

    resp.encode_values([Text("a"), Raw(b"b"), Count(1), Ratio(0.5), Items([1]), Fields(a=1)], 3, out.tail, out.segments)
    assert out.written() == b"$1\r\na\r\n$1\r\nb\r\n:1\r\n,0.5\r\n*1\r\n:1\r\n%1\r\n$1\r\na\r\n:1\r\n"


def test_bytes_like_data_in_frames(resp: ModuleType, out: Output) -> None:
    resp.encode_frame(Array((Bulk(bytearray(b"a")), Simple(memoryview(b"b")))), 3, out.tail, out.segments)  # type: ignore[arg-type]
    assert out.written() == b"*2\r\n$1\r\na\r\n+b\r\n"


# ---- what has no wire form ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NO_FRAMES)
def test_refused_frames(resp: ModuleType, out: Output, name: str) -> None:
    for frame in (NO_FRAMES[name].item, Array((Bulk(b"x" * 20_000), Array((NO_FRAMES[name].item,))))):
        with pytest.raises(EncodeError) as refused:
            resp.encode_frame(frame, 3, out.tail, out.segments)
        assert str(refused.value) == NO_FRAMES[name].message
        assert out.untouched()


@pytest.mark.parametrize("name", NO_VALUES)
@pytest.mark.parametrize("protocol", [2, 3])
def test_refused_values(resp: ModuleType, out: Output, name: str, protocol: int) -> None:
    if protocol == 2 and name == "Push inside a list":
        return  # RESP2 has no push: it is an array there
    with pytest.raises(EncodeError) as refused:
        resp.encode_values([1, b"x" * 20_000, b"y", NO_VALUES[name].item], protocol, out.tail, out.segments)
    assert str(refused.value) == NO_VALUES[name].message
    assert out.untouched()


@pytest.mark.parametrize("name", NO_COMMANDS)
def test_refused_commands(resp: ModuleType, out: Output, name: str) -> None:
    with pytest.raises(EncodeError) as refused:
        resp.encode_commands([[b"SET", b"k", b"x" * 20_000], NO_COMMANDS[name].item], out.tail, out.segments)
    assert str(refused.value) == NO_COMMANDS[name].message
    assert out.untouched()


@pytest.mark.parametrize("name", [name for name, case in NO_COMMANDS.items() if isinstance(case.item, list)])
def test_refused_packing(resp: ModuleType, name: str) -> None:
    for large in ((), (b"x" * 2000,)) if NO_COMMANDS[name].item else ((),):
        with pytest.raises(EncodeError) as refused:
            resp.pack_command(*large, *NO_COMMANDS[name].item)
        assert str(refused.value) == NO_COMMANDS[name].message


@pytest.mark.parametrize("protocol", [0, 1, 4])
def test_protocols_that_are_none(resp: ModuleType, out: Output, protocol: int) -> None:
    with pytest.raises(ValueError, match=f"protocol must be 2 or 3, not {protocol}"):
        resp.encode_frame(Null(), protocol, out.tail, out.segments)
    with pytest.raises(ValueError, match=f"protocol must be 2 or 3, not {protocol}"):
        resp.encode_values([1], protocol, out.tail, out.segments)
    assert out.untouched()


@pytest.mark.thorough
def test_a_container_that_holds_itself(resp: ModuleType, out: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("framewire._pure.resp_encode.MAX_DEPTH", 1000)  # the compiled twin is quick enough without
    endless: list[Any] = [1]
    endless.append(endless)
    with pytest.raises(EncodeError, match="does a container hold itself"):
        resp.encode_values([endless], 3, out.tail, out.segments)
    assert out.untouched()


def test_a_push_inside_an_array_is_an_array_in_resp2(resp: ModuleType, out: Output) -> None:
    resp.encode_frame(Array((Push((Integer(1),)),)), 2, out.tail, out.segments)
    assert out.written() == b"*1\r\n*1\r\n:1\r\n"


def test_a_push_may_stand_inside_a_list_of_values(resp: ModuleType, out: Output) -> None:
    """As Redis answers an EXEC that has subscribed, in both protocols."""
    resp.encode_values([[Push((b"subscribe", b"c", 1)), 1]], 3, out.tail, out.segments)
    assert out.written() == b"*2\r\n>3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n:1\r\n"


@pytest.mark.thorough
def test_nested_100_000_deep(resp: ModuleType, bytes_mut: type) -> None:
    frame: Any = Integer(1)
    value: Any = 1
    for _ in range(100_000):
        frame, value = Array((frame,)), [value]
    for encode, thing in ((resp.encode_frame, frame), (resp.encode_values, [value])):
        out = Output(bytes_mut)
        encode(thing, 3, out.tail, out.segments)
        assert out.written() == b"*1\r\n" * 100_000 + b":1\r\n"


def test_every_aggregate_nests(resp: ModuleType, out: Output) -> None:
    frame = Attributed(((Simple(b"a"), Array(())),), Map(((Set((Array((Null(),)),)), Map(())), (Null(), Double(1.0)))))
    resp.encode_frame(frame, 3, out.tail, out.segments)
    assert out.written() == b"|1\r\n+a\r\n*0\r\n%2\r\n~1\r\n*1\r\n_\r\n%0\r\n_\r\n,1\r\n"


# ---- large payloads ----------------------------------------------------------------------------------------------

LARGE = b"z" * 16_384


def test_large_payloads_are_segments_of_their_own(resp: ModuleType, out: Output) -> None:
    resp.encode_values([1, LARGE, 2, [LARGE], None], 3, out.tail, out.segments)
    assert out.written() == b":1\r\n$16384\r\n%b\r\n:2\r\n*1\r\n$16384\r\n%b\r\n_\r\n" % (LARGE, LARGE)
    assert [len(segment) for segment in out.segments] == [5, 18, 16384, 18, 16384]
    assert out.segments[2] is LARGE
    assert out.segments[4] is LARGE
    assert bytes(out.tail) == b"\r\n_\r\n"


def test_one_byte_less_is_copied(resp: ModuleType, out: Output) -> None:
    resp.encode_values([LARGE[1:]], 3, out.tail, out.segments)
    assert out.segments == [b"first"]
    assert out.written() == b"$16383\r\n" + LARGE[1:] + b"\r\n"


def test_the_threshold_is_that_of_the_write_buffer(resp: ModuleType) -> None:
    assert import_module("framewire.buf").SHARE_THRESHOLD == len(LARGE)


@pytest.mark.parametrize("make", [Bulk, BulkError, lambda data: Verbatim(b"txt", data)])
@pytest.mark.parametrize("protocol", [2, 3])
def test_large_frames(resp: ModuleType, bytes_mut: type, make: Any, protocol: int) -> None:
    out = Output(bytes_mut)
    resp.encode_frame(Array((make(LARGE), Integer(1))), protocol, out.tail, out.segments)
    if protocol == 3 or make is not BulkError:
        assert any(segment is LARGE for segment in out.segments)
    assert LARGE in out.written()
    assert out.written().endswith(LARGE + b"\r\n:1\r\n")


def test_large_arguments(resp: ModuleType, out: Output) -> None:
    resp.encode_commands([[b"SET", b"k", LARGE], [b"GET", b"k"]], out.tail, out.segments)
    assert out.segments[-1] is LARGE
    assert out.written() == b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$16384\r\n%b\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n" % LARGE


def test_large_payloads_that_may_change_are_copied(resp: ModuleType, out: Output) -> None:
    changing = bytearray(LARGE)
    resp.encode_values([changing], 3, out.tail, out.segments)
    resp.encode_values([memoryview(changing)], 3, out.tail, out.segments)
    changing[:] = b"!" * len(changing)
    assert out.written() == (b"$16384\r\n" + LARGE + b"\r\n") * 2


def test_our_own_large_bytes_are_shared(resp: ModuleType, out: Output) -> None:
    buffers = import_module(resp.__name__.replace(".resp", ".buffer"))
    data = buffers.Bytes(LARGE * 2)
    resp.encode_values([data[5:]], 3, out.tail, out.segments)
    assert len(out.segments[-1]) == 32_763
    assert out.written() == b"$32763\r\n" + (LARGE * 2)[5:] + b"\r\n"


def test_a_batch_of_small_things_is_one_piece(resp: ModuleType, out: Output) -> None:
    resp.encode_values([Simple(b"OK")] * 1000, 2, out.tail, out.segments)
    assert out.segments == [b"first"]
    assert out.written() == b"+OK\r\n" * 1000


def test_big_numbers_of_every_length(resp: ModuleType, bytes_mut: type) -> None:
    for digits in (1, 599, 600, 601, 1199, 1200, 1201, 4299, 4300):
        for number in (10 ** (digits - 1), 10**digits - 1, -(10**digits) + 1):
            out = Output(bytes_mut)
            resp.encode_frame(BigNumber(number), 3, out.tail, out.segments)
            sign = b"-" if number < 0 else b""
            text = b"9" * digits if abs(number) != 10 ** (digits - 1) else b"1" + b"0" * (digits - 1)
            assert out.written() == b"(" + sign + text + b"\r\n"


def test_error_values_cannot_forge_a_reply(resp: ModuleType, bytes_mut: type) -> None:
    for data in (b"\r\n", b"\r", b"\n", b"a\r\nb\r\nc", bytes(range(256))):
        out = Output(bytes_mut)
        resp.encode_values([Error(data)], 3, out.tail, out.segments)
        assert out.written().count(b"\n") == 1
        assert out.written() == b"-" + data.replace(b"\r", b" ").replace(b"\n", b" ") + b"\r\n"
