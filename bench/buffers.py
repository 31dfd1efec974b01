"""Buffers against `struct` (numbers, with an offset kept) and against smol-bytes (slices and splits), in one process.

Both sides do the same work in the same kind of loop; `struct` gets its best form, a format compiled beforehand.
`python -m bench.buffers` prints the table.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any

import smol_bytes

from bench.measure import Row, compare, show
from framewire import Bytes, BytesMut, Cursor

COUNT = 1000
NUMBERS = {
    "u8": ">B", "i8": ">b", "u16": ">H", "u32": ">I", "u32_le": "<I", "i32": ">i", "u64": ">Q", "i64_le": "<q",
    "f32": ">f", "f64": ">d",
}  # fmt: skip
DATA = bytes(range(256)) * 256
PART = 1000  # what a slice takes, above what smol-bytes stores inline


def reading(name: str, layout: str) -> Row:
    """Take `COUNT` numbers off the front."""
    number = Struct(layout)
    data = DATA[: COUNT * number.size]
    cursor, size, unpack_from = Cursor(data), number.size, number.unpack_from
    get = getattr(cursor, f"get_{name}")

    def ours() -> None:
        cursor.position = 0
        for _ in range(COUNT):
            get()

    def peer() -> None:
        offset = 0
        for _ in range(COUNT):
            unpack_from(data, offset)[0]
            offset += size

    return compare(f"get_{name}", "struct", ours, peer, per=COUNT)


def writing(name: str, layout: str) -> Row:
    """Append `COUNT` numbers."""
    buffer, room, number = BytesMut(), bytearray(COUNT * 8), Struct(layout)
    put, size, pack_into = getattr(buffer, f"put_{name}"), number.size, number.pack_into
    value: Any = 1.5 if name.startswith("f") else 100

    def ours() -> None:
        buffer.clear()
        for _ in range(COUNT):
            put(value)

    def peer() -> None:
        offset = 0
        for _ in range(COUNT):
            pack_into(room, offset, value)
            offset += size

    return compare(f"put_{name}", "struct", ours, peer, per=COUNT)


def slicing(size: int) -> Row:
    """A shared slice of `size` bytes, dropped at once."""
    mine, theirs = Bytes(DATA), smol_bytes.Bytes.from_bytes(DATA)

    def ours() -> None:
        for _ in range(COUNT):
            mine.slice(100, 100 + size)

    def peer() -> None:
        for _ in range(COUNT):
            theirs.slice(100, 100 + size)

    return compare(f"Bytes.slice, {size} B", "smol-bytes", ours, peer, per=COUNT)


def splitting(size: int) -> Row:
    """Frames of `size` bytes split off the front of 64 KiB; filling the buffer is part of it on both sides."""
    times = len(DATA) // size

    def drained(make: Callable[[bytes], Any]) -> Callable[[], None]:
        def run() -> None:
            buffer = make(DATA)
            for _ in range(times):
                buffer.split_to(size)

        return run

    peer = drained(smol_bytes.BytesMut.from_bytes)
    return compare(f"BytesMut.split_to, {size} B", "smol-bytes", drained(BytesMut), peer, per=times)


def freezing() -> Row:
    """What a codec does for each frame: split it off and freeze it."""
    times = len(DATA) // PART

    def ours() -> None:
        buffer = BytesMut(DATA)
        for _ in range(times):
            buffer.split_to(PART).freeze()

    def peer() -> None:
        buffer = smol_bytes.BytesMut.from_bytes(DATA)
        for _ in range(times):
            buffer.split_to(PART).freeze_shared()

    return compare(f"split_to, freeze, {PART} B", "smol-bytes", ours, peer, per=times)


def rows() -> list[Row]:
    """The whole table."""
    return [
        *(reading(name, layout) for name, layout in NUMBERS.items()),
        *(writing(name, layout) for name, layout in NUMBERS.items()),
        *(slicing(size) for size in (16, PART)),
        *(splitting(size) for size in (16, PART)),
        freezing(),
    ]


if __name__ == "__main__":
    show(rows())
