"""Any bytes are HTTP/1.1 frames, or refused with ProtocolError or IncompleteFrame; nothing else.

Whole, byte by byte and cut, in both twins' buffers, in linear work, as a server and as a client that has asked for
this or that. And: a message that was decoded can be encoded by the other side, or is refused with nothing appended;
what was encoded comes back as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from framewire.buf import WriteBuffer
from framewire.codecs.http1 import HttpCodec
from framewire.errors import CodecSpent, EncodeError
from framewire.frames.http import BodyChunk, EndOfMessage, HttpLimits, RequestHead, ResponseHead
from fuzz.harness import TWINS, check
from tests.codecs.test_http1 import REQUESTS, RESPONSES
from tests.codecs.test_http1_body import BROKEN, CHUNKED
from tests.codecs.test_http1_body import FOR_SMUGGLERS as EXTENSIONS
from tests.codecs.test_http1_head import FOR_SMUGGLERS, HOSTS, START_LINES, STATUS_LINES, TARGETS

HOST = (b"host", b"h")
LIMITS = [HttpLimits(), HttpLimits(head_size=60, headers=2, chunk_size=20, chunk_line=10, body_size=30)]
UPGRADE = (HOST, (b"connection", b"upgrade"), (b"upgrade", b"chat"))
ASKED = [
    [RequestHead(b"GET", b"/", (HOST,))] * 3,
    [RequestHead(b"HEAD", b"/", (HOST,)), RequestHead(b"GET", b"/", (HOST,))],
    [RequestHead(b"GET", b"/", (HOST,)), RequestHead(b"GET", b"/", UPGRADE)],
    [RequestHead(b"CONNECT", b"h:1", (HOST,))],
    [RequestHead(b"GET", b"/", (HOST, (b"connection", b"close")))],
    [],
]


class Http:
    """A codec behind whose upgrade bytes are bytes."""

    def __init__(
        self, role: Literal["server", "client"], limits: HttpLimits, asked: list[RequestHead], lenient: bool = False
    ) -> None:
        self.codec = HttpCodec(role=role, limits=limits, lenient=lenient)
        for head in asked:
            self.codec.encode(head, WriteBuffer())
            self.codec.encode(EndOfMessage(), WriteBuffer())

    @property
    def idle(self) -> bool:
        return self.codec.idle

    def decode(self, src: Any) -> Any:
        return self.raw(self.codec.decode, src)

    def decode_eof(self, src: Any) -> Any:
        return self.raw(self.codec.decode_eof, src)

    def raw(self, decode: Any, src: Any) -> Any:
        try:
            return decode(src)
        except CodecSpent:
            return BodyChunk(src.split().freeze()) if src else None


def joined(frames: list[Any]) -> list[Any]:
    """Frames with neighbouring body chunks made one, and as builtin `bytes`."""
    whole: list[Any] = []
    for frame in frames:
        if isinstance(frame, BodyChunk):
            before = whole.pop().data if whole and isinstance(whole[-1], BodyChunk) else b""
            assert len(frame.data), "a chunk of no bytes"
            frame = BodyChunk(before + bytes(frame.data))  # type: ignore[arg-type, operator]
        whole.append(frame)
    return whole


def one_input(data: bytes) -> None:
    """The first byte chooses the role, the limits, and what a client has asked for; the rest is the stream.

    From 128 on it also says that the codec is lenient.
    """
    choice, wire = data[0] if data else 0, data[1:]
    limits, lenient = LIMITS[choice >> 1 & 1], choice >= 128
    if choice & 1:
        asked = ASKED[(choice >> 2 & 31) % len(ASKED)]
        frames = check(lambda twin: Http("client", limits, asked, lenient), wire, joined)
        check_written(frames, "server", asked, lenient)
    else:
        frames = check(lambda twin: Http("server", limits, [], lenient), wire, joined)
        check_written(frames, "client", [], lenient)


def check_written(
    frames: list[Any], role: Literal["server", "client"], asked: list[RequestHead], lenient: bool
) -> None:
    """What the peer of `role` sent, sent once more."""
    writer, dst = HttpCodec(role=role, lenient=lenient), WriteBuffer()
    if role == "server":
        request = Http("client", LIMITS[0], [])
        for head in asked:
            request.codec.encode(head, dst)
            request.codec.encode(EndOfMessage(), dst)
        src = TWINS[-1].buffer.BytesMut(b"".join(map(bytes, dst.take())))
        while writer.decode(src) is not None:
            pass
    written = []
    for frame in frames:
        mark = dst.mark()
        try:
            writer.encode(frame, dst)
        except EncodeError:
            assert dst.mark() == mark, "refused, and yet appended"
            break
        written.append(frame)
    wire = b"".join(map(bytes, dst.take()))
    reader = (
        Http("client", LIMITS[0], asked, lenient) if role == "server" else Http("server", LIMITS[0], [], lenient)
    )
    src, back = TWINS[-1].buffer.BytesMut(wire), []
    while (frame := reader.decode(src)) is not None:
        back.append(frame)
    assert joined(back) == written[: len(joined(back))], f"{written} came back as {joined(back)}"
    missing = written[len(joined(back)) :]
    assert not [frame for frame in missing if isinstance(frame, RequestHead | ResponseHead)], missing


def seeds() -> Iterator[bytes]:
    """The tables of the codec's tests."""
    for _, wire in REQUESTS:
        yield b"\0" + wire
    yield b"\0" + b"".join(wire for _, wire in REQUESTS[:5])
    for method, _, wire in RESPONSES:
        yield {b"HEAD": b"\5", b"CONNECT": b"\x0d"}.get(method, b"\1") + wire
    for body, _ in BROKEN:
        yield b"\0" + CHUNKED + body
    for line in EXTENSIONS:
        yield b"\x80" + CHUNKED + line + b"hello\r\n0\r\n\r\n"
    for field, _ in FOR_SMUGGLERS:
        yield b"\x80POST / HTTP/1.1\r\nHost: h\r\n" + field + b"\r\n\r\n"
    for begin in TARGETS:
        yield b"\x80" + begin + b" HTTP/1.1\r\nHost: h\r\n\r\n"
    for host in HOSTS:
        yield b"\x80GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"
    for line, _ in (*START_LINES, *STATUS_LINES):
        yield (b"\1" if line.startswith(b"HTTP") else b"\0") + line
    yield b"\x09HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\nhello"
    yield b"\2POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n"
