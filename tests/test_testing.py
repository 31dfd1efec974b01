"""The tools for authors of codecs find the usual mistakes, and nothing in codecs that are right."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from framewire import (
    BytesMut,
    Codec,
    CodecStuck,
    FrameTooLong,
    HttpCodec,
    IncompleteFrame,
    LengthDelimitedCodec,
    LinesCodec,
    ProtocolError,
    RawCodec,
    WriteBuffer,
    implementation,
)
from framewire.testing import every_way, memory_factor, outcome


class Counted(Codec[bytes]):
    """A length in one byte, then as many; right, but for what a mutant below changes."""

    def __init__(self) -> None:
        self.left: int | None = None

    @property
    def idle(self) -> bool:
        return self.left is None

    def decode(self, src: BytesMut) -> bytes | None:
        if self.left is None:
            if not src:
                return None
            self.left = src.get_u8()
        if self.left > 9:
            raise ProtocolError(f"{self.left} is more than 9")
        if len(src) < self.left:
            return None
        frame = src.split_to(self.left).to_bytes()
        self.left = None
        return frame

    def encode(self, frame: bytes, dst: WriteBuffer) -> None:
        dst.put_u8(len(frame))
        dst.put_slice(frame)


class Forgetful(Counted):
    def decode(self, src: BytesMut) -> bytes | None:
        try:
            return super().decode(src)
        except ProtocolError:
            self.left = None  # so it goes on behind the error
            raise


class Impatient(Counted):
    def decode(self, src: BytesMut) -> bytes | None:
        if self.left is not None and 0 < len(src) < self.left:
            self.left = len(src)  # takes what is here for all
        return super().decode(src)


class Lossy(Counted):
    def decode(self, src: BytesMut) -> bytes | None:
        frame = super().decode(src)
        if frame is not None:
            src.clear()  # the next frame was in there
        return frame


class KeepsTheBuffer(Counted):
    seen: BytesMut | None = None

    def decode(self, src: BytesMut) -> bytes | None:
        self.seen = self.seen if self.seen is not None else src
        return super().decode(self.seen)


GOOD = b"\3abc\0\1x\5hello"


def test_a_right_codec_passes() -> None:
    assert every_way(Counted, GOOD) == ([b"abc", b"", b"x", b"hello"], None)
    assert every_way(Counted, GOOD[:-1]) == ([b"abc", b"", b"x"], IncompleteFrame)
    assert every_way(Counted, GOOD + b"\xffxyz") == ([b"abc", b"", b"x", b"hello"], ProtocolError)


@pytest.mark.parametrize("mutant", [Forgetful, Impatient, Lossy, KeepsTheBuffer])
def test_mistakes_are_found(mutant: Callable[[], Any]) -> None:
    with pytest.raises(AssertionError):
        every_way(mutant, GOOD + b"\xffxyz")


def test_a_defect_passes_through() -> None:
    codec = LinesCodec().map(decode=lambda line: line, encode=lambda line: line)
    codec._decode = None  # type: ignore[attr-defined]
    assert outcome(codec, [b"x\n"]).frames == [ProtocolError]  # what the function raises is the peer's fault
    codec.inner = None  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        outcome(codec, [b"x\n"])


def test_recoverable_errors_stand_among_the_frames() -> None:
    found = every_way(lambda: LinesCodec(encoding="utf-8", max_length=4), b"a\ntoo long\n\xff\nb")
    assert found == (["a", FrameTooLong, ProtocolError, "b"], None)


def test_borders_of_arrival_can_be_joined() -> None:
    data = os.urandom(3000)
    assert every_way(RawCodec, data, normal=lambda frames: [b"".join(map(bytes, frames))]) == ([data], None)
    with pytest.raises(AssertionError, match="cut as"):
        every_way(RawCodec, data)


def test_http_too() -> None:
    data = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n" * 3
    assert len(every_way(lambda: HttpCodec("server"), data).frames) == 6
    assert every_way(lambda: HttpCodec("server"), b"G").error is IncompleteFrame


def test_the_memory_that_a_large_payload_takes() -> None:
    data = (4_000_000).to_bytes(4, "big") + bytes(4_000_000)

    class Copying(LengthDelimitedCodec):
        __slots__ = ()

        def decode(self, src: BytesMut) -> bytes | None:
            frame = super().decode(src)
            return None if frame is None else bytes(bytearray(frame))

    if implementation == "native":
        assert memory_factor(LengthDelimitedCodec, data) < 1.2
    assert memory_factor(Copying, data) > 2


class Stuck(Counted):
    """Gives its first frame for ever: it looks, and does not take."""

    def decode(self, src: BytesMut) -> bytes | None:
        return src.to_bytes() if src else None


class StuckAtTheEnd(Counted):
    def decode_eof(self, src: BytesMut) -> bytes | None:
        return b"and one more"


class StuckOnAnError(Counted):
    def decode(self, src: BytesMut) -> bytes | None:
        if src:
            raise ProtocolError("this one", recoverable=True)
        return None


@pytest.mark.parametrize("make", [Stuck, StuckAtTheEnd, StuckOnAnError])
def test_a_codec_that_consumes_nothing_is_named(make: Callable[[], Any]) -> None:
    for codec in (make, lambda: make().map(decode=bytes, encode=bytes)):
        with pytest.raises(CodecStuck, match=make.__name__):
            every_way(codec, b"\x01a")
    if make is not StuckAtTheEnd:
        with pytest.raises(CodecStuck, match=make.__name__):
            memory_factor(make, b"\x01a")


class Hoarder(Counted):
    """Takes all that is there, and gives it byte by byte: no frame then consumes anything."""

    def __init__(self) -> None:
        self.taken = b""

    @property
    def idle(self) -> bool:
        return not self.taken

    def decode(self, src: BytesMut) -> bytes | None:
        self.taken += bytes(src)
        src.clear()
        frame, self.taken = self.taken[:1], self.taken[1:]
        return frame or None


def test_a_codec_that_consumes_ahead_is_right() -> None:
    data = bytes(range(256)) * 200
    assert outcome(Hoarder(), [data]) == ([data[i : i + 1] for i in range(len(data))], None)
