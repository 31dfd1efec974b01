"""HTTP/1.1 against h11 (the same contract, in Python) and httptools (llhttp's callbacks, which ours stands on).

Each side decodes the same bytes into heads, body chunks and ends; httptools' events are collected into the plainest
objects that carry as much. `python -m bench.http` prints the table.
"""

from __future__ import annotations

from collections.abc import Callable

import h11
import httptools

from bench.measure import Row, compare, show
from framewire import BytesMut, HttpCodec, WriteBuffer
from framewire.frames.http import BodyChunk, EndOfMessage, RequestHead, ResponseHead

FIELDS = (
    (b"host", b"example.com"),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    (b"accept", b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    (b"accept-language", b"en-US,en;q=0.5"),
    (b"accept-encoding", b"gzip, deflate, br, zstd"),
    (b"cookie", b"session=0123456789abcdef; theme=dark"),
    (b"connection", b"keep-alive"),
    (b"cache-control", b"max-age=0"),
)
LINES = b"".join(b"%b: %b\r\n" % field for field in FIELDS)
COUNT = 100
GETS = b"GET /index.html?a=b HTTP/1.1\r\n%b\r\n" % LINES * COUNT
SMALL = b"POST /api HTTP/1.1\r\n%bcontent-length: 64\r\n\r\n" % LINES + bytes(64)
POSTS = SMALL * COUNT
CHUNK = bytes(1000)
UPLOAD = (
    b"PUT /big HTTP/1.1\r\n%btransfer-encoding: chunked\r\n\r\n" % LINES
    + b"3e8\r\n%b\r\n" % CHUNK * COUNT
    + b"0\r\n\r\n"
)
PIECE = 64 * 1024


class Collected:
    """What httptools reports, kept."""

    def __init__(self) -> None:
        self.events: list[object] = []
        self.headers: list[tuple[bytes, bytes]] = []
        self.url = b""

    def on_url(self, url: bytes) -> None:
        self.url = url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.events.append((self.url, tuple(self.headers)))
        self.headers = []

    def on_body(self, body: bytes) -> None:
        self.events.append(body)

    def on_message_complete(self) -> None:
        self.events.append(None)


def pieces(data: bytes) -> list[bytes]:
    return [data[start : start + PIECE] for start in range(0, len(data), PIECE)]


def ours(data: bytes) -> Callable[[], None]:
    def run() -> None:
        codec, src = HttpCodec("server"), BytesMut()
        for piece in pieces(data):
            src.extend(piece)
            while codec.decode(src) is not None:
                pass

    return run


def with_httptools(data: bytes) -> Callable[[], None]:
    def run() -> None:
        parser = httptools.HttpRequestParser(Collected())
        for piece in pieces(data):
            parser.feed_data(piece)

    return run


def with_h11(data: bytes) -> Callable[[], None]:
    answer = h11.Response(status_code=204, headers=[])

    def run() -> None:
        connection = h11.Connection(h11.SERVER)
        for piece in pieces(data):
            connection.receive_data(piece)
            while (event := connection.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
                if isinstance(event, h11.EndOfMessage):  # it reads on once the request was answered
                    connection.send(answer)
                    connection.send(h11.EndOfMessage())
                    connection.start_next_cycle()

    return run


RESPONSE = ResponseHead(200, ((b"content-type", b"text/plain"), (b"content-length", b"13")), b"OK")


def encoding() -> Row:
    """A whole small response, on a connection whose client has asked for that many."""
    requests = b"GET / HTTP/1.1\r\nhost: h\r\n\r\n" * COUNT
    frames = (RESPONSE, BodyChunk(b"hello, world\n"), EndOfMessage())
    theirs = h11.Response(status_code=200, headers=list(RESPONSE.headers), reason=b"OK")
    body, end = h11.Data(data=b"hello, world\n"), h11.EndOfMessage()

    def mine() -> None:
        codec, src, out = HttpCodec("server"), BytesMut(requests), WriteBuffer()
        for _ in range(COUNT):
            codec.decode(src), codec.decode(src)
            for frame in frames:
                codec.encode(frame, out)
        out.take()

    def peer() -> None:
        connection = h11.Connection(h11.SERVER)
        connection.receive_data(requests)
        for _ in range(COUNT):
            connection.next_event(), connection.next_event()
            b"".join([connection.send(theirs), connection.send(body), connection.send(end)])
            connection.start_next_cycle()

    return compare("read a GET, 1 field, and write a small response", "h11", mine, peer, per=COUNT)


def rows() -> list[Row]:
    """Nanoseconds per message, or per chunk."""
    found = []
    for work, data in (("GET, 8 fields", GETS), ("POST, 64 bytes", POSTS), ("a chunk of 1000 bytes", UPLOAD)):
        for peer, theirs in (("h11", with_h11), ("httptools", with_httptools)):
            found.append(compare(f"read {work}", peer, ours(data), theirs(data), per=COUNT))
    assert isinstance(HttpCodec("server").decode(BytesMut(GETS)), RequestHead)
    return [*found, encoding()]


if __name__ == "__main__":
    show(rows())
