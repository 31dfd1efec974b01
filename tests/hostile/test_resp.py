"""A peer that means harm, or is only broken: refused with the right words, in linear time, in little memory.

The numbered tests close, one by one, the known weaknesses of mini-redis that lie in framing and encoding.
"""

from __future__ import annotations

import contextlib
import random
import tracemalloc
import weakref
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from framewire.errors import EncodeError, FrameTooLong, ProtocolError
from framewire.frames.resp import Array, Bulk, Error, Integer, RespLimits, Simple
from tests.every_way import cuts, every_way, feed, flat
from tests.vectors.resp_hostile import REPLIES
from tests.work import cpu_seconds

BEHIND = b"+behind\r\n"
MORE = object()


@pytest.mark.parametrize("output", ["frames", "values"])
@pytest.mark.parametrize("name", REPLIES)
def test_refused(resp: ModuleType, bytes_mut: type, name: str, output: str) -> None:
    case = REPLIES[name]
    found = every_way(lambda: resp.RespDecoder(output, case.limits), bytes_mut, case.wire, BEHIND)
    assert found == ([], (FrameTooLong if case.too_long else ProtocolError, case.message), False)


@pytest.mark.parametrize("output", ["frames", "values"])
def test_refused_behind_good_items(resp: ModuleType, bytes_mut: type, output: str) -> None:
    """The words count from the start of the refused frame, wherever it stands in the stream."""
    for case in list(REPLIES.values())[::5]:
        found = feed(resp.RespDecoder(output, case.limits), bytes_mut, [b"_\r\n#t\r\n" + case.wire], batch=10)
        assert (len(found.items), found.error) == (2, (FrameTooLong if case.too_long else ProtocolError, case.message))


def test_sizes_and_limits_are_told(resp: ModuleType, bytes_mut: type) -> None:
    with pytest.raises(FrameTooLong) as refused:
        resp.RespDecoder("frames", RespLimits(max_elements=2)).decode(bytes_mut(b"*3\r\n"))
    assert (refused.value.size, refused.value.limit, refused.value.recoverable) == (3, 2, False)


# ---- work: linear in the bytes -----------------------------------------------------------------------------------


class Work:
    """Counts what the plain twin does: bytes searched for a line's end, and steps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        reader = import_module("framewire._pure.resp_reader")
        self.searched = self.steps = 0
        find_lf: Callable[..., int] = reader.find_lf

        def counting(view: memoryview, start: int, stop: int) -> int:
            found = find_lf(view, start, stop)
            self.steps += 1
            self.searched += (stop if found < 0 else found + 1) - start
            return found

        monkeypatch.setattr(reader, "find_lf", counting)


def dribble(resp: ModuleType, bytes_mut: type, wire: bytes, size: int, output: str = "values") -> Any:
    decoder, src = resp.RespDecoder(output), bytes_mut()
    for start in range(0, len(wire), size):
        src.extend(wire[start : start + size])
        item = decoder.decode(src, MORE)
    return item


ARRAY = b"*20000\r\n" + b"$1\r\nx\r\n" * 20_000
LINE = b"+" + b"x" * 60_000 + b"\r\n"
REQUEST = b"*20000\r\n" + b"$1\r\nx\r\n" * 20_000


@pytest.mark.parametrize(
    ("wire", "output"), [(ARRAY, "values"), (ARRAY, "frames"), (LINE, "frames"), (REQUEST, "requests")]
)
@pytest.mark.parametrize("size", [1, 7, 4096])
def test_no_byte_is_searched_twice(monkeypatch: pytest.MonkeyPatch, wire: bytes, output: str, size: int) -> None:
    from framewire._pure.buffer import BytesMut

    work = Work(monkeypatch)
    assert dribble(import_module("framewire._pure.resp"), BytesMut, wire, size, output) is not MORE
    assert work.searched <= len(wire)
    assert work.steps <= len(wire) // size + 20_001 + 1


def test_scanning_searches_no_byte_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    from framewire._pure.resp import FrameScanner

    work = Work(monkeypatch)
    scanner = FrameScanner()
    received = bytearray()
    for start in range(0, len(ARRAY), 4096):
        received += ARRAY[start : start + 4096]
        length = scanner.scan(received)
    assert length == len(ARRAY)
    assert work.searched <= len(ARRAY)


def test_weakness_01_a_partial_frame_is_not_scanned_again(resp: ModuleType, bytes_mut: type) -> None:
    """160 000 one-byte bulks in 4 KiB pieces (mini-redis: 313 ms of checking again, quadratic)."""
    count = 160_000 if "_native" in resp.__name__ else 8_000
    wire = b"*%d\r\n" % count + b"$1\r\nx\r\n" * count
    size = 4096 if count == 160_000 else 200
    whole = cpu_seconds(lambda: dribble(resp, bytes_mut, wire, len(wire)))
    pieces = cpu_seconds(lambda: dribble(resp, bytes_mut, wire, size))
    assert pieces < len(wire) / size / 10 * whole  # from the start each time would be half as many times as pieces


def test_weakness_01_nor_a_long_line(resp: ModuleType, bytes_mut: type) -> None:
    limits = RespLimits(max_line=2**20)
    wire = b"+" + b"x" * 2**20 + b"\r\n"
    decoder, src = resp.RespDecoder("frames", limits), bytes_mut()
    for start in range(0, len(wire), 64):
        src.extend(wire[start : start + 64])
        item = decoder.decode(src)
        if item is None:
            src[len(src) - 32] = 10  # the end of a line, where it has looked already
    assert item is not None and len(item.data) == 2**20


# ---- mini-redis' weaknesses 2 to 19 ------------------------------------------------------------------------------


def test_weakness_02_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is checked first and parsed afterwards: one search for each line."""
    from framewire._pure.buffer import BytesMut

    work = Work(monkeypatch)
    dribble(import_module("framewire._pure.resp"), BytesMut, ARRAY, len(ARRAY))
    assert work.steps == 20_001


