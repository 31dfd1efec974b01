"""`Rope`: the same bytes as the parts that went in, at every cut, and none of them copied on the way out."""

from __future__ import annotations

import copy
import pickle
import random
import socket
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire._impl import Bytes, BytesMut, Cursor
from framewire.buf import Buf, Rope, WriteBuffer
from framewire.errors import BufferUnderflow
from tests.properties import examples

PARTS = [b"GET", b" ", b"/index.html", b"\r\n", b"x" * 50]
WHOLE = b"".join(PARTS)
MiB = 1024 * 1024

parts = st.lists(st.binary(max_size=20), max_size=8)


def chunks(rope):
    return [bytes(chunk) for chunk in rope.chunks_vectored(10_000)]


# -- putting in


def test_an_empty_rope():
    for rope in (Rope(), Rope(b"", Bytes(), bytearray(), Rope())):
        assert not rope and len(rope) == rope.remaining() == 0 and rope == b"" and rope.to_bytes() == b""
        assert rope.chunk() == b"" and rope.chunks_vectored() == [] and list(rope) == [] and rope == Rope()
        assert isinstance(rope, Buf) and not rope.split_to(0) and not rope.split_off(0) and repr(rope) == "Rope()"


def test_parts_are_put_in_at_both_ends():
    rope = Rope(b"c")
    rope.append(b"d")
    rope.appendleft(b"b")
    rope.appendleft(Rope(b"x", b"y", b"a"))
    rope.extend([b"e", Rope(b"f", b"g"), Bytes(b"h")])
    rope += b"i"
    assert chunks(rope) == [b"x", b"y", b"a", b"b", b"c", b"d", b"e", b"f", b"g", b"h", b"i"] and len(rope) == 11


def test_joining_leaves_the_parts_as_they_are():
    first, second = Rope(b"ab", b"c"), Rope(b"d")
    both = first + second
    assert (both, first, second) == (b"abcd", b"abc", b"d")
    for joined in (first + b"d", b"ab" + Rope(b"cd"), Bytes(b"ab") + Rope(b"cd"), bytearray(b"abc") + second):
        assert type(joined) is Rope and joined == b"abcd"
    first.append(first)
    assert first == b"abcabc" and both == b"abcd"
    both.advance(2)
    assert second == b"d" and both == b"cd"


@pytest.mark.parametrize("wrong", ["text", 3, None, [1, 2], Cursor(b"abc")])
def test_what_is_not_bytes_like_is_refused(wrong):
    rope = Rope(b"abc")
    for put in (rope.append, rope.appendleft, Rope, lambda part: rope + part, lambda part: part + rope):
        with pytest.raises(TypeError):
            put(wrong)
    assert rope == b"abc" and rope != wrong


def test_memory_that_can_change_is_copied():
    source = bytearray(b"abc")
    mut = BytesMut(b"def")
    rope = Rope(source, memoryview(source), mut)
    source[0], mut[0] = 0, 0
    source.append(0)  # nothing holds on to it
    assert rope == b"abcabcdef" and mut == b"\0ef"


def test_read_only_memory_is_shared():
    source = bytearray(b"abcdef")
    rope = Rope(memoryview(source).toreadonly()[2:])
    source[2] = 120
    assert rope == b"xdef"
    with pytest.raises(BufferError):
        source.append(0)


# -- taking out


@pytest.mark.parametrize("at", range(len(WHOLE) + 1))
def test_every_cut(at):
    rope = Rope(*PARTS)
    rope.advance(at)
    assert rope == WHOLE[at:] and len(rope) == len(WHOLE) - at
    rope = Rope(*PARTS)
    front = rope.split_to(at)
    assert (front, rope) == (WHOLE[:at], WHOLE[at:])
    rope.appendleft(front)
    back = rope.split_off(at)
    assert (rope, back) == (WHOLE[:at], WHOLE[at:]) and all(chunks(rope)) and all(chunks(back))
    assert rope + back == WHOLE and (rope + back).copy_to_bytes(at) == WHOLE[:at]
    rope.append(back)
    rope.truncate(at)
    assert rope == WHOLE[:at]
    rope.truncate(at + 1)
    assert rope == WHOLE[:at]


def test_beyond_the_end_nothing_is_taken():
    rope = Rope(*PARTS)
    n = len(WHOLE) + 1
    for take in (rope.advance, rope.copy_to_bytes, rope.split_to, rope.split_off):
        with pytest.raises(BufferUnderflow) as caught:
            take(n)
        assert (caught.value.requested, caught.value.available) == (n, len(WHOLE))
        with pytest.raises(ValueError):
            take(-1)
    for take in (rope.truncate, rope.chunks_vectored):
        with pytest.raises(ValueError):
            take(-1)
    assert chunks(rope) == PARTS
    rope.clear()
    assert rope == b"" and len(rope) == 0


def test_numbers_and_bytes_across_chunks():
    rope = Rope(b"\1\2", b"\3", b"\4\5", b"abc", b"def")
    assert rope.get_u32() == 0x01020304 and rope.get_u8() == 5
    target = bytearray(4)
    rope.copy_to_slice(target)
    assert target == b"abcd" and rope == b"ef"
    out = BytesMut()
    out.put(rope)
    assert out == b"ef" and not rope


# -- as a sequence


