"""The contract's own machinery: what a codec gets from `Codec`, and `map`."""

from __future__ import annotations

import asyncio
import inspect
import json
import socket
from typing import Any

import pytest

from framewire import (
    BytesMut,
    Codec,
    EncodeError,
    IncompleteFrame,
    LinesCodec,
    MappedCodec,
    ProtocolError,
    WriteBuffer,
    aio,
    blocking,
)
from framewire.aio import memory_pair
from framewire.codec import Refusal
from framewire.testing import every_way, memory_factor, outcome


class Pairs(Codec[bytes]):
    """The least that a codec can be: two bytes are a frame."""

    def decode(self, src: BytesMut) -> bytes | None:
        return src.split_to(2).to_bytes() if len(src) >= 2 else None

    def encode(self, frame: bytes, dst: WriteBuffer) -> None:
        dst.put_slice(frame)


def json_lines() -> Codec[Any]:
    return LinesCodec().map(decode=json.loads, encode=lambda value: json.dumps(value).encode())


def test_a_codec_that_consumes_whole_frames_needs_no_more_than_decode_and_encode() -> None:
    codec, src = Pairs(), BytesMut(b"abcd")
    assert codec.idle
    assert [codec.decode_eof(src), codec.decode_eof(src), codec.decode_eof(src)] == [b"ab", b"cd", None]
    src.extend(b"x")
    with pytest.raises(IncompleteFrame, match="with 1 bytes undecoded"):
        codec.decode_eof(src)


def test_json_lines_are_one_line() -> None:
    codec, src, dst = json_lines(), BytesMut(), WriteBuffer()
    for value in ({"a": [1, None]}, [], "grün", 0, False):
        codec.encode(value, dst)
    src.extend(b"".join(dst.take()) + b'"last"')
    found = [codec.decode(src) for _ in range(6)]
    assert found == [{"a": [1, None]}, [], "grün", 0, False, None]
    assert codec.decode_eof(src) == "last"
    assert codec.decode_eof(src) is None


@pytest.mark.parametrize("line", [b"{", b"\xff", b"null", b"[" * 60_000])
def test_what_the_function_refuses_is_the_peers_fault_and_consumed(line: bytes) -> None:
    codec, src = json_lines(), BytesMut(line + b"\n1\n")
    with pytest.raises(ProtocolError, match=r"a frame (cannot be|was) decoded"):
        codec.decode(src)
    assert codec.idle
    assert codec.decode(src) == 1


def test_errors_of_the_inner_codec_pass_and_those_of_encode_are_the_callers() -> None:
    codec, dst = json_lines(), WriteBuffer()
    with pytest.raises(EncodeError, match="cannot be encoded: TypeError"):
        codec.encode(object(), dst)
    refusing = LinesCodec().map(decode=bytes, encode=lambda value: value + b"\n")
    with pytest.raises(EncodeError, match="a line holds no line break"):
        refusing.encode(b"x", dst)
    assert not dst


def test_idle_is_the_inner_codecs() -> None:
    inner = LinesCodec(max_length=4)
    codec = inner.map(decode=bytes, encode=bytes)
    with pytest.raises(ProtocolError, match="longer than 4 bytes"):
        codec.decode(BytesMut(b"123456789"))
    assert not codec.idle


async def test_a_mapped_codec_over_a_connection() -> None:
    left, right = memory_pair(json_lines(), json_lines(), piece=1)
    await left.write_frame({"id": 1})
    left.close()
    assert [frame async for frame in right] == [{"id": 1}]
    right.close()


async def test_a_codec_is_not_what_makes_one() -> None:
    from framewire import aio, blocking

    async def handler(connection: Any) -> None: ...

    with pytest.raises(TypeError, match="give a class or a function, not"):
        await aio.listen(handler, LinesCodec(), "127.0.0.1", 0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="give a class or a function, not"):
        blocking.listen(print, LinesCodec(), "127.0.0.1", 0)  # type: ignore[arg-type]


class Odd(ProtocolError):
    """An error of somebody's own, with arguments of its own."""

    def __init__(self, *, at: int) -> None:
        super().__init__(f"odd at {at}", recoverable=True)
        self.at = at


def test_a_refusal_repeats_an_error_of_any_class_without_its_traceback() -> None:
    refusal = Refusal()
    with pytest.raises(Odd), refusal:
        raise Odd(at=3)
    assert refusal
    raised = []
    for _ in range(2):
        with pytest.raises(Odd, match="odd at 3") as found, refusal:
            raise AssertionError("it lets nobody in")
        assert (found.value.at, found.value.recoverable) == (3, False)
        raised.append(found.value)
    assert raised[0] is not raised[1]


NO_CODECS = [LinesCodec, lambda: LinesCodec(), None, "lines", object()]


def aio_places(codec: Any) -> list[Any]:
    """Everything in `aio` that takes a codec. What it would open is not there: the codec is looked at first."""
    protocol = aio.StreamProtocol()
    return [
        lambda: aio.connect(codec, path="/nowhere/at/all"),
        lambda: aio.connect_pipes(codec, None, None),
        lambda: aio.open_subprocess(codec, "/nowhere/at/all"),
        lambda: aio.memory_pair(codec, LinesCodec()),
        lambda: aio.memory_pair(LinesCodec(), codec),
        lambda: aio.Connection(protocol, codec),
    ]


@pytest.mark.parametrize("codec", NO_CODECS, ids=lambda codec: type(codec).__name__)
def test_what_is_no_codec_is_refused_at_once(codec: Any) -> None:
    async def main() -> None:
        for place in aio_places(codec):
            with pytest.raises(TypeError, match=r"codec.*LinesCodec\(\)"):
                made = place()
                if inspect.isawaitable(made):
                    await made
        near, far = aio.memory_pair(LinesCodec(), LinesCodec())
        with pytest.raises(TypeError, match="codec"):
            near.switch_codec(codec)
        near.feed_frame(b"as before")
        near.abort()
        far.abort()

    asyncio.run(main())
    near, far = socket.socketpair()
    with near, far:
        for place in (
            lambda: blocking.connect(codec, path="/nowhere/at/all"),
            lambda: blocking.Connection(near, codec),
            lambda: MappedCodec(codec, bytes, bytes),
            lambda: outcome(codec, []),
        ):
            with pytest.raises(TypeError, match=r"codec.*LinesCodec\(\)"):
                place()


def test_a_codec_where_one_is_made_is_refused_at_once() -> None:
    for place in (every_way, memory_factor):
        with pytest.raises(TypeError, match="codec makes"):
            place(LinesCodec(), b"line\n")  # type: ignore[arg-type]

    async def handler(connection: Any) -> None:
        pass

    async def main() -> None:
        for make in (aio.listen, aio.serve):
            with pytest.raises(TypeError, match="codec makes"):
                await make(handler, LinesCodec(), "127.0.0.1", 0)  # type: ignore[operator]

    asyncio.run(main())
    with pytest.raises(TypeError, match="codec makes"):
        blocking.listen(handler, LinesCodec(), "127.0.0.1", 0)  # type: ignore[arg-type]
