"""The RESP codecs by their contract, and the one-shot forms. The grammar itself is tested on the twins."""

from __future__ import annotations

from typing import Any

import pytest

from framewire._impl import Bytes, BytesMut, Cursor
from framewire.buf import WriteBuffer
from framewire.codec import Codec, decode_eof
from framewire.codecs.resp import (
    FrameScanner,
    RespClientCodec,
    RespCodec,
    RespServerCodec,
    check,
    pack_command,
    parse,
)
from framewire.errors import EncodeError, FrameTooLong, IncompleteFrame, ProtocolError
from framewire.frames.resp import Array, Bulk, Error, Integer, Map, Null, RespFrame, RespLimits, Simple
from tests.every_way import flat
from tests.vectors.resp import BOTH_WAYS, COMMANDS, DECODE_ONLY, ENCODE_VALUES, INCOMPLETE, REQUESTS
from tests.vectors.resp_hostile import REPLIES as REFUSED

REPLIES = BOTH_WAYS | DECODE_ONLY
MORE = object()
CODECS = [RespCodec, RespClientCodec, RespServerCodec]


def written(dst: WriteBuffer) -> bytes:
    return b"".join(dst.take())


# ---- the contract ------------------------------------------------------------------------------------------------


def test_it_is_a_codec() -> None:
    codec: Codec[RespFrame] = RespCodec()
    dst = WriteBuffer()
    codec.encode(Simple(b"OK"), dst)
    src = BytesMut(written(dst))
    assert codec.decode(src) == Simple(b"OK")
    assert codec.decode(src) is None
    assert codec.idle


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_a_null_frame_is_never_none(name: str) -> None:
    assert RespCodec().decode(BytesMut(BOTH_WAYS[name].wire)) is not None


@pytest.mark.parametrize("make", CODECS)
def test_clean_end(make: Any) -> None:
    codec, src = make(), BytesMut(b"*1\r\n$4\r\nPING\r\n")
    assert codec.decode_eof(src) is not None
    assert codec.decode_eof(src) is None


@pytest.mark.parametrize("make", CODECS)
@pytest.mark.parametrize("wire", [b"*", b"*1\r\n", b"*1\r\n$4\r\nPI", b"*1\r\n$4\r\nPING\r"])
def test_end_inside_a_frame(make: Any, wire: bytes) -> None:
    for already_seen in (False, True):
        codec, src = make(), BytesMut(wire)
        if already_seen:
            assert codec.decode(src) is None
        with pytest.raises(IncompleteFrame) as ended:
            codec.decode_eof(src)
        assert ended.value.buffered == len(src)


@pytest.mark.parametrize("name", INCOMPLETE)
def test_end_inside_any_frame(name: str) -> None:
    with pytest.raises(IncompleteFrame, match=r"the stream ended inside a frame, with \d+ bytes undecoded"):
        RespCodec().decode_eof(BytesMut(INCOMPLETE[name]))


@pytest.mark.parametrize("make", CODECS)
def test_end_after_a_refusal(make: Any) -> None:
    codec = make(RespLimits(max_elements=1))
    for _ in range(2):
        with pytest.raises(FrameTooLong):
            codec.decode_eof(BytesMut(b"*2\r\n"))


@pytest.mark.parametrize("make", CODECS)
def test_limits_are_settable(make: Any) -> None:
    codec = make(RespLimits(max_bulk=3))
    assert codec.limits == RespLimits(max_bulk=3)
    codec.limits = RespLimits(max_bulk=4)
    assert codec.decode(BytesMut(b"*1\r\n$4\r\nPING\r\n")) is not None


@pytest.mark.parametrize("make", CODECS)
def test_batches(make: Any) -> None:
    codec, src = make(), BytesMut(b"*1\r\n$1\r\na\r\n" * 3 + b"*1\r\n!")
    assert len(codec.decode_batch(src, 2)) == 2
    assert codec.idle
    assert len(codec.decode_batch(src, 2)) == 1
    if make is RespServerCodec:
        with pytest.raises(ProtocolError):
            codec.decode_batch(src, 2)
    else:
        assert codec.decode_batch(src, 2) == []
    assert not codec.idle