def test_like_bytes_but_unhashable():
    rope = Rope(b"ab", b"cde")
    assert rope == b"abcde" and b"abcde" == rope and rope == bytearray(b"abcde") and rope == Bytes(b"abcde")
    assert rope == Rope(b"abc", b"d", b"e") and rope == BytesMut(b"abcde")
    assert rope != b"abcdx" and rope != b"abcd" and rope != Rope(b"ab", b"cdx") and rope != "abcde" and rope != 3
    assert list(rope) == list(rope) == list(b"abcde") and len(rope) == 5 and rope
    assert 97 in rope and b"bc" in rope and Bytes(b"bcd") in rope and b"ca" not in rope and 120 not in rope
    assert bytes(rope) == b"abcde" and repr(rope) == "Rope(b'ab', b'cde')"
    with pytest.raises(TypeError):
        hash(rope)
    with pytest.raises(TypeError):
        "a" in rope  # noqa: B015


def test_copies_are_for_another_reader():
    rope = Rope(b"ab", bytes(5000))
    for other in (rope.copy(), copy.copy(rope), copy.deepcopy(rope), pickle.loads(pickle.dumps(rope, 5))):
        other.advance(3)
        assert type(other) is Rope and len(other) == 4999 and len(rope) == 5002


# -- no copies


def test_nothing_large_is_copied():
    payload = bytes(8 * MiB)
    frozen = BytesMut(payload).freeze()
    tracemalloc.start()
    try:
        rope = Rope(b"head", payload, frozen, memoryview(payload)[1:])
        rope += Rope(payload)
        rope.appendleft(rope.split_to(5 * MiB))
        back = rope.split_off(9 * MiB)
        rope.append(back)
        rope.advance(3)
        taken = rope.copy_to_bytes(1), rope.copy_to_bytes(4 * MiB)
        sent = sum(map(len, rope.copy().chunks_vectored()))
        assert tracemalloc.get_traced_memory()[1] < MiB
    finally:
        tracemalloc.stop()
    assert taken[0] == b"d" and taken[1] == payload[: 4 * MiB] and sent == len(rope) == 28 * MiB - 1


def test_what_a_write_buffer_hands_over_becomes_a_rope():
    out, payload = WriteBuffer(), bytes(100_000)
    for part in (b"head", payload, b"tail"):
        out.put_slice(part)
    rope = Rope(*out.take())
    assert chunks(rope) == [b"head", payload, b"tail"]
    rope.advance(4)
    assert rope.copy_to_bytes(100_000).to_bytes() is payload


def test_builtin_bytes_come_out_as_the_object_that_went_in():
    payload = bytes(range(256))
    assert Rope(payload).to_bytes() is payload and Rope(payload).copy_to_bytes(256).to_bytes() is payload
    rope = Rope(b"x", payload, b"y")
    assert rope.copy_to_bytes(2) == b"x\0"
    part = rope.copy_to_bytes(200)
    assert part.retained == 256 and part == payload[1:201]
    assert rope.copy_to_bytes(56) == payload[201:] + b"y"


# -- sending


def test_vectored_writes_with_short_writes():
    """`sendmsg` takes what fits in the socket's buffer; the rope goes on behind it, whatever the reader takes."""
    rng = random.Random(7)
    data = [bytes([i % 256]) * rng.choice([1, 2, 100, 5000, 300_000]) for i in range(100)]
    rope, received, short = Rope(*data), bytearray(), 0
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        while rope or len(received) < sum(map(len, data)):
            try:
                offered = rope.chunks_vectored(16)
                sent = ours.sendmsg(offered) if offered else 0
                short += 0 < sent < sum(map(len, offered))
                rope.advance(sent)
            except BlockingIOError:
                pass
            try:
                received += theirs.recv(rng.choice([1000, 50_000]))
            except BlockingIOError:
                pass
    assert received == b"".join(data) and short > 3


def test_chunks_vectored_stops_at_its_maximum():
    rope = Rope(*[b"%d" % i for i in range(2000)])
    assert len(rope.chunks_vectored()) == 1024 and len(rope.chunks_vectored(3)) == 3 and rope.chunks_vectored(0) == []
    assert all(chunk.readonly for chunk in rope.chunks_vectored(3)) and len(chunks(rope)) == 2000


# -- against builtin bytes


@examples(150)
@given(
    first=parts,
    ops=st.lists(
        st.tuples(
            st.sampled_from(
                ["append", "appendleft", "advance", "split_to", "split_off", "copy", "join", "copy_to_bytes"]
            ),
            st.integers(0, 60),
            st.binary(max_size=20),
        ),
        max_size=30,
    ),
)
def test_any_operations_give_what_bytes_give(first, ops):
    rope, model = Rope(*first), b"".join(first)
    for op, n, data in ops:
        n = min(n, len(model))
        if op == "append":
            rope.append(data)
            model += data
        elif op == "appendleft":
            rope.appendleft(data)
            model = data + model
        elif op in ("advance", "split_to", "copy_to_bytes"):
            taken = getattr(rope, op)(n)
            assert taken is None or taken == model[:n]
            model = model[n:]
        elif op == "split_off":
            assert rope.split_off(n) == model[n:]
            model = model[:n]
        elif op == "copy":
            rope.copy().advance(n)
        else:
            rope, model = Rope(data) + rope + rope.copy().split_to(n), data + model + model[:n]
        assert len(rope) == len(model) and rope == model and all(chunks(rope)) and b"".join(chunks(rope)) == model
    assert list(rope) == list(model)


def test_the_work_at_both_ends_is_linear():
    """Taking a part costs the chunks of that part: nothing else in the rope is touched, by identity of its handles."""
    rope = Rope(*[b"%05d" % i for i in range(10_000)])
    before = list(rope._chunks)
    rope.split_to(52)
    rope.split_off(len(rope) - 52)
    rope.copy_to_bytes(11)
    assert [chunk is old for chunk, old in zip(list(rope._chunks)[1:-1], before[13:-11], strict=True)] == [True] * 9976
