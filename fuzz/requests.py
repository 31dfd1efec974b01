"""Any bytes are Redis requests, lists of bytes, or refused with ProtocolError or IncompleteFrame; nothing else.

Whole, byte by byte and cut, on both twins, in linear work, whatever the limits and whether the client is known. And:
a request that was decoded, encoded as a command by both twins, is the same bytes and decodes to the same request.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from framewire.frames.resp import RespLimits
from fuzz.harness import TWINS, Twin, check
from fuzz.resp import Replies
from tests.vectors.resp import COMMANDS, REQUESTS
from tests.vectors.resp_hostile import REQUESTS as REFUSED

LIMITS = [
    RespLimits(),
    RespLimits(max_bulk=20, max_line=20, max_elements=5, max_frame=100),
    RespLimits(max_frame=30),
]


def one_input(data: bytes) -> None:
    """The first byte chooses limits and whether the client has authenticated, the rest is the stream."""
    choice = data[0] if data else 0
    limits, known, wire = LIMITS[choice % len(LIMITS)], choice < 128, data[1:]

    def make(twin: Twin) -> Replies:
        codec = Replies(twin, "requests", limits)
        codec.decoder.authenticated = known
        return codec

    for [request] in check(make, wire):
        check_request(request)


def check_request(request: list[Any]) -> None:
    assert request and all(type(argument) is bytes for argument in request), request
    wires = [packed(twin, request) for twin in TWINS]
    assert wires[0] == wires[-1] == TWINS[-1].resp.pack_command(*request), wires
    twin = TWINS[-1]
    assert twin.resp.RespDecoder("requests").decode(twin.buffer.BytesMut(wires[0])) == request


def packed(twin: Twin, request: list[bytes]) -> bytes:
    tail, segments = twin.buffer.BytesMut(), []  # type: ignore[var-annotated]
    twin.resp.encode_commands([request], tail, segments)
    return b"".join(map(bytes, [*segments, tail]))


def seeds() -> Iterator[bytes]:
    """The tables of the decoder's tests, short rows only."""
    wires = [wire for _, wire in COMMANDS.values()]
    wires += [wire for wire, _ in REQUESTS.values()]
    wires += [row.wire for row in REFUSED.values()]
    for wire in wires:
        if len(wire) < 200:
            yield b"\0" + wire
    yield b"\x80*11\r\n" + b"$1\r\nx\r\n" * 11
    yield b"\1*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n\r\nGET 'a b'\r\n"