def test_the_general_decode_eof_serves_it() -> None:
    codec, src = RespCodec(), BytesMut(b":1\r\n:2")
    assert decode_eof(codec, src) == Integer(1)
    with pytest.raises(IncompleteFrame):
        decode_eof(codec, src)


# ---- what each encodes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_frames_out(name: str) -> None:
    for protocol, wire in ((3, BOTH_WAYS[name].wire), (2, BOTH_WAYS[name].resp2)):
        dst = WriteBuffer()
        RespCodec(protocol=protocol).encode(BOTH_WAYS[name].frame, dst)
        assert written(dst) == wire


def test_the_protocol_may_change() -> None:
    codec, dst = RespCodec(protocol=2), WriteBuffer()
    codec.encode(Map(()), dst)
    codec.protocol = 3
    codec.encode(Map(()), dst)
    assert written(dst) == b"*0\r\n%0\r\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_out(name: str) -> None:
    command, wire = COMMANDS[name]
    dst = WriteBuffer()
    RespClientCodec().encode(command, dst)
    RespClientCodec().encode_batch([command, command], dst)
    assert written(dst) == wire * 3
    assert pack_command(*command) == wire


@pytest.mark.parametrize("name", ENCODE_VALUES)
def test_replies_out(name: str) -> None:
    case, codec, dst = ENCODE_VALUES[name], RespServerCodec(), WriteBuffer()
    codec.encode(case.value, dst)
    codec.encode_batch([case.value], dst)
    codec.encode_batch([case.value], dst, 3)
    codec.protocol = 3
    codec.encode(case.value, dst)
    assert written(dst) == case.resp2 * 2 + case.resp3 * 2


def test_a_protocol_for_each_reply() -> None:
    """`GET`, `HELLO 3`, `GET` in one read: three replies, two protocols, one write."""
    codec, dst = RespServerCodec(), WriteBuffer()
    codec.encode_batch([None], dst, 2)
    codec.encode_batch([{b"proto": 3}, None], dst, 3)
    assert written(dst) == b"$-1\r\n%1\r\n$5\r\nproto\r\n:3\r\n_\r\n"


def test_nothing_is_left_of_a_failed_write() -> None:
    dst = WriteBuffer()
    RespServerCodec().encode(Simple(b"OK"), dst)
    for write in (
        lambda: RespServerCodec().encode_batch([b"x" * 50_000, object()], dst),
        lambda: RespClientCodec().encode_batch([[b"GET", b"x" * 50_000], []], dst),
        lambda: RespCodec().encode(Array((Bulk(b"x" * 50_000), Error(b"\n"))), dst),
    ):
        with pytest.raises(EncodeError):
            write()
    assert written(dst) == b"+OK\r\n"


def test_large_payloads_are_handed_on() -> None:
    payload, dst = b"x" * 100_000, WriteBuffer()
    RespClientCodec().encode([b"SET", b"k", payload], dst)
    parts = dst.take()
    assert any(part is payload for part in parts)
    assert b"".join(parts) == b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100000\r\n" + payload + b"\r\n"


# ---- what each decodes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REPLIES)
def test_frames_and_values_in(name: str) -> None:
    reply = REPLIES[name]
    assert flat(RespCodec().decode(BytesMut(reply.wire))) == flat(reply.frame)
    assert flat(RespClientCodec().decode(BytesMut(reply.wire), MORE)) == flat(reply.value)
    assert flat(RespClientCodec().decode_batch(BytesMut(reply.wire), 5)) == flat([reply.value])
    assert flat(RespClientCodec().decode_eof(BytesMut(reply.wire), MORE)) == flat(reply.value)


def test_a_client_tells_null_from_nothing() -> None:
    codec, src = RespClientCodec(), BytesMut(b"_\r\n")
    assert codec.decode_eof(src, MORE) is None
    assert codec.decode_eof(src, MORE) is MORE
    assert codec.decode(src, MORE) is MORE


