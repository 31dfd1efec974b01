"""The scanner: where frames end, without building them, wherever the network cut the bytes."""

from __future__ import annotations

import random
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from framewire.errors import FrameTooLong, ProtocolError
from framewire.frames.resp import RespLimits
from tests.every_way import cuts
from tests.vectors.resp import BOTH_WAYS, DECODE_ONLY, INCOMPLETE
from tests.vectors.resp_hostile import REPLIES as REFUSED

REPLIES = {name: reply.wire for name, reply in (BOTH_WAYS | DECODE_ONLY).items()}


def pieces_of(wire: bytes) -> list[list[bytes]]:
    single = [[wire[i : i + 1] for i in range(len(wire))]] if len(wire) <= 1000 else []
    return [[wire], [wire, b""], *single, list(cuts(wire, max(5, len(wire) // 50), random.Random(1)))]


def scan_all(scanner: Any, src: Any, pieces: list[bytes]) -> list[int]:
    """The lengths of all frames; `src` grows piece by piece and each frame is taken away when it is whole."""
    lengths: list[int] = []
    for piece in pieces:
        src.extend(piece)
        while (length := scanner.scan(src)) is not None:
            src.advance(length)
            lengths.append(length)
    return lengths


@pytest.mark.parametrize("name", REPLIES)
def test_length(resp: ModuleType, bytes_mut: type, name: str) -> None:
    for pieces in pieces_of(REPLIES[name] + b"+behind\r\n"):
        assert scan_all(resp.FrameScanner(), bytes_mut(), pieces) == [len(REPLIES[name]), 9]


def test_lengths_of_all_in_one_stream(resp: ModuleType, bytes_mut: type) -> None:
    stream = b"".join(REPLIES.values())
    for pieces in pieces_of(stream):
        assert scan_all(resp.FrameScanner(), bytes_mut(), pieces) == [len(wire) for wire in REPLIES.values()]


@pytest.mark.parametrize("name", INCOMPLETE)
def test_incomplete(resp: ModuleType, bytes_mut: type, name: str) -> None:
    for pieces in pieces_of(INCOMPLETE[name]):
        assert scan_all(resp.FrameScanner(), bytes_mut(), pieces) == []


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_the_decoder_does(resp: ModuleType, bytes_mut: type, name: str) -> None:
    case = REFUSED[name]
    for pieces in pieces_of(case.wire):
        scanner = resp.FrameScanner(case.limits)
        with pytest.raises(ProtocolError) as refused:
            scan_all(scanner, bytes_mut(), pieces)
        assert str(refused.value) == case.message
        assert isinstance(refused.value, FrameTooLong) == case.too_long
        with pytest.raises(ProtocolError) as again:
            scanner.scan(b":1\r\n")
        assert str(again.value) == case.message


def test_nothing_is_consumed(resp: ModuleType, bytes_mut: type) -> None:
    src = bytes_mut(b"*2\r\n:1\r\n:")
    scanner = resp.FrameScanner()
    assert scanner.scan(src) is None
    assert bytes(src) == b"*2\r\n:1\r\n:"
    src.extend(b"2\r\n")
    assert scanner.scan(src) == 12
    assert len(src) == 12


def test_anything_that_holds_bytes_can_be_scanned(resp: ModuleType, bytes_mut: type) -> None:
    buffers = import_module(bytes_mut.__module__) if hasattr(bytes_mut, "__module__") else None
    wire = b"*1\r\n$3\r\nabc\r\n+rest"
    things = [wire, bytearray(wire), memoryview(wire), memoryview(bytearray(b"xx" + wire))[2:], bytes_mut(wire)]
    if buffers is not None and hasattr(buffers, "Cursor"):
        cursor = buffers.Cursor(b"--" + wire)
        cursor.advance(2)
        things += [buffers.Bytes(wire), cursor]
    for thing in things:
        assert resp.FrameScanner().scan(thing) == 13, type(thing)


def test_a_scanned_bytearray_can_grow(resp: ModuleType) -> None:
    """No export of the buffer outlives the call, not even through an error."""
    scanner = resp.FrameScanner()
    received = bytearray(b"$3\r\nab")
    assert scanner.scan(received) is None
    received += b"c\r\n"
    assert scanner.scan(received) == 9
    received = bytearray(b"?")
    with pytest.raises(ProtocolError):
        scanner.scan(received)
    received += b"more"


@pytest.mark.parametrize("thing", [5, "+OK\r\n", None])
def test_what_holds_no_bytes(resp: ModuleType, thing: object) -> None:
    with pytest.raises(TypeError):
        resp.FrameScanner().scan(thing)


def test_limits(resp: ModuleType) -> None:
    with pytest.raises(FrameTooLong, match="payload of 6 bytes, limit 5"):
        resp.FrameScanner(RespLimits(max_bulk=5)).scan(b"$6\r\n")


@pytest.mark.thorough
def test_memory_does_not_grow_with_the_frame(resp: ModuleType, bytes_mut: type) -> None:
    """A proxy scans what it passes on: 20 000 elements are counted, not kept."""
    import tracemalloc

    wire = b"*20000\r\n" + b":1\r\n" * 19_999
    src = bytes_mut(wire)
    scanner = resp.FrameScanner()
    tracemalloc.start()
    try:
        assert scanner.scan(src) is None
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert kept < 50_000
    src.extend(b":1\r\n")
    assert scanner.scan(src) == len(wire) + 4
