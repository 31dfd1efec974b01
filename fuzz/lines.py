"""Any bytes are lines, or items between delimiters, or refused with ProtocolError or IncompleteFrame; nothing else.

Whole, byte by byte and cut, in both twins' buffers, in linear work, whatever delimiter and limit. And: the items are
those of `bytes.split`, a too long one is reported once in its place, and what was decoded, encoded again, comes back.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from framewire.buf import WriteBuffer
from framewire.codecs.delimiter import DelimiterCodec
from framewire.codecs.lines import LinesCodec
from framewire.errors import FrameTooLong
from fuzz.harness import TWINS, check

DELIMITERS = [b"\n", b"--", b"\r\n\r\n", b"\0", b"-+-", b"aab"]


def one_input(data: bytes) -> None:
    """The first byte chooses lines or a delimiter, the second the limit, the rest is the stream."""
    which, limit, wire = (data[0], data[1], data[2:]) if len(data) > 1 else (0, 0, b"")
    limit = limit or 64 * 1024
    if which & 1:
        delimiter = DELIMITERS[which % len(DELIMITERS)]
        compare(partial(DelimiterCodec, delimiter, max_length=limit), wire, split(wire, delimiter), limit)
    elif which & 2:
        check_text(limit, wire)
    else:
        lines = [line.removesuffix(b"\r") for line in split(wire, b"\n", ends=(b"", b"\r"))]
        compare(partial(LinesCodec, max_length=limit), wire, lines, limit)


def split(wire: bytes, delimiter: bytes, ends: tuple[bytes, ...] = (b"",)) -> list[bytes]:
    """The items, the last one too unless it is one of `ends`."""
    *items, last = wire.split(delimiter)
    return items if last in ends else [*items, last]


def compare(make: Any, wire: bytes, expected: list[bytes], limit: int) -> None:
    """Each item, or in its place that it is too long. An unterminated last one is refused as the end of the stream."""
    found = check(lambda twin: twin.codec(make), wire)
    good = [item if len(item) <= limit else FrameTooLong for item in expected]
    assert [item[0] if isinstance(item, list) else item for item in found] == good, (found, good)
    for item in found:
        if isinstance(item, bytes):
            check_written(make, item)


def check_text(limit: int, wire: bytes) -> None:
    """As `str`, up to the first line that is not text."""
    for item in check(lambda twin: twin.codec(Text, limit), wire):
        assert isinstance(item, str | list)
        if isinstance(item, str):
            check_written(partial(LinesCodec, max_length=limit, encoding="utf-8"), item)


class Text(LinesCodec[str]):
    """Lines of text that, once one was not, stay refused: `check` stops there."""

    def __init__(self, limit: int) -> None:
        super().__init__(max_length=limit, encoding="utf-8")
        self.refused: Exception | None = None

    def decode(self, src: Any) -> str | None:
        return self.sticky(super().decode, src)

    def decode_batch(self, src: Any, max_items: int) -> list[str]:
        return self.sticky(super().decode_batch, src, max_items)

    def decode_eof(self, src: Any) -> str | None:
        return self.sticky(super().decode_eof, src)

    def sticky(self, decode: Any, *arguments: Any) -> Any:
        if self.refused is not None:
            raise self.refused
        try:
            return decode(*arguments)
        except FrameTooLong:
            raise
        except Exception as error:
            self.refused = error
            raise


def check_written(make: Any, item: Any) -> None:
    """Encoded again it comes back, or is refused: a line with a CR at its end, an item that completes a delimiter."""
    dst = WriteBuffer()
    try:
        make().encode(item, dst)
    except ValueError:
        assert not dst, "refused, and yet appended"
        return
    wire = b"".join(map(bytes, dst.take()))
    for twin in TWINS:
        assert twin.codec(make).decode(twin.buffer.BytesMut(wire)) == item


def seeds() -> Iterator[bytes]:
    for lines in (b"a\nb\r\nc", b"a\r\n\r\n\nb\n", b"last\r", b"12345678\r\nx\n", b"1234567890\nok\n", b"123456789"):
        yield b"\0\x08" + lines
        yield b"\0\0" + lines
    yield b"\2\0" + "grün\n水\r\n".encode() + b"\xff\xfe\n"
    yield b"\1\x08a--b--123456789--ok--12"
    yield b"\1\0----a-b---c"
    yield b"\5\3aaab" + b"xyzuaab"
    yield b"\3\4a\0bcdef\0"
