"""The porting table is complete and true: every item of Rust's `bytes` has a row, and what stands beside it runs."""

from __future__ import annotations

import pickle
import re
import socket
from pathlib import Path
from typing import Any

import pytest

import framewire
from framewire import BufferUnderflow, Bytes, BytesMut, Chain, Cursor, Limit, Reader, Rope, Take, Writer, blocking

PAGE = (Path(__file__).parent.parent / "docs" / "porting.md").read_text()
SECTIONS = {part.split("\n", 1)[0]: part for part in PAGE.split("\n## ")}
ROWS = [
    (title, *(cell.strip() for cell in line.strip().strip("|").split("|")))
    for title, text in SECTIONS.items()
    for line in re.findall(r"^\| [^-].*$", text, re.MULTILINE)
    if not line.startswith("| Rust |")
]
"""Section, Rust, Python, remark."""

NUMBERS = [
    *("u8", "i8"),
    *(f"{kind}{bits}{order}" for kind in "ui" for bits in (16, 32, 64, 128) for order in ("", "_le", "_ne")),
    *(f"{kind}{order}" for kind in ("f32", "f64", "uint", "int") for order in ("", "_le", "_ne")),
]
ITEMS = {
    "`Bytes`": "new from_static from_owner copy_from_slice len is_empty is_unique slice slice_ref split_off split_to "
    "truncate clear try_into_mut",
    "`BytesMut`": "new with_capacity zeroed len is_empty capacity freeze split_off split_to split truncate clear "
    "resize set_len reserve try_reclaim extend_from_slice extend_from_within unsplit try_unsplit spare_capacity_mut",
    "`Buf`": "remaining chunk advance chunks_vectored has_remaining copy_to_slice try_copy_to_slice copy_to_bytes take "
    "chain reader",
    "`BufMut`": "remaining_mut advance_mut chunk_mut has_remaining_mut put put_slice put_bytes limit chain_mut writer",
    "Sockets and files: tokio's `read_buf` and `write_buf`": "source.read_buf sink.write_buf sink.write_all_buf",
    "Numbers, in and out": " ".join(f"get_{name} try_get_{name} put_{name}" for name in NUMBERS),
    "Adaptors": "Chain::first_ref Chain::first_mut Chain::last_ref Chain::last_mut Chain::into_inner Take::into_inner "
    "Take::get_ref Take::get_mut Take::limit Take::set_limit Limit::into_inner Limit::get_ref Limit::get_mut "
    "Limit::limit Limit::set_limit Reader::get_ref Reader::get_mut Reader::into_inner Writer::get_ref Writer::get_mut "
    "Writer::into_inner IntoIter::new IntoIter::into_inner IntoIter::get_ref IntoIter::get_mut UninitSlice::new "
    "UninitSlice::uninit UninitSlice::from_raw_parts_mut UninitSlice::write_byte UninitSlice::copy_from_slice "
    "UninitSlice::as_mut_ptr UninitSlice::as_uninit_slice_mut UninitSlice::len",
}
"""The public methods of `bytes` 1.12: 14, 21, 11 + 38 + 38, 10 + 38, and those of the adaptors."""


def spans(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def names(near: socket.socket) -> dict[str, Any]:
    """What the page calls the things in its expressions, new for each."""
    m = BytesMut(b"hello world, and what more is to be said?")
    other = m.split_off(30)
    m.reserve(50)
    b = Bytes(b"hello world, and what more is to be said?")
    things = {
        "b": b, "m": m, "other": other, "c": Cursor(b), "data": b"data", "at": 3, "i": 1, "j": 4, "n": 3,
        "dst": bytearray(3), "room": BytesMut().chunk_mut(), "chain": Chain(Cursor(b"ab"), Cursor(b"cd")),
        "take": Take(Cursor(b), 3), "limit": Limit(BytesMut(), 3), "reader": Reader(Cursor(b)),
        "writer": Writer(BytesMut()), "pickle": pickle, "sock": near,
    }  # fmt: skip
    return {**vars(framewire), **vars(blocking), **things}


@pytest.mark.parametrize("title", ITEMS)
def test_every_public_item_has_a_row(title):
    rust = [cell for section, cell, *_ in ROWS if section == title]
    found = {name for cell in rust for span in spans(cell) for name in re.findall(r"^[\w:.]+", span)}
    assert set(ITEMS[title].split()) - found == set()


def test_the_inventory_is_that_of_the_crate():
    counts = [len(ITEMS[title].split()) for title in ITEMS]
    assert len(NUMBERS) == 38 and counts[:5] == [14, 21, 11, 10, 3] and counts[5] == 3 * 38


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1][:60])
def test_what_the_row_says_runs(row):
    _, rust, python, *remark = row
    assert spans(rust) and len(row) == 4, "a cell holds a bar, or the row is too short"
    if python == "—":
        assert len(remark[0].split()) > 3, "a reason is needed"
        return
    assert spans(python), "an expression is needed"
    for code in spans(python):
        near, far = socket.socketpair()
        with near, far:
            far.send(b"what a peer has sent")
            exec(code, names(near))


def test_the_kinds_of_numbers_round_trip_under_the_names_of_the_table():
    for name in NUMBERS:
        m, arguments = BytesMut(), (3,) if "int" in name else ()
        getattr(m, "put_" + name)(5, *arguments)
        assert getattr(Cursor(m), "get_" + name)(*arguments) == 5
        with pytest.raises(BufferUnderflow):
            getattr(Rope(), "get_" + name)(*arguments)