@pytest.mark.parametrize("output", ["frames", "values"])
def test_weakness_03_depth(resp: ModuleType, bytes_mut: type, output: str) -> None:
    """100 000 nested arrays are refused at the 1025th; no stack overflows."""
    decoder = resp.RespDecoder(output)
    with pytest.raises(FrameTooLong, match=r"nested more than 1024 deep \(item at byte 4096 of the frame\)"):
        decoder.decode(bytes_mut(b"*1\r\n" * 100_000))
    with pytest.raises(FrameTooLong, match="nested more than 1024 deep"):
        resp.FrameScanner().scan(b"*1\r\n" * 100_000)


@pytest.mark.parametrize("output", ["frames", "values"])
def test_weakness_03_depth_that_was_asked_for(resp: ModuleType, bytes_mut: type, output: str) -> None:
    limits = RespLimits(max_depth=100_000)
    wire = b"*1\r\n" * 100_000 + b":1\r\n"
    item = resp.RespDecoder(output, limits).decode(bytes_mut(wire))
    assert len(flat(item)) == (2 * 100_000 + 2 if output == "values" else 4 * 100_000 + 4)
    assert resp.FrameScanner(limits).scan(wire) == len(wire)


def test_weakness_04_every_size_has_a_limit(resp: ModuleType, bytes_mut: type) -> None:
    limits = RespLimits(max_bulk=10, max_line=10, max_elements=10, max_depth=10, max_frame=100)
    for wire in (b"$11\r\n", b"+" + b"x" * 12, b"*11\r\n", b"*1\r\n" * 11, b"*9\r\n" + b"$10\r\n0123456789\r\n" * 9):
        with pytest.raises(FrameTooLong):
            resp.RespDecoder("frames", limits).decode(bytes_mut(wire))


def test_weakness_05_counts_reserve_nothing(resp: ModuleType, bytes_mut: type) -> None:
    """A thousand connections each announce 2**31 - 1 elements, or 512 MiB, and send nothing."""
    decoders = [resp.RespDecoder("values") for _ in range(1000)]
    tracemalloc.start()
    try:
        for number, decoder in enumerate(decoders):
            src = bytes_mut(b"*2147483647\r\n" if number % 2 else b"$536870912\r\n")
            assert decoder.decode(src, MORE) is MORE
        assert tracemalloc.get_traced_memory()[0] < 1000 * 11_000
    finally:
        tracemalloc.stop()


def test_weakness_06_lengths_do_not_overflow(resp: ModuleType, bytes_mut: type) -> None:
    for length in (2**31 - 1, 2**31, 2**32 - 1, 2**62 - 1, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1, 10**30):
        for kind in (b"$", b"!", b"=", b"*", b"%", b"~", b"|", b">"):
            limits = RespLimits(max_bulk=2**62 - 1, max_elements=2**62 - 1, max_frame=2**62 - 1)
            decoder = resp.RespDecoder("values", limits)
            wire = b"%b%d\r\n" % (kind, length)
            fits = length < (2**62 - 1 if kind in b"*%~|>" else 2**62 - 1 - len(wire) - 2 + 1)
            if fits or (kind in b"*%~|>" and length == 2**62 - 1):
                assert decoder.decode(bytes_mut(wire), MORE) is MORE
            else:
                with pytest.raises(ProtocolError):
                    decoder.decode(bytes_mut(wire), MORE)


def test_weakness_07_payloads_end_with_crlf(resp: ModuleType, bytes_mut: type) -> None:
    with pytest.raises(ProtocolError, match="payload not followed by CRLF"):
        resp.RespDecoder("values").decode(bytes_mut(b"$3\r\nabcXY"))


