"""h11's messages through ours and back: what either of the two writes, the other reads as the same."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import h11
import pytest

from framewire import BytesMut, HttpCodec, WriteBuffer
from framewire.frames.http import BodyChunk, EndOfMessage, HttpFrame, RequestHead, ResponseHead
from tests.every_way import cuts

HOST = (b"host", b"example.com")
CHUNKED = (b"transfer-encoding", b"chunked")
END = EndOfMessage()


def length(size: int) -> tuple[bytes, bytes]:
    return b"content-length", b"%d" % size


EXCHANGES: list[tuple[list[HttpFrame], list[HttpFrame]]] = [
    ([RequestHead(b"GET", b"/", (HOST,)), END], [ResponseHead(200, (length(2),), b"OK"), BodyChunk(b"hi"), END]),
    ([RequestHead(b"HEAD", b"/a?b", (HOST,)), END], [ResponseHead(200, (length(9),), b"OK"), END]),
    (
        [RequestHead(b"POST", b"/", (HOST, CHUNKED)), BodyChunk(b"a" * 70_000), EndOfMessage(((b"x-sum", b"7"),))],
        [ResponseHead(100, (), b"Continue"), ResponseHead(201, (CHUNKED,)), BodyChunk(b"x"), BodyChunk(b"yz"), END],
    ),
    ([RequestHead(b"PUT", b"/", (HOST, length(5))), BodyChunk(b"hello"), END], [ResponseHead(204, ()), END]),
]

LAST = (
    [RequestHead(b"GET", b"/", (HOST, (b"connection", b"close"))), END],
    [ResponseHead(200, ((b"connection", b"close"),)), BodyChunk(b"to the end"), END],
)


def to_h11(frame: HttpFrame) -> Any:
    match frame:
        case RequestHead(method, target, headers):
            return h11.Request(method=method, target=target, headers=list(headers))
        case ResponseHead(status, headers, reason):
            kind = h11.InformationalResponse if status < 200 else h11.Response
            return kind(status_code=status, headers=list(headers), reason=reason)
        case BodyChunk(data):
            return h11.Data(data=bytes(data))  # type: ignore[arg-type]
        case EndOfMessage(trailers):
            return h11.EndOfMessage(headers=list(trailers))


def from_h11(event: Any) -> HttpFrame:
    match event:
        case h11.Request():
            return RequestHead(event.method, event.target, tuple(event.headers), event.http_version)
        case h11.Response() | h11.InformationalResponse():
            return ResponseHead(event.status_code, tuple(event.headers), event.reason, event.http_version)
        case h11.Data():
            return BodyChunk(bytes(event.data))
        case h11.EndOfMessage():
            return EndOfMessage(tuple(event.headers))
    raise AssertionError(event)


def joined(frames: Iterable[HttpFrame]) -> list[Any]:
    """Frames with neighbouring chunks as one `bytes`."""
    found: list[Any] = []
    for frame in frames:
        if not isinstance(frame, BodyChunk):
            found.append(frame)
        elif found and isinstance(found[-1], bytes):
            found[-1] += bytes(frame.data)  # type: ignore[arg-type]
        else:
            found.append(bytes(frame.data))  # type: ignore[arg-type]
    return found


class Ours:
    """One side of a connection, spoken by us."""

    def __init__(self, role: Any) -> None:
        self.codec, self.src = HttpCodec(role), BytesMut()

    def send(self, frames: list[HttpFrame]) -> bytes:
        out = WriteBuffer()
        for frame in frames:
            self.codec.encode(frame, out)
        return b"".join(bytes(segment) for segment in out.take())

    def receive(self, wire: bytes, last: bool) -> list[HttpFrame]:
        found = []
        for piece in cuts(wire, 50, random.Random(1)):
            self.src.extend(piece)
            found += iter(lambda: self.codec.decode(self.src), None)
        return found + (list(iter(lambda: self.codec.decode_eof(self.src), None)) if last else [])


class Theirs:
    """One side of a connection, spoken by h11."""

    def __init__(self, role: Any) -> None:
        self.connection = h11.Connection(h11.SERVER if role == "server" else h11.CLIENT)

    def send(self, frames: list[HttpFrame]) -> bytes:
        return b"".join(self.connection.send(to_h11(frame)) or b"" for frame in frames)

    def receive(self, wire: bytes, last: bool) -> list[HttpFrame]:
        found = []
        for piece in [*cuts(wire, 50, random.Random(2)), *([b""] if last else [])]:
            self.connection.receive_data(piece)
            while (event := self.connection.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
                if isinstance(event, h11.ConnectionClosed):
                    break
                found.append(from_h11(event))
        return found


@pytest.mark.parametrize(("request_frames", "response_frames"), EXCHANGES)
@pytest.mark.parametrize(("client", "server"), [(Ours, Theirs), (Theirs, Ours), (Ours, Ours)])
def test_an_exchange(client: Any, server: Any, request_frames: Any, response_frames: Any) -> None:
    near, far = client("client"), server("server")
    assert joined(far.receive(near.send(request_frames), False)) == joined(request_frames)
    assert joined(near.receive(far.send(response_frames), False)) == joined(response_frames)


@pytest.mark.parametrize("client", [Ours, Theirs])
def test_a_response_that_lasts_until_the_end(client: Any) -> None:
    near, far = client("client"), Ours("server")
    assert joined(far.receive(near.send(LAST[0]), False)) == joined(LAST[0])
    assert joined(near.receive(far.send(LAST[1]), True)) == joined(LAST[1])


def test_our_keep_alive_is_theirs() -> None:
    client, server = Ours("client"), Theirs("server")
    for _ in range(3):
        server.receive(client.send([RequestHead(b"GET", b"/", (HOST,)), END]), False)
        wire = server.send([ResponseHead(200, (length(1),)), BodyChunk(b"x"), END])
        assert len(client.receive(wire, False)) == 3 and client.codec.keep_alive
        server.connection.start_next_cycle()
