"""The eighteen edge cases that any RESP decoder and encoder must handle, one test each, as a map of the matrix.

What belongs here: one short proof for each point. The tables, and every way to cut them, are in the files beside this.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from framewire.codecs.resp import RespCodec
from framewire.errors import EncodeError, FrameTooLong, IncompleteFrame, ProtocolError
from framewire.frames.resp import (
    Array,
    Attributed,
    BulkError,
    Error,
    Integer,
    Map,
    Null,
    Push,
    RespLimits,
    Set,
    Simple,
    Verbatim,
)
from tests.every_way import Outcome, every_way, feed, flat

BEHIND = b"+behind\r\n"
NAN = float("nan")


class Decoding:
    """The decoders of one implementation, fed in every way."""

    def __init__(self, resp: ModuleType, bytes_mut: type) -> None:
        self.resp = resp
        self.bytes_mut = bytes_mut

    def outcome(self, wire: bytes, output: str = "values", **limits: int) -> Outcome:
        def make() -> Any:
            return self.resp.RespDecoder(output, RespLimits(**limits))

        return every_way(make, self.bytes_mut, wire, BEHIND)  # as a request, BEHIND is an inline one

    def gives(self, wire: bytes, *items: Any, output: str = "values") -> None:
        assert self.outcome(wire, output) == ([flat(item) for item in items], None, True)

    def refuses(self, wire: bytes, words: str, output: str = "values", **limits: int) -> None:
        error = self.outcome(wire, output, **limits).error
        assert error is not None, wire
        assert issubclass(error[0], ProtocolError)
        assert words in error[1]


@pytest.fixture
def decoding(resp: ModuleType, bytes_mut: type) -> Decoding:
    return Decoding(resp, bytes_mut)


def test_point_01_every_split_point(decoding: Decoding) -> None:
    wire = b"*3\r\n$5\r\nhello\r\n:-12\r\n%1\r\n+key\r\n_\r\n"
    expected = ([flat([b"hello", -12, {Simple(b"key"): None}])], None, True)
    for cut in range(len(wire) + 1):
        for other in range(cut, len(wire) + 1):
            pieces = [wire[:cut], wire[cut:other], wire[other:]]
            assert feed(decoding.resp.RespDecoder("values"), decoding.bytes_mut, pieces) == expected


def test_point_02_nulls_are_not_empty_and_numbers_are_strict(decoding: Decoding) -> None:
    decoding.gives(b"$0\r\n\r\n$-1\r\n_\r\n*0\r\n*-1\r\n", b"", None, None, [], None)
    decoding.gives(b":-0\r\n:+1\r\n", 0, 1)
    for length in (b"-0", b"-2", b"+5", b"05", b" 5", b"5 ", b"", b"abc", b"5\x00", b"5_0", b"9" * 21):
        decoding.refuses(b"$" + length + b"\r\n", "not a length")
    for number in (b"", b"-", b" 5", b"05", b"5_0", b"9223372036854775808", b"-9223372036854775809"):
        decoding.refuses(b":" + number + b"\r\n", "not a 64-bit integer")


def test_point_03_bulks_end_with_crlf(decoding: Decoding) -> None:
    for end in (b"XY", b"\n\n", b"\rX", b"\n\r"):
        decoding.refuses(b"$3\r\nabc" + end, "payload not followed by CRLF")


def test_point_04_no_bare_line_breaks(decoding: Decoding) -> None:
    for wire in (b"+a\rb\r\n", b"+a\nb\r\n", b"-a\rb\r\n", b"-a\n"):
        decoding.refuses(wire, "a line must end by CR LF")


def test_point_05_old_nulls_and_strict_booleans(decoding: Decoding) -> None:
    decoding.gives(b"%1\r\n+a\r\n$-1\r\n*-1\r\n", {Simple(b"a"): None}, None)
    decoding.refuses(b"#x\r\n", "not a boolean")
    decoding.refuses(b"_x\r\n", "not a null")


def test_point_06_doubles(decoding: Decoding) -> None:
    decoding.gives(b",10\r\n,1e5\r\n,inf\r\n,-inf\r\n", 10.0, 1e5, float("inf"), float("-inf"))
    decoding.gives(b",nan\r\n,-nan\r\n,NAN\r\n", NAN, NAN, NAN)
    for text in (b"1.e5", b".5", b"+inf", b"infinity", b"1_0.5"):
        decoding.refuses(b"," + text + b"\r\n", "not a double")


def test_point_07_big_numbers(decoding: Decoding) -> None:
    decoding.gives(b"(+1" + b"0" * 4299 + b"\r\n", 10**4299)
    for text in (b"", b"-", b"01", b"1x"):
        decoding.refuses(b"(" + text + b"\r\n", "not a big number")
    decoding.refuses(b"(1" + b"0" * 4300 + b"\r\n", "big number of 4301 digits, limit 4300")


def test_point_08_verbatim_texts(decoding: Decoding) -> None:
    decoding.gives(b"=4\r\ntxt:\r\n", Verbatim(b"txt", b""))
    decoding.refuses(b"=3\r\ntxt\r\n", "shorter than 4 bytes")
    decoding.refuses(b"=4\r\ntxt_\r\n", "without ':'")
    decoding.refuses(b"=4\r\nt\xfft:\r\n", "not ASCII")


def test_point_09_aggregates_and_streams(decoding: Decoding) -> None:
    decoding.refuses(b"*1\r\n" * 1025, "nested more than 1024 deep")
    assert decoding.outcome(b"*1\r\n" * 1024) == ([], None, False)
    assert decoding.outcome(b"%4611686018427387903\r\n", max_elements=2**62 - 1) == ([], None, False)
    decoding.refuses(b"%4611686018427387904\r\n", "elements, limit", max_elements=2**62 - 1)
    decoding.refuses(b"%?\r\n+a\r\n.\r\n", "between a key and its value")
    decoding.refuses(b".\r\n", "outside a streamed aggregate")
    decoding.refuses(b";1\r\n", "outside a streamed string")
    decoding.refuses(b"$?\r\n;1\r\na\r\n+b\r\n", "expected a stream chunk")
    decoding.gives(b"$?\r\n;0\r\n", b"")
    decoding.refuses(b"$?\r\n;3\r\nabc\r\n;3\r\nabc\r\n", "payload of 6 bytes, limit 5", max_bulk=5)
    decoding.refuses(b"*?\r\n:1\r\n:2\r\n:3\r\n", "more than 2 elements", max_elements=2)


def test_point_10_attributes(decoding: Decoding) -> None:
    one, two = b"|1\r\n+a\r\n:1\r\n", b"|1\r\n+b\r\n|0\r\n:2\r\n"
    a, b = ((Simple(b"a"), Integer(1)),), ((Simple(b"b"), Attributed((), Integer(2))),)
    decoding.gives(one + two + b":3\r\n", Attributed(a, Attributed(b, Integer(3))), output="frames")
    decoding.gives(b"*1\r\n" + one + b":3\r\n", Array((Attributed(a, Integer(3)),)), output="frames")
    decoding.gives(one + b">0\r\n", Attributed(a, Push(())), output="frames")
    decoding.gives(one + two + b"*1\r\n" + one + b":3\r\n", [3])
    with pytest.raises(IncompleteFrame):
        RespCodec().decode_eof(decoding_buffer(one))
    tail: Any = decoding.bytes_mut()
    decoding.resp.encode_frame(Attributed(a, Integer(3)), 2, tail, [])
    assert bytes(tail) == b":3\r\n"


def decoding_buffer(wire: bytes) -> Any:
    from framewire._impl import BytesMut

    return BytesMut(wire)


def test_point_11_keys_that_python_cannot_hold(decoding: Decoding) -> None:
    decoding.gives(b"%1\r\n*0\r\n:1\r\n", [([], 1)])
    decoding.gives(b"%2\r\n+a\r\n:1\r\n+a\r\n:2\r\n", [(Simple(b"a"), 1), (Simple(b"a"), 2)])
    decoding.gives(b"~3\r\n:1\r\n#t\r\n,1\r\n", [1, True, 1.0])
    decoding.gives(b"~2\r\n:0\r\n#f\r\n", [0, False])
    decoding.gives(b"~2\r\n%0\r\n~0\r\n", [{}, set()])
    decoding.gives(b"%1\r\n*0\r\n:1\r\n", Map(((Array(()), Integer(1)),)), output="frames")
    decoding.gives(b"~2\r\n:1\r\n:1\r\n", Set((Integer(1), Integer(1))), output="frames")


def test_point_12_errors_inside_arrays_are_values(decoding: Decoding) -> None:
    decoding.gives(b"*2\r\n-ERR a\r\n!3\r\n\r\nx\r\n", [Error(b"ERR a"), Error(b"\r\nx")])
    decoding.gives(b"*1\r\n!3\r\n\r\nx\r\n", Array((BulkError(b"\r\nx"),)), output="frames")


def test_point_13_pushes(decoding: Decoding) -> None:
    decoding.gives(b":1\r\n>1\r\n+m\r\n:2\r\n", 1, Push((Simple(b"m"),)), 2)
    decoding.gives(b">2\r\n:1\r\n*0\r\n", Push((1, [])))


def test_point_14_ends_of_stream() -> None:
    codec = RespCodec()
    src = decoding_buffer(b":1\r\n")
    assert codec.decode_eof(src) == Integer(1)
    assert codec.decode_eof(src) is None
    for wire in (b"$5\r\nhel", b"$?\r\n;3\r\nabc\r\n", b"*2\r\n:1\r\n"):
        with pytest.raises(IncompleteFrame):
            RespCodec().decode_eof(decoding_buffer(wire))


def test_point_15_errors_are_sticky_and_tell_where(decoding: Decoding) -> None:
    decoder = decoding.resp.RespDecoder("values")
    src = decoding.bytes_mut(b":1\r\n*2\r\n:2\r\n?")
    assert decoder.decode(src) == 1
    for _ in range(3):
        with pytest.raises(ProtocolError, match=r"unknown type byte b'\?' \(item at byte 8 of the frame\)"):
            decoder.decode(src)
        src.extend(b"\r\n:3\r\n")


def test_point_16_limits_do_not_depend_on_cuts(decoding: Decoding) -> None:
    for wire, limits, words in (
        (b"+abcdef\r\n", {"max_line": 5}, "line of more than 5"),
        (b"$6\r\nabcdef\r\n", {"max_bulk": 5}, "payload of 6"),
        (b"*3\r\n:1\r\n", {"max_elements": 2}, "aggregate of 3"),
        (b"*1\r\n*1\r\n", {"max_depth": 1}, "nested more than 1"),
        (b"*3\r\n:1\r\n:2\r\n", {"max_frame": 11}, "frame of at least 12"),
    ):
        decoding.refuses(wire, words, **limits)
    decoder = decoding.resp.RespDecoder("requests")
    decoder.authenticated = False
    with pytest.raises(FrameTooLong, match="unauthenticated bulk length"):
        decoder.decode(decoding.bytes_mut(b"*1\r\n$16385\r\n"))


def test_point_17_inline_requests(decoding: Decoding) -> None:
    wire = b"\r\n   \nGET \"a b\"\t'c' \x00 \xff\nPING\n"
    decoding.gives(wire, [b"GET", b"a b", b"c", b"\x00", b"\xff"], [b"PING"], output="requests")
    decoding.gives(b"+OK\n-a\n:1\n$2\n", [b"+OK"], [b"-a"], [b":1"], [b"$2"], output="requests")
    decoding.refuses(b"a" * 65537, "too big inline request", output="requests")


def test_point_18_encoder(resp: ModuleType, bytes_mut: type) -> None:
    payload, tail, segments = b"x" * 20_000, bytes_mut(), []  # type: ignore[var-annotated]
    for frame in (Simple(b"\r\n"), Error(b"\n"), Integer(2**63)):
        with pytest.raises(EncodeError):
            resp.encode_frame(frame, 3, tail, segments)
    resp.encode_values([{b"k": [True, 1.5, None, {1}, Null(b"*")]}, Error(b"a\r\nb"), payload], 2, tail, segments)
    assert b"".join(segments) + bytes(tail) == (
        b"*2\r\n$1\r\nk\r\n*5\r\n:1\r\n$3\r\n1.5\r\n$-1\r\n*1\r\n:1\r\n*-1\r\n-a  b\r\n$20000\r\n" + payload + b"\r\n"
    )
    assert segments[-1] is payload