@pytest.mark.parametrize("wire", [b":12abc\r\n", b"$5x\r\nhello\r\n", b":0012\r\n"])
def test_weakness_08_numbers_are_read_whole(resp: ModuleType, bytes_mut: type, wire: bytes) -> None:
    with pytest.raises(ProtocolError, match="not a "):
        resp.RespDecoder("values").decode(bytes_mut(wire))


def test_weakness_08_numbers_have_signs(resp: ModuleType, bytes_mut: type) -> None:
    assert resp.RespDecoder("values").decode_batch(bytes_mut(b":-1\r\n:-2\r\n:+5\r\n"), 5) == [-1, -2, 5]


def test_weakness_09_every_type_is_known(resp: ModuleType, bytes_mut: type) -> None:
    wire = b"*-1\r\n_\r\n#t\r\n,1\r\n(1\r\n!1\r\ne\r\n=4\r\ntxt:\r\n%0\r\n~0\r\n|0\r\n>0\r\n$?\r\n;0\r\n*?\r\n.\r\n"
    assert len(resp.RespDecoder("frames").decode_batch(bytes_mut(wire), 99)) == 12
    assert resp.RespDecoder("requests").decode(bytes_mut(b"PING\r\n")) == [b"PING"]


def test_weakness_10_line_breaks_inside_lines(resp: ModuleType, bytes_mut: type) -> None:
    for wire in (b"+a\rb\nc\r\n", b"$1\nA\r\n", b"*1\n"):
        with pytest.raises(ProtocolError, match="a line must end by CR LF"):
            resp.RespDecoder("values").decode(bytes_mut(wire))
    with pytest.raises(ProtocolError, match="expected CRLF"):
        resp.RespDecoder("requests").decode(bytes_mut(b"*1\n$4\nPING\n"))


def test_weakness_11_text_is_bytes(resp: ModuleType, bytes_mut: type) -> None:
    assert resp.RespDecoder("frames").decode(bytes_mut(b"-\xff\xfe\r\n")) == Error(b"\xff\xfe")
    assert resp.RespDecoder("requests").decode(bytes_mut(b"*1\r\n$2\r\n\xff\xfe\r\n")) == [b"\xff\xfe"]


def test_weakness_12_every_byte_is_answered(resp: ModuleType, bytes_mut: type) -> None:
    """Each first byte, alone and with a line, is an item, the beginning of one, or refused."""
    for byte in range(256):
        for rest in (b"", b"\r\n", b"1\r\n", b"1\r\na\r\n", b"?\r\n"):
            for output in ("frames", "values", "requests"):
                found = feed(resp.RespDecoder(output), bytes_mut, [bytes([byte]) + rest])
                assert found.error is None or issubclass(found.error[0], ProtocolError)


def test_weakness_13_a_small_payload_does_not_pin_the_buffer(resp: ModuleType, bytes_mut: type) -> None:
    """It is copied out as `bytes`; a large one lands in a block of its own (see the decoder's tests)."""
    src = bytes_mut(b"$5\r\nhello\r\n" + b"x" * 100_000)
    assert type(resp.RespDecoder("values").decode(src)) is bytes


def test_weakness_14_no_starved_reads_for_a_known_payload(resp: ModuleType, bytes_mut: type) -> None:
    """What is lent for a known payload is all that is missing, not the rest of an old block."""
    decoder, src = resp.RespDecoder("values"), bytes_mut(b"x" * 4000)
    src.advance(4000)
    src.extend(b"$500000\r\nabc")
    assert decoder.decode(src, MORE) is MORE
    assert len(src.lease()) == 499_997


def test_weakness_15_nested_arrays_are_writable(resp: ModuleType, bytes_mut: type) -> None:
    tail, segments = bytes_mut(), []  # type: ignore[var-annotated]
    resp.encode_frame(Array((Array((Array((Integer(1),)),)), Bulk(b"a"))), 2, tail, segments)
    assert bytes(tail) == b"*2\r\n*1\r\n*1\r\n:1\r\n$1\r\na\r\n"


def test_weakness_16_a_batch_of_replies_is_one_piece(resp: ModuleType, bytes_mut: type) -> None:
    tail, segments = bytes_mut(), []  # type: ignore[var-annotated]
    resp.encode_values([Simple(b"OK"), 1, b"x", None] * 100, 2, tail, segments)
    assert segments == []
    assert len(tail) == 100 * (5 + 4 + 7 + 5)


def test_weakness_17_a_large_bulk_is_three_segments_of_one_write(resp: ModuleType, bytes_mut: type) -> None:
    tail, segments, payload = bytes_mut(), [], b"x" * 100_000  # type: ignore[var-annotated]
    resp.encode_values([payload], 2, tail, segments)
    assert [bytes(segments[0]), bytes(tail)] == [b"$100000\r\n", b"\r\n"]
    assert segments[1] is payload


