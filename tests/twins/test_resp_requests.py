"""The decoder of requests: what a server's clients send, both forms, and Redis' words where it is refused."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire._pure.resp_inline import split_inline
from framewire.errors import FrameTooLong, ProtocolError
from framewire.frames.resp import RespLimits
from tests.every_way import every_way, flat
from tests.properties import examples
from tests.vectors.resp import REQUESTS
from tests.vectors.resp_hostile import REQUESTS as REFUSED

BEHIND = b"*1\r\n$6\r\nBEHIND\r\n"


@pytest.mark.parametrize("name", REQUESTS)
def test_requests(resp: ModuleType, bytes_mut: type, name: str) -> None:
    wire, requests = REQUESTS[name]
    found = every_way(lambda: resp.RespDecoder("requests"), bytes_mut, wire, BEHIND)
    assert found == ([flat(request) for request in requests], None, True)


def test_all_in_one_stream(resp: ModuleType, bytes_mut: type) -> None:
    stream = b"".join(wire for wire, _ in REQUESTS.values())
    expected = [flat(request) for _, requests in REQUESTS.values() for request in requests]
    assert every_way(lambda: resp.RespDecoder("requests"), bytes_mut, stream, BEHIND) == (expected, None, True)


@pytest.mark.parametrize("name", REFUSED)
def test_refused(resp: ModuleType, bytes_mut: type, name: str) -> None:
    case = REFUSED[name]

    def make() -> Any:
        decoder = resp.RespDecoder("requests", case.limits)
        decoder.authenticated = case.authenticated
        return decoder

    found = every_way(make, bytes_mut, case.wire, BEHIND)
    kind = FrameTooLong if case.too_long else ProtocolError
    assert found == ([], (kind, case.message), False)


INCOMPLETE = [
    *(b"*1\r\n$4\r\nPING\r"[:length] for length in range(1, 14)),
    *(b"PING", b"PING\r", b' "a', b"*2147483647\r\n", b"*1\r\n$536870912\r\n"),
]


@pytest.mark.parametrize("wire", INCOMPLETE)
def test_incomplete(resp: ModuleType, bytes_mut: type, wire: bytes) -> None:
    assert every_way(lambda: resp.RespDecoder("requests"), bytes_mut, wire) == ([], None, False)


def test_items_are_lists_of_bytes(resp: ModuleType, bytes_mut: type) -> None:
    for wire in (b"GET k\r\n", b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"):
        request = resp.RespDecoder("requests").decode(bytes_mut(wire))
        assert type(request) is list
        assert [type(argument) for argument in request] == [bytes, bytes]


def test_skipped_requests_leave_it_idle(resp: ModuleType, bytes_mut: type) -> None:
    decoder = resp.RespDecoder("requests")
    src = bytes_mut(b"*0\r\n\r\n*-5\r\n")
    assert decoder.decode(src) is None
    assert decoder.idle
    assert len(src) == 0


def test_skipped_requests_do_not_add_up_to_a_long_one(resp: ModuleType, bytes_mut: type) -> None:
    decoder = resp.RespDecoder("requests", RespLimits(max_frame=10))
    assert decoder.decode_batch(bytes_mut(b"*0\r\n" * 50 + b"\r\n" * 50 + b"PING\r\n"), 5) == [[b"PING"]]


def test_good_requests_before_an_offender_are_returned_first(resp: ModuleType, bytes_mut: type) -> None:
    decoder = resp.RespDecoder("requests")
    src = bytes_mut(b"PING\r\n*1\r\n$4\r\nPING\r\n*1\r\n!")
    assert decoder.decode_batch(src, 10) == [[b"PING"], [b"PING"]]
    with pytest.raises(ProtocolError, match="expected '\\$', got '!'"):
        decoder.decode_batch(src, 10)


def test_authenticated_from_the_next_request_on(resp: ModuleType, bytes_mut: type) -> None:
    """AUTH and a long request come in one read."""
    decoder = resp.RespDecoder("requests")
    assert decoder.authenticated
    decoder.authenticated = False
    src = bytes_mut(b"AUTH secret\r\n*11\r\n" + b"$1\r\na\r\n" * 11)
    assert decoder.decode_batch(src, 1) == [[b"AUTH", b"secret"]]
    decoder.authenticated = True
    assert decoder.decode_batch(src, 1) == [[b"a"] * 11]


def test_strangers_up_to_their_limits(resp: ModuleType, bytes_mut: type) -> None:
    decoder = resp.RespDecoder("requests")
    decoder.authenticated = False
    wire = b"*10\r\n" + (b"$16384\r\n" + b"x" * 16384 + b"\r\n") * 10
    assert decoder.decode(bytes_mut(wire)) == [b"x" * 16384] * 10


def test_limits_tighter_than_a_strangers(resp: ModuleType, bytes_mut: type) -> None:
    decoder = resp.RespDecoder("requests", RespLimits(max_bulk=5))
    decoder.authenticated = False
    with pytest.raises(FrameTooLong, match=r"^invalid bulk length$"):
        decoder.decode(bytes_mut(b"*1\r\n$6\r\n"))


def test_sizes_of_refused_requests(resp: ModuleType, bytes_mut: type) -> None:
    with pytest.raises(FrameTooLong) as refused:
        resp.RespDecoder("requests", RespLimits(max_bulk=5)).decode(bytes_mut(b"*1\r\n$6\r\n"))
    assert (refused.value.size, refused.value.limit) == (6, 5)


def test_large_argument_is_received_in_a_block_of_its_own(resp: ModuleType, bytes_mut: type) -> None:
    decoder = resp.RespDecoder("requests")
    src = bytes_mut(b"*2\r\n$3\r\nSET\r\n$100000\r\nab")
    assert decoder.decode(src) is None
    with src.lease() as view:
        assert len(view) == 99_998
        view[:] = b"c" * 99_998
    src.commit(99_998)
    src.extend(b"\r\n")
    assert decoder.decode(src) == [b"SET", b"ab" + b"c" * 99_998]


# ---- quoting, against the state machine written out byte by byte -------------------------------------------------


def slowly_split(line: bytes) -> list[bytes] | None:
    """What Redis does, one byte at a time (its NUL apart)."""
    arguments: list[bytes] = []
    pos, end = 0, len(line)
    while True:
        while pos < end and line[pos] in b" \t\n\v\f\r":
            pos += 1
        if pos == end:
            return arguments
        word, quote = bytearray(), 0
        while True:
            byte = line[pos] if pos < end else None
            if quote and byte is None:
                return None
            if quote and byte == quote:
                pos += 1
                if pos < end and line[pos] not in b" \t\n\v\f\r":
                    return None
                break
            if quote == 34 and byte == 92 and pos + 1 < end:
                pos = slowly_escape(line, pos, word)
                continue
            if quote == 39 and line[pos : pos + 2] == b"\\'":
                word.append(39)
                pos += 2
                continue
            if not quote and (byte is None or byte in b" \n\r\t"):
                break
            if not quote and byte in (34, 39):
                quote = byte
            else:
                word.append(byte)
            pos += 1
        arguments.append(bytes(word))


def slowly_escape(line: bytes, pos: int, word: bytearray) -> int:
    hexadecimal = line[pos + 2 : pos + 4]
    if (
        line[pos + 1 : pos + 2] == b"x"
        and len(hexadecimal) == 2
        and all(h in b"0123456789abcdefABCDEF" for h in hexadecimal)
    ):
        word.append(int(hexadecimal, 16))
        return pos + 4
    word.append(dict(zip(b"nrtba", b"\n\r\t\b\a", strict=True)).get(line[pos + 1], line[pos + 1]))
    return pos + 2


LINES = st.lists(st.sampled_from([*(bytes([byte]) for byte in b"\"'\\x4Fn \t\v\ra\x00"), b"\\x41", b'" ', b"\\'"])).map(
    b"".join
)


@given(LINES)
@examples(300)
def test_quoting(line: bytes) -> None:
    assert split_inline(line) == slowly_split(line)


@given(line=LINES)
@examples(150)
def test_quoting_in_a_stream(resp: ModuleType, bytes_mut: type, line: bytes) -> None:
    line = b"a " + line
    expected = slowly_split(line.removesuffix(b"\r"))
    decoder = resp.RespDecoder("requests")
    src = bytes_mut(line + b"\n")
    if expected is None:
        with pytest.raises(ProtocolError, match=r"^unbalanced quotes in request$"):
            decoder.decode(src)
    else:
        assert decoder.decode(src) == expected
