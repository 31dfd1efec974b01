"""Any bytes are length-delimited frames, or refused with ProtocolError or IncompleteFrame; nothing else.

Whole, byte by byte and cut, in both twins' buffers, in linear work, whatever the options. And: the frames are those of
the obvious definition below, and what was decoded can be encoded and comes back.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from framewire.buf import WriteBuffer
from framewire.codecs.length_delimited import LengthDelimitedCodec
from framewire.errors import EncodeError
from fuzz.harness import TWINS, check

CHOICES = 5  # bytes that choose the options


def options_of(choice: bytes) -> dict[str, Any]:
    offset, length, adjustment, skip, limit = struct.unpack("BBbBB", choice)
    return {
        "length_field_offset": offset % 5,
        "length_field_length": 1 + length % 8,
        "byteorder": "little" if length & 0x80 else "big",
        "length_adjustment": adjustment if adjustment % 2 else 0,
        "num_skip": (skip & 0x7F) % 13 if skip & 0x80 else None,
        "max_frame_length": limit if limit & 1 else 8 * 1024 * 1024,
    }


def obvious(wire: bytes, options: dict[str, Any]) -> list[bytes]:
    """The whole frames in `wire` up to the first refused one, by slicing."""
    offset, size = options["length_field_offset"], options["length_field_length"]
    skip = offset + size if options["num_skip"] is None else options["num_skip"]
    frames, at = [], 0
    while len(wire) - at >= max(offset + size, skip):
        number = int.from_bytes(wire[at + offset : at + offset + size], options["byteorder"])
        length = number + options["length_adjustment"]
        at += skip
        if not 0 <= length <= min(options["max_frame_length"], len(wire) - at) or skip + length == 0:
            break
        frames.append(wire[at : at + length])
        at += length
    return frames


def one_input(data: bytes) -> None:
    """The first five bytes choose the options, the rest is the stream."""
    options, wire = options_of(data[:CHOICES].ljust(CHOICES, b"\0")), data[CHOICES:]
    items = check(lambda twin: twin.codec(LengthDelimitedCodec, **options), wire)
    assert items == obvious(wire, options), f"{items} with {options}"
    for item in items:
        check_written(item, options)


def check_written(frame: bytes, options: dict[str, Any]) -> None:
    """With a head that is the field alone, what came in can go out and comes back."""
    plain = {**options, "length_field_offset": 0, "num_skip": None}
    dst = WriteBuffer()
    try:
        LengthDelimitedCodec(**plain).encode(frame, dst)
    except EncodeError:
        assert not dst, "refused, and yet appended"
        return
    wire = b"".join(map(bytes, dst.take()))
    for twin in TWINS:
        assert twin.codec(LengthDelimitedCodec, **plain).decode(twin.buffer.BytesMut(wire)) == frame


def seeds() -> Iterator[bytes]:
    default = b"\0\3\0\0\0"
    yield default + b"\0\0\0\5hello\0\0\0\0\0\0\0\1x"
    yield default + b"\xff\xff\xff\xff"
    yield default + b"\0\0\0\5hel"
    yield b"\0\1\xfd\0\0\0\x0dHello world"  # a length that counts its own head, and one byte more
    yield b"\2\x82\0\0\0\xca\xfe\3\0\0abc"  # offset 2, little-endian, 3 bytes
    yield b"\0\1\3\x80\0\0\x0bHello world and more"  # the head stays in the frame
    yield b"\0\0\xf1\0\7\3abc"  # less than its head
    yield b"\0\7\0\0\x09" + b"\xff" * 8  # the widest field, a limit of 9
    yield b"\0\3\0\x80\0\0\0\0\0x"  # a frame that would consume nothing: refused
    yield b"\0\0\0\0\5\5hello\6hellos"  # at the limit, and above