def test_weakness_18_no_text_of_a_client_forges_a_reply(resp: ModuleType, bytes_mut: type) -> None:
    tail, segments = bytes_mut(), []  # type: ignore[var-annotated]
    resp.encode_values([Error(b"ERR unknown command 'a\r\n$3\r\nabc\r\n'")], 2, tail, segments)
    [reply] = resp.RespDecoder("values").decode_batch(tail, 9)
    assert reply == Error(b"ERR unknown command 'a  $3  abc  '")
    with pytest.raises(EncodeError):
        resp.encode_frame(Error(b"a\r\nb"), 3, tail, segments)


def test_weakness_19_a_frame_is_written_whole_or_not_at_all(resp: ModuleType, bytes_mut: type) -> None:
    tail, segments = bytes_mut(b"+OK\r\n"), []  # type: ignore[var-annotated]
    with pytest.raises(EncodeError):
        resp.encode_values([b"x" * 100_000, [1, object()]], 2, tail, segments)
    assert (bytes(tail), segments) == (b"+OK\r\n", [])


# ---- more malice -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("output", ["frames", "values", "requests"])
def test_noise(resp: ModuleType, bytes_mut: type, output: str) -> None:
    rng = random.Random(7)
    for _ in range(300):
        noise = bytes(rng.choices(b"*$%~|>+-:_#,(!=;.?0123456789\r\n\r\n\r\n\" 'a\x00\xff", k=rng.randrange(60)))
        found = feed(resp.RespDecoder(output), bytes_mut, list(cuts(noise, 20, rng)))
        assert found.error is None or issubclass(found.error[0], ProtocolError)


def test_keys_that_collide_take_linear_time(resp: ModuleType, bytes_mut: type) -> None:
    """20 000 big numbers with one hash would take a dict minutes; such a map is a list of pairs."""
    prime = 2**61 - 1
    wire = b"%20000\r\n" + b"".join(b"(%d\r\n:1\r\n" % (prime * (number + 5)) for number in range(20_000))
    ordinary = b"%20000\r\n" + b"".join(b"(%d\r\n:1\r\n" % (prime * 5 + number) for number in range(20_000))

    def decoded(data: bytes) -> Any:
        [value] = resp.RespDecoder("values").decode_batch(bytes_mut(data), 1)
        return value

    pairs = decoded(wire)
    assert type(pairs) is list
    assert len(pairs) == 20_000
    assert cpu_seconds(lambda: decoded(wire)) < 10 * cpu_seconds(lambda: decoded(ordinary))


def test_tiny_chunks_of_a_streamed_string(resp: ModuleType, bytes_mut: type) -> None:
    wire = b"$?\r\n" + b";1\r\nx\r\n" * 10_000 + b";0\r\n"
    assert dribble(resp, bytes_mut, wire, 100) == b"x" * 10_000
    with pytest.raises(FrameTooLong, match="payload of 5001 bytes, limit 5000"):
        resp.RespDecoder("values", RespLimits(max_bulk=5000)).decode(bytes_mut(wire))


class Canary:
    """Something that a caller holds."""


def refused_while_holding(call: Callable[[], object]) -> weakref.ref[Canary]:
    canary = Canary()
    with contextlib.suppress(ProtocolError):
        call()
    return weakref.ref(canary)


def test_a_refusal_keeps_nothing_of_its_caller_alive(resp: ModuleType, bytes_mut: type) -> None:
    """An exception holds the frames that it went through; a decoder that keeps it would keep whole connections."""
    decoder, scanner = resp.RespDecoder("values"), resp.FrameScanner()
    for _ in range(2):
        assert refused_while_holding(lambda: decoder.decode(bytes_mut(b"?")))() is None
        assert refused_while_holding(lambda: decoder.decode_batch(bytes_mut(b"?"), 5))() is None
        assert refused_while_holding(lambda: scanner.scan(b"?"))() is None


def test_a_refusal_lets_go_of_what_was_kept(resp: ModuleType, bytes_mut: type) -> None:
    decoder = resp.RespDecoder("values")
    tracemalloc.start()
    try:
        src = bytes_mut(b"*1000\r\n" + (b"$10000\r\n" + b"x" * 10_000 + b"\r\n") * 100)
        assert decoder.decode(src, MORE) is MORE
        assert tracemalloc.get_traced_memory()[0] > 1_000_000
        src.extend(b"?")
        with pytest.raises(ProtocolError):
            decoder.decode(src)
        del src
        assert tracemalloc.get_traced_memory()[0] < 200_000
    finally:
        tracemalloc.stop()