@pytest.mark.parametrize("name", REQUESTS)
def test_requests_in(name: str) -> None:
    wire, requests = REQUESTS[name]
    assert RespServerCodec().decode_batch(BytesMut(wire), 50) == requests


def test_strangers() -> None:
    codec = RespServerCodec()
    assert codec.authenticated
    codec.authenticated = False
    assert not codec.authenticated
    with pytest.raises(FrameTooLong, match="unauthenticated multibulk length"):
        codec.decode(BytesMut(b"*11\r\n"))


def test_client_and_server_joined() -> None:
    client, server = RespClientCodec(), RespServerCodec(protocol=3)
    up, down = WriteBuffer(), WriteBuffer()
    client.encode_batch([["SET", "k", 1.5], ["GET", "k"], ["ECHO", b"\r\n"]], up)
    for request in server.decode_batch(BytesMut(written(up)), 10):
        server.encode({b"request": request}, down)
    assert client.decode_batch(BytesMut(written(down)), 10) == [
        {b"request": [b"SET", b"k", b"1.5"]},
        {b"request": [b"GET", b"k"]},
        {b"request": [b"ECHO", b"\r\n"]},
    ]


# ---- one-shot forms ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REPLIES)
def test_check_and_parse(name: str) -> None:
    wire, frame = REPLIES[name].wire, flat(REPLIES[name].frame)
    for whole in (wire, bytearray(wire + b"+rest"), memoryview(wire + b":"), Bytes(wire + b"\x00")):
        assert check(whole) == len(wire)
        assert flat(parse(whole)) == frame


@pytest.mark.parametrize("name", INCOMPLETE)
def test_check_and_parse_what_is_not_whole(name: str) -> None:
    wire = INCOMPLETE[name]
    cursor, src = Cursor(wire), BytesMut(wire)
    for buffer in (wire, bytearray(wire), memoryview(wire), cursor, src):
        assert check(buffer) is None
        with pytest.raises(IncompleteFrame) as incomplete:
            parse(buffer)
        assert incomplete.value.buffered == len(wire)
    assert (cursor.position, bytes(src)) == (0, wire)


@pytest.mark.parametrize("name", REFUSED)
def test_check_and_parse_what_is_refused(name: str) -> None:
    case = REFUSED[name]
    for one_shot in (check, parse):
        src = BytesMut(case.wire)
        with pytest.raises(ProtocolError) as refused:
            one_shot(src, case.limits)
        assert str(refused.value) == case.message
        assert bytes(src) == case.wire


def test_check_moves_a_cursor_and_nothing_else() -> None:
    cursor, src = Cursor(b"--:1\r\n:2\r\n:"), BytesMut(b":1\r\n:2\r\n")
    cursor.advance(2)
    assert check(cursor) == 4
    assert cursor.position == 6
    assert check(cursor) == 4
    assert cursor.position == 10
    assert check(cursor) is None
    assert cursor.position == 10
    assert check(src) == 4
    assert len(src) == 8


def test_parse_takes_the_frame_away() -> None:
    cursor, src = Cursor(b":1\r\n:2\r\n"), BytesMut(b":1\r\n$-1\r\n")
    assert (parse(cursor), cursor.position) == (Integer(1), 4)
    assert (parse(cursor), cursor.position) == (Integer(2), 8)
    assert (parse(src), parse(src), len(src)) == (Integer(1), Null(b"$"), 0)


def test_check_then_parse_as_the_book_does() -> None:
    """The two steps of the tutorial: see whether a frame is whole, go back, build it."""
    cursor = Cursor(b"*1\r\n$5\r\nhello\r\n")
    length = check(cursor)
    assert length == cursor.position == 15
    cursor.position = 0
    assert parse(cursor) == Array((Bulk(b"hello"),))


def test_the_scanner_is_here_too() -> None:
    scanner, src = FrameScanner(), BytesMut(b"$3\r\nab")
    assert scanner.scan(src) is None
    src.extend(b"c\r\n")
    assert scanner.scan(src) == 9
