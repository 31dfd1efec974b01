"""`Reader` and `Writer`: buffers as files, alone and beneath what the standard library builds on files."""

from __future__ import annotations

import csv
import gzip
import io
import json
import pickle
import struct
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire._impl import Bytes, BytesMut, Cursor
from framewire.buf import Limit, Reader, Rope, Take, WriteBuffer, Writer
from tests.buffer_inputs import DATA, INPUTS, Duck, Slots
from tests.properties import examples

LINES = b"first\nsecond line\n\n" + b"x" * 1000 + b"\nlast, without an end"
ROWS = [["a", "b"], ["1", "two, quoted"], ["ü", "\n"]]


@pytest.fixture(params=[*INPUTS, "duck"])
def make(request):
    return INPUTS.get(request.param, Duck)


def reader(make, data):
    return Reader(make(data))


# -- Reader


def test_reading_all_and_some(make):
    for size in (-1, None, len(DATA), len(DATA) + 1):
        assert reader(make, DATA).read(size) == DATA
    r = reader(make, DATA)
    assert r.read(0) == b"" and r.read(10) == DATA[:10] and r.inner.remaining() == len(DATA) - 10
    assert r.read() == DATA[10:] and r.read() == r.read(1) == r.read1() == r.peek() == r.readline() == b""


def test_reading_piece_by_piece(make):
    for size in (-1, 1, 3, 100):
        r, taken = reader(make, DATA), []
        while part := r.read1(size):
            assert size < 0 or len(part) <= size
            taken.append(part)
        assert b"".join(taken) == DATA
    assert reader(make, DATA).read1(0) == b""


def test_reading_into_a_buffer(make):
    for n in (0, 1, 7, len(DATA), len(DATA) + 3):
        r, target = reader(make, DATA), bytearray(b"." * n)
        assert r.readinto(target) == min(n, len(DATA)) and target == DATA[:n].ljust(n, b".")
        assert r.read() == DATA[n:]
    r, target = reader(make, DATA), bytearray(10)
    n = r.readinto1(memoryview(target)[2:])
    assert 0 < n <= 8 and target == bytes(2) + DATA[:n] + bytes(8 - n) and r.read() == DATA[n:]
    assert r.readinto(target) == r.readinto1(target) == 0
    with pytest.raises(TypeError):
        reader(make, DATA).readinto(b"1234")


def test_peeking_consumes_nothing(make):
    r = reader(make, DATA)
    for size in (0, 1, 5, 1000):
        shown = r.peek(size)
        assert type(shown) is bytes and shown and DATA.startswith(shown) and (not size or len(shown) <= size)
    assert r.read() == DATA


def test_lines_across_chunks(make):
    expected = io.BytesIO(LINES).readlines()
    assert reader(make, LINES).readlines() == expected == list(reader(make, LINES))
    r = reader(make, LINES)
    assert [r.readline(size) for size in (3, 3, 0, None)] == [b"fir", b"st\n", b"", expected[1]]
    assert r.inner.remaining() == len(LINES) - len(b"first\nsecond line\n"), "nothing is read ahead"


@examples(60)
@given(
    data=st.lists(st.sampled_from([b"\n", b"a", b"bc" * 70, b"\r\n", b"d" * 300])).map(b"".join),
    cuts=st.lists(st.integers(0, 400), max_size=4),
    ops=st.lists(st.tuples(st.sampled_from(["read", "readline", "readlines", "readinto"]), st.integers(-1, 300))),
)
def test_as_a_file_of_the_same_bytes(data, cuts, ops):
    rope, rest = Rope(), data
    for cut in cuts:
        rope, rest = rope + rest[:cut], rest[cut:]
    ours, theirs = Reader(rope + rest), io.BytesIO(data)
    for name, size in ops:
        if name == "readinto":
            mine, other = bytearray(max(size, 0)), bytearray(max(size, 0))
            assert (ours.readinto(mine), mine) == (theirs.readinto(other), other)
        else:
            assert getattr(ours, name)(size) == getattr(theirs, name)(size)
    assert ours.read() == theirs.read()


def test_what_a_cursor_stands_on_is_handed_out_uncopied():
    data = bytes(100_000)
    assert Reader(Cursor(data)).read() is data and Reader(Rope(data)).read() is data


def test_the_work_for_lines_is_linear():
    """Each byte is copied at most twice, however long the chunk and the line: counted, not timed."""
    seen = 0

    class Watched:
        def __init__(self, data):
            self.cursor = Cursor(data)

        def remaining(self):
            return self.cursor.remaining()

        def chunk(self):
            return Sliced(self.cursor.chunk())

        def advance(self, n):
            self.cursor.advance(n)

    class Sliced:
        def __init__(self, view):
            self.view = view

        def __getitem__(self, key):
            nonlocal seen
            part = self.view[key]
            seen += len(part)
            return part

    for data in (b"x" * 1_000_000 + b"\n", (b"y" * 200 + b"\n") * 5000, b"\n" * 3000):
        seen = 0
        assert b"".join(Reader(Watched(data))) == data
        assert seen <= 3 * len(data) + 128 * data.count(b"\n")


