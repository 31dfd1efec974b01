"""HTTP messages in order: both roles, pipelining, keep-alive, interim responses, upgrades, frames out of order."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from framewire import Bytes, BytesMut, CodecSpent, EncodeError, HttpCodec, ProtocolError, RawCodec, WriteBuffer
from framewire.aio import memory_pair
from framewire.frames.http import BodyChunk, EndOfMessage, HttpFrame, RequestHead, ResponseHead
from tests.http_ways import asking, encoded, every_way, frames_of, serving

END = EndOfMessage()
HOST = (b"host", b"h")
CHUNKED = (b"transfer-encoding", b"chunked")
UPGRADE = ((b"connection", b"Upgrade"), (b"upgrade", b"chat"))


def length(size: int) -> tuple[bytes, bytes]:
    return b"content-length", b"%d" % size


def get(*headers: tuple[bytes, bytes], method: bytes = b"GET", version: bytes = b"1.1") -> RequestHead:
    return RequestHead(method, b"/", (HOST, *headers), version)


# Each row: frames, and their wire form, in the canonical spelling. Both directions are driven by it.
REQUESTS: list[tuple[list[Any], bytes]] = [
    ([get(), END], b"GET / HTTP/1.1\r\nhost: h\r\n\r\n"),
    ([get(length(0), method=b"POST"), END], b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 0\r\n\r\n"),
    ([get(length(3), method=b"PUT"), b"abc", END], b"PUT / HTTP/1.1\r\nhost: h\r\ncontent-length: 3\r\n\r\nabc"),
    (
        [get(CHUNKED, method=b"POST"), b"abc", EndOfMessage(((b"x-sum", b"6"),))],
        b"POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 6\r\n\r\n",
    ),
    (
        [get(CHUNKED, method=b"POST"), END],
        b"POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    (
        [RequestHead(b"GET", b"http://h/a?b=%20", (HOST, (b"accept", b"")), b"1.0"), END],
        b"GET http://h/a?b=%20 HTTP/1.0\r\nhost: h\r\naccept: \r\n\r\n",
    ),
    (
        [RequestHead(b"OPTIONS", b"*", ((b"x", "grün, \t水".encode()), HOST)), END],
        b"OPTIONS * HTTP/1.1\r\nx: gr\xc3\xbcn, \t\xe6\xb0\xb4\r\nhost: h\r\n\r\n",
    ),
    ([get((b"a", b"1"), (b"a", b"2")), END], b"GET / HTTP/1.1\r\nhost: h\r\na: 1\r\na: 2\r\n\r\n"),
]

RESPONSES: list[tuple[bytes, list[Any], bytes]] = [
    (b"GET", [ResponseHead(200, (length(2),), b"OK"), b"hi", END], b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"),
    (b"HEAD", [ResponseHead(200, (length(2),), b"OK"), END], b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"),
    (b"HEAD", [ResponseHead(200, (CHUNKED,)), END], b"HTTP/1.1 200 \r\ntransfer-encoding: chunked\r\n\r\n"),
    (b"GET", [ResponseHead(204), END], b"HTTP/1.1 204 \r\n\r\n"),
    (b"GET", [ResponseHead(304, (length(9),)), END], b"HTTP/1.1 304 \r\ncontent-length: 9\r\n\r\n"),
    (b"GET", [ResponseHead(200), b"to the end", END], b"HTTP/1.1 200 \r\n\r\nto the end"),
    (b"GET", [ResponseHead(200), END], b"HTTP/1.1 200 \r\n\r\n"),
    (b"GET", [ResponseHead(200, (), b"OK", b"1.0"), b"old", END], b"HTTP/1.0 200 OK\r\n\r\nold"),
    (
        b"GET",
        [ResponseHead(100), ResponseHead(103, ((b"link", b"</a>"),)), ResponseHead(200, (CHUNKED,)), b"x", END],
        b"HTTP/1.1 100 \r\n\r\nHTTP/1.1 103 \r\nlink: </a>\r\n\r\n"
        b"HTTP/1.1 200 \r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    ),
    (
        b"GET",
        [ResponseHead(200, ((b"transfer-encoding", b"gzip"),)), b"zz", END],
        b"HTTP/1.1 200 \r\ntransfer-encoding: gzip\r\n\r\nzz",
    ),
]


def written(frames: list[Any]) -> list[HttpFrame]:
    return [BodyChunk(frame) if isinstance(frame, bytes) else frame for frame in frames]


@pytest.mark.parametrize(("frames", "wire"), REQUESTS)
def test_requests_both_ways(frames: list[Any], wire: bytes) -> None:
    assert encoded(HttpCodec("client"), *written(frames)) == wire
    assert every_way(serving(), wire) == frames


@pytest.mark.parametrize(("method", "frames", "wire"), RESPONSES)
def test_responses_both_ways(method: bytes, frames: list[Any], wire: bytes) -> None:
    server = serving()()
    frames_of(server, [encoded(HttpCodec("client"), get(method=method), END)])
    assert encoded(server, *written(frames)) == wire
    assert every_way(asking(method), wire) == frames


@pytest.mark.parametrize(("frames", "wire"), REQUESTS)
def test_pipelined_requests(frames: list[Any], wire: bytes) -> None:
    if frames[0].version == b"1.1":
        assert every_way(serving(), wire * 3) == frames * 3


def test_pipelined_responses_know_their_requests() -> None:
    wire = b"HTTP/1.1 200 \r\ncontent-length: 4\r\n\r\n"
    found = every_way(asking(b"HEAD", b"GET", b"HEAD"), wire + wire + b"body" + wire)
    head = ResponseHead(200, (length(4),))
    assert found == [head, END, head, b"body", END, head, END]


def test_empty_lines_before_a_request_are_skipped() -> None:
    assert every_way(serving(), b"\r\n\r\n\r\nGET / HTTP/1.1\r\nhost: h\r\n\r\n\r\n") == [get(), END]


def test_chunk_extensions_are_dropped_and_sizes_may_have_zeros() -> None:
    wire = b"POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n"
    body = b'003;a=b\r\nabc\r\nA ; q="x;y"\r\n0123456789\r\n000;last\r\n\r\n'
    assert every_way(serving(), wire + body)[1:] == [b"abc0123456789", END]


# -- the connection's life -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "alive"),
    [
        (get(), True),
        (get((b"connection", b"close")), False),
        (get((b"connection", b"x, Close")), False),
        (get(version=b"1.0"), False),
        (get((b"Connection", b"Keep-Alive"), version=b"1.0"), True),
    ],
)
def test_keep_alive(head: RequestHead, alive: bool) -> None:
    client, server = HttpCodec("client"), HttpCodec("server")
    frames_of(server, [encoded(client, head, END)], eof=False)
    assert client.keep_alive is server.keep_alive is alive
    response = encoded(server, ResponseHead(204), END)
    assert frames_of(client, [response], eof=False) == [ResponseHead(204), END]
    assert client.keep_alive is server.keep_alive is alive


@pytest.mark.parametrize("headers", [((b"connection", b"close"), length(1)), ()])
def test_a_response_can_be_the_last_one(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    client, server = asking(b"GET")(), HttpCodec("server")
    frames_of(server, [b"GET / HTTP/1.1\r\nhost: h\r\n\r\n"], eof=False)
    wire = encoded(server, ResponseHead(200, headers), BodyChunk(b"x"), END)
    frames_of(client, [wire], eof=False)
    assert not client.keep_alive and not server.keep_alive
    with pytest.raises(EncodeError, match="no message may follow"):
        encoded(server, ResponseHead(200))


def test_no_request_follows_the_last_response() -> None:
    client = asking(b"GET")()
    assert frames_of(client, [b"HTTP/1.1 204 \r\nconnection: close\r\n\r\n"], eof=False)[-1] == END
    with pytest.raises(EncodeError, match="no message may follow"):
        encoded(client, get())


def test_a_response_that_was_not_asked_for_is_the_last_one() -> None:
    server = HttpCodec("server")
    encoded(server, ResponseHead(408, (length(0),)), END)
    assert not server.keep_alive
    with pytest.raises(EncodeError, match="no message may follow"):
        encoded(server, ResponseHead(200, (length(0),)))
    assert frames_of(server, [b"GET / HTTP/1.1\r\nhost: h\r\n\r\n"]) == []


def test_what_follows_the_last_request_is_dropped() -> None:
    server, src = HttpCodec("server"), BytesMut(b"GET / HTTP/1.0\r\n\r\nGET /next HTTP/1.0\r\n\r\nmore")
    assert [server.decode(src), server.decode(src)] == [RequestHead(b"GET", b"/", (), b"1.0"), END]
    for _ in range(3):
        assert server.decode(src) is None and not src
        src.extend(b"garbage")
    assert server.decode_eof(src) is None


@pytest.mark.parametrize(("method", "frames", "wire"), RESPONSES)
def test_a_stream_that_ends_early(method: bytes, frames: list[Any], wire: bytes) -> None:
    until_eof = frames_of(asking(method)(), [wire], eof=False)[-1] != END
    for cut in range(1, len(wire)):
        *_, last = frames_of(asking(method)(), [wire[:cut]])
        if not (until_eof and last == END):
            assert isinstance(last, tuple) and last[0] == "IncompleteFrame", cut


def test_a_server_may_answer_before_the_request_is_whole() -> None:
    server, src = HttpCodec("server"), BytesMut(b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\n\r\nab")
    assert isinstance(server.decode(src), RequestHead)
    encoded(server, ResponseHead(413, (length(0), (b"connection", b"close"))), END)
    assert not server.keep_alive
    src.extend(b"cde")
    assert [server.decode(src), server.decode(src)] == [BodyChunk(b"abcde"), END]  # type: ignore[list-item]


def test_a_server_may_answer_what_it_refused() -> None:
    server = HttpCodec("server")
    with pytest.raises(ProtocolError):
        server.decode(BytesMut(b"?\r\n\r\n"))
    wire = encoded(server, ResponseHead(400, (length(0), (b"connection", b"close"))), END)
    assert wire == b"HTTP/1.1 400 \r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


def test_a_stream_that_ends_before_the_response_is_cut() -> None:
    assert frames_of(asking()(), []) == []
    for wire in (b"", b"HTTP/1.1 100 Continue\r\n\r\n"):
        *_, (kind, text) = frames_of(asking(b"GET", b"GET")(), [wire])
        assert (kind, text) == ("IncompleteFrame", "the stream ended before the response to 2 requests")


# -- upgrades --------------------------------------------------------------------------------------------------------


async def test_an_upgrade_hands_back_the_remaining_bytes() -> None:
    near, far = memory_pair(HttpCodec("client"), HttpCodec("server"))
    near.feed_frame(get(*UPGRADE))
    near.feed_frame(END)
    await near.flush()
    assert await far.read_frames() == [get(*UPGRADE), END]  # the batch ends here: what follows may not be HTTP
    await far.write_frame(ResponseHead(101, UPGRADE))
    raw_far = far.switch_codec(RawCodec())
    await raw_far.write_frame(b"welcome")  # type: ignore[arg-type]
    assert await near.read_frames() == [ResponseHead(101, UPGRADE)]
    with pytest.raises(CodecSpent):
        await near.read_frame()
    with pytest.raises(EncodeError, match="speaks HTTP no more"):
        near.feed_frame(get())
    raw_near = near.switch_codec(RawCodec())
    assert await raw_near.read_frame() == b"welcome"
    await raw_near.write_frame(b"\0\1")  # type: ignore[arg-type]
    assert await raw_far.read_frame() == b"\0\1"
    near.close(), far.close()


@pytest.mark.parametrize("size", [100, 200_000])
async def test_bytes_behind_an_upgrade_stay_while_somebody_waits_to_read(size: int) -> None:
    near, far = memory_pair(HttpCodec("client"), HttpCodec("server"))
    await near.write_frame(get(*UPGRADE))
    await near.write_frame(END)
    assert [await far.read_frame(), await far.read_frame()] == [get(*UPGRADE), END]
    reading = asyncio.ensure_future(far.read_frame(timeout=20))
    await asyncio.sleep(0)
    await far.write_frame(ResponseHead(101, UPGRADE))
    near._protocol.transport.write(b"x" * size)
    with pytest.raises(CodecSpent):
        await reading
    near.close()
    assert b"".join([bytes(piece) async for piece in far.switch_codec(RawCodec())]) == b"x" * size
    far.close()


async def test_a_batch_of_mapped_frames_ends_at_an_upgrade_too() -> None:
    server, client = HttpCodec("server"), asking(b"GET", headers=UPGRADE)()
    frames_of(server, [b"GET / HTTP/1.1\r\nhost: h\r\nconnection: upgrade\r\nupgrade: chat\r\n\r\n"], eof=False)
    near, far = memory_pair(client.map(decode=lambda frame: ("got", frame), encode=lambda pair: pair[1]), RawCodec())
    far.feed_frame(Bytes(encoded(server, ResponseHead(101, UPGRADE)) + b"chat"))
    await far.flush()
    assert await near.read_frames() == [("got", ResponseHead(101, UPGRADE))]
    assert bytes(await near.switch_codec(RawCodec()).read_frame() or b"") == b"chat"
    near.abort()
    far.abort()


def test_bytes_behind_an_accepted_upgrade_stay() -> None:
    for method, headers, status in ((b"GET", UPGRADE, b"101"), (b"CONNECT", (), b"200")):
        client = asking(method, headers=headers)()
        fields = b"".join(b"%b: %b\r\n" % field for field in headers)
        src = BytesMut(b"HTTP/1.1 %b \r\n%b\r\nHTTP/1.1 not http" % (status, fields))
        head = client.decode(src)
        assert isinstance(head, ResponseHead) and client.is_switch_point(head) and client.idle
        with pytest.raises(CodecSpent):
            client.decode(src)
        assert src == b"HTTP/1.1 not http"


def test_a_declined_upgrade_goes_on_in_http() -> None:
    server, src = HttpCodec("server"), BytesMut(encoded(HttpCodec("client"), get(*UPGRADE), END) * 2)
    server.decode(src), server.decode(src)
    encoded(server, ResponseHead(200, (length(0),)), END)
    assert server.keep_alive and server.decode(src) == get(*UPGRADE)


def test_a_tunnel_has_neither_body_nor_end() -> None:
    server, src = HttpCodec("server"), BytesMut(b"CONNECT h:1 HTTP/1.1\r\nhost: h\r\n\r\n\x16\x03tls")
    assert server.decode(src) == RequestHead(b"CONNECT", b"h:1", (HOST,))
    end = server.decode(src)
    assert end == END and server.is_switch_point(end)
    assert encoded(server, ResponseHead(200)) == b"HTTP/1.1 200 \r\n\r\n"
    assert server.idle and not server.keep_alive and src == b"\x16\x03tls"


def test_a_refused_tunnel_has_a_body() -> None:
    client = asking(b"CONNECT")()
    found = frames_of(client, [b"HTTP/1.1 403 \r\ncontent-length: 2\r\n\r\nno"])
    assert found == [ResponseHead(403, (length(2),)), b"no", END] and client.keep_alive


# -- what comes out of order -----------------------------------------------------------------------------------------

HEAD = get()
OUT_OF_ORDER: list[tuple[str, list[HttpFrame], str]] = [
    ("client", [BodyChunk(b"x")], "without a head"),
    ("client", [END], "without a head"),
    ("client", [HEAD, HEAD], "EndOfMessage is missing"),
    ("client", [HEAD, BodyChunk(b"x")], "1 more bytes of body, where the head leaves room for 0"),
    ("client", [get(length(2)), BodyChunk(b"x"), END], "ends 1 bytes before its Content-Length"),
    ("client", [get(length(2)), BodyChunk(b"xyz")], "3 more bytes"),
    ("client", [HEAD, EndOfMessage(((b"a", b"b"),))], "only a chunked body can have trailers"),
    ("client", [get(CHUNKED), EndOfMessage(((b"Host", b"b"),))], "a trailer cannot be Host"),
    ("client", [get((b"connection", b"close")), END, HEAD], "no message may follow"),
    ("client", [get(*UPGRADE), END, HEAD], "no request may follow before its answer"),
    ("client", [ResponseHead(200)], "a client does not send ResponseHead"),
    ("client", [RequestHead(b"GET", b"/")], "exactly one Host"),
    ("client", [get(HOST)], "exactly one Host"),
    ("server", [HEAD], "a server does not send RequestHead"),
    ("server", [ResponseHead(101)], "not asked for"),
    ("server", [ResponseHead(100, (length(3),))], "status of 100"),
    ("server", [ResponseHead(204, (length(0),))], "status of 204"),
    ("server", [ResponseHead(200, (CHUNKED, length(3)))], "both Transfer-Encoding and Content-Length"),
    ("server", [ResponseHead(200, (length(3), length(3)))], "a Content-Length of"),
]


@pytest.mark.parametrize(("role", "frames", "words"), OUT_OF_ORDER)
def test_frames_out_of_order_are_refused_and_nothing_is_written(role: Any, frames: list[HttpFrame], words: str) -> None:
    codec, out = HttpCodec(role), WriteBuffer()
    for frame in frames[:-1]:
        codec.encode(frame, out)
    before = len(out)
    with pytest.raises(EncodeError, match=words):
        codec.encode(frames[-1], out)
    assert len(out) == before


@pytest.mark.parametrize(
    "head", [ResponseHead(200, (CHUNKED,)), ResponseHead(200, ((b"transfer-encoding", b"gzip"),)), ResponseHead(100)]
)
def test_what_an_old_client_does_not_know_is_not_sent(head: ResponseHead) -> None:
    server, out = HttpCodec("server"), WriteBuffer()
    frames_of(server, [b"GET / HTTP/1.0\r\n\r\n"], eof=False)
    with pytest.raises(EncodeError, match=r"HTTP/1\.0 client"):
        server.encode(head, out)
    assert not out and server.idle


def test_a_role_is_one_of_two() -> None:
    with pytest.raises(ValueError, match="'proxy'"):
        HttpCodec("proxy")  # type: ignore[arg-type]