def test_closing_leaves_the_buffer_alone():
    cursor = Cursor(b"abc\ndef")
    with Reader(cursor) as r:
        assert r.readable() and not r.writable() and not r.seekable()
        r.readline()
    assert r.closed and cursor.remaining() == 3 and r.inner is r.into_inner() is cursor
    into = bytearray(3)
    for read in (r.read, r.read1, r.readline, r.peek, lambda: r.readinto(into), lambda: r.readinto1(into)):
        with pytest.raises(ValueError, match="closed"):
            read()
    with pytest.raises(io.UnsupportedOperation):
        Reader(cursor).write(b"")
    with pytest.raises(io.UnsupportedOperation):
        Reader(cursor).seek(0)


def test_the_standard_library_reads(make):
    assert json.load(reader(make, b'{"a": [1, 2]}')) == {"a": [1, 2]}
    text = io.TextIOWrapper(reader(make, "a,b\r\n1,\"two, quoted\"\r\nü,\"\n\"\r\n".encode()), "utf-8", newline="")
    assert list(csv.reader(text)) == ROWS
    buffered = io.BufferedReader(reader(make, LINES), 50)
    assert buffered.readlines() == io.BytesIO(LINES).readlines()
    assert gzip.GzipFile(fileobj=reader(make, gzip.compress(LINES))).read() == LINES


def test_pickles_are_read_one_behind_the_other(make):
    values = [{"a": 1}, b"x" * 300, [1, 2, 3]]
    r = reader(make, b"".join(pickle.dumps(value, 5) for value in values))
    assert [pickle.load(r) for _ in values] == values and r.read() == b""


def test_tarfile_reads_a_stream():
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        info = tarfile.TarInfo("name")
        info.size = len(DATA)
        tar.addfile(info, io.BytesIO(DATA))
    with tarfile.open(fileobj=Reader(Take(Rope(archive.getvalue()), 1 << 30)), mode="r|") as tar:
        (member,) = [tar.extractfile(member).read() for member in tar]
    assert member == DATA


@pytest.mark.parametrize("wrong", [b"bytes", "text", None, io.BytesIO(b"abc")])
def test_what_is_no_buffer_is_refused(wrong):
    with pytest.raises(TypeError):
        Reader(wrong)
    with pytest.raises(TypeError):
        Writer(wrong)


# -- Writer


class OnlyPrimitives:
    """No subclass of anything; room in pieces of five bytes."""

    def __init__(self):
        self.slots = Slots(10_000, 5)
        self.remaining_mut, self.chunk_mut = self.slots.remaining_mut, self.slots.chunk_mut
        self.advance_mut = self.slots.advance_mut


OUTPUTS = {
    "bytes_mut": (BytesMut, bytes),
    "write_buffer": (WriteBuffer, lambda out: b"".join(out.take())),
    "limit": (lambda: Limit(BytesMut(), 1_000_000), lambda out: bytes(out.inner)),
    "slots": (lambda: Slots(10_000, 7), lambda out: bytes(out.store[: out.filled])),
    "primitives": (OnlyPrimitives, lambda out: bytes(out.slots.store[: out.slots.filled])),
}


@pytest.fixture(params=OUTPUTS)
def output(request):
    make, written = OUTPUTS[request.param]
    out = make()
    return Writer(out), lambda: written(out)


def test_writing_anything_bytes_like(output):
    w, written = output
    parts = [b"abc", bytearray(b"d"), memoryview(b"ef"), b"", struct.pack(">H", 7), Bytes(b"gh"), BytesMut(b"i")]
    assert [w.write(part) for part in parts] == [3, 1, 2, 0, 2, 2, 1]
    w.writelines([b"x", b"y"])
    w.flush()
    assert written() == b"abcdef\0\7ghixy"
    for wrong in ("text", 3, None):
        with pytest.raises(TypeError):
            w.write(wrong)


def test_the_standard_library_writes(output):
    w, written = output
    text = io.TextIOWrapper(w, "utf-8", newline="")
    print("grüße", 1, file=text)
    csv.writer(text).writerows(ROWS)
    json.dump({"a": 1}, text)
    text.detach()
    pickle.dump(list(range(50)), w, 5)
    data = written()
    head = 'grüße 1\na,b\r\n1,"two, quoted"\r\nü,"\n"\r\n{"a": 1}'.encode()
    assert data.startswith(head) and pickle.loads(data[len(head) :]) == list(range(50))


def test_what_does_not_fit_is_not_written_at_all():
    slots = Slots(5, 2)
    w = Writer(slots)
    w.write(b"abc")
    with pytest.raises(BufferError, match="3 bytes to write, room for 2"):
        w.write(b"def")
    assert w.write(b"de") == 2 and slots.store == b"abcde"


def test_closing_a_writer():
    out = BytesMut()
    with Writer(out) as w:
        assert w.writable() and not w.readable() and not w.seekable()
        w.write(b"abc")
    assert w.closed and w.inner is w.into_inner() is out and out == b"abc"
    for write in (lambda: w.write(b""), w.flush):
        with pytest.raises(ValueError, match="closed"):
            write()
    with pytest.raises(io.UnsupportedOperation):
        Writer(out).read()


def test_large_bytes_reach_a_write_buffer_uncopied():
    out, payload = WriteBuffer(), bytes(100_000)
    Writer(out).write(payload)
    assert out.take() == [payload] and len(payload) == 100_000
    Writer(out).write(payload)
    assert out.segments[0] is payload
