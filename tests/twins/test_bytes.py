"""`Bytes`: what slicing shares, what it keeps alive, and that to look at it is like builtin `bytes`."""

from __future__ import annotations

import copy
import gc
import operator
import pickle
import sys
import weakref
from types import ModuleType

import pytest

import framewire

TEXT = b"GET /index.html HTTP/1.1\r\nHost: example\r\n\r\n"


def shared(buffers: ModuleType, data: bytes):
    """A `Bytes` on a block that is longer than it, as a read buffer gives."""
    mut = buffers.BytesMut(b"--" + data + b"++")
    mut.advance(2)
    return mut.split_to(len(data)).freeze()


# -- making one


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview, lambda d: memoryview(d + d)[::1][: len(d)]])
def test_made_of_anything_bytes_like(buffers, make):
    assert bytes(buffers.Bytes(make(TEXT))) == TEXT
    assert bytes(buffers.Bytes.copy_from(make(TEXT))) == TEXT


def test_made_of_nothing(buffers):
    assert len(buffers.Bytes()) == 0 and not buffers.Bytes() and buffers.Bytes() == b""


@pytest.mark.parametrize("wrong", ["text", 3, None, [1, 2]])
def test_made_of_nothing_else(buffers, wrong):
    for make in (buffers.Bytes, buffers.Bytes.copy_from, buffers.Bytes.from_owner):
        with pytest.raises(TypeError):
            make(wrong)


def test_builtin_bytes_are_adopted_and_given_back(buffers):
    data = bytes(range(100))
    assert buffers.Bytes(data).to_bytes() is data
    assert buffers.Bytes(buffers.Bytes(data)).to_bytes() is data
    assert buffers.Bytes.copy_from(data).to_bytes() == data


def test_mutable_input_is_copied(buffers):
    data = bytearray(b"abc")
    made = buffers.Bytes(data), buffers.Bytes.copy_from(data), buffers.Bytes(buffers.BytesMut(data))
    data[0] = 0
    assert [one.to_bytes() for one in made] == [b"abc"] * 3


def test_an_array_of_larger_items_is_taken_as_bytes(buffers):
    import array

    assert buffers.Bytes(array.array("H", [0x4141, 0x4242])) == b"AABB"


def test_is_final(buffers):
    with pytest.raises(TypeError):
        type("Mine", (buffers.Bytes,), {})


# -- indexing and slicing


@pytest.mark.parametrize("index", [*range(-7, 8)])
def test_index_as_builtin(buffers, index):
    b, data = shared(buffers, b"abcdef"), b"abcdef"
    if -6 <= index < 6:
        assert b[index] == data[index]
    else:
        with pytest.raises(IndexError):
            b[index]


def test_python_slices_as_builtin(buffers):
    b, data = shared(buffers, b"abcdef"), b"abcdef"
    ends = [None, -9, -6, -1, 0, 1, 3, 6, 9]
    for start in ends:
        for stop in ends:
            for step in (None, 1, 2, -1, -3):
                part = b[start:stop:step]
                assert type(part) is buffers.Bytes and part == data[start:stop:step], (start, stop, step)


@pytest.mark.parametrize("length", [0, 1, 6])
def test_strict_slice_and_split_at_all_offsets(buffers, length):
    data = bytes(range(length))
    b = shared(buffers, data)
    for start in range(length + 1):
        assert [part.to_bytes() for part in b.split_at(start)] == [data[:start], data[start:]]
        assert b.slice(start) == data[start:]
        for stop in range(start, length + 1):
            assert b.slice(start, stop) == data[start:stop]
    for start, stop in [(-1, 0), (0, length + 1), (length + 1, length + 1), (1, 0)]:
        with pytest.raises(IndexError):
            b.slice(start, stop)
    for at in (-1, length + 1):
        with pytest.raises(IndexError):
            b.split_at(at)


def test_slices_share_their_block(buffers):
    big = buffers.BytesMut(bytes(5000)).freeze()
    assert big[1:3].retained == big.slice(10).retained == big.split_at(7)[0].retained == big.retained >= 5000
    assert big[::2].retained < 5000


EMPTY = [lambda b: b[3:3], lambda b: b.slice(0, 0), lambda b: b.split_at(6)[1], lambda b: b[9:]]


@pytest.mark.parametrize("empty", EMPTY)
def test_an_empty_slice_pins_nothing(buffers, empty):
    owner = bytearray(b"abcdef")
    b = buffers.Bytes.from_owner(memoryview(owner).toreadonly())
    part = empty(b)
    del b
    gc.collect()
    owner.append(0)  # raises BufferError while anything holds it
    assert part == b"" and part.retained == 0 and not part.is_unique()


# -- like builtin bytes


def test_sequence_protocol(buffers):
    b = shared(buffers, b"abcabc")
    assert list(b) == list(b"abcabc") and len(b) == 6 and bool(b)
    assert 97 in b and b"bca" in b and buffers.Bytes(b"ca") in b and 120 not in b and b"x" not in b


def test_repr_of_every_byte(buffers):
    data = bytes(range(256))
    assert repr(shared(buffers, data)) == f"Bytes({data!r})"


def test_concatenation_from_both_sides(buffers):
    b = shared(buffers, b"ab")
    for joined in (b + b"c", b + bytearray(b"c"), b + buffers.Bytes(b"c")):
        assert type(joined) is buffers.Bytes and joined == b"abc"
    assert b"c" + b == b"cab" and type(b"c" + b) is buffers.Bytes
    assert bytearray(b"c") + b == b"cab"
    for wrong in ("c", 1):
        with pytest.raises(TypeError):
            b + wrong
        with pytest.raises(TypeError):
            wrong + b


@pytest.mark.parametrize("compare", [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge])
def test_comparisons_as_builtin_in_both_directions(buffers, compare):
    words = [b"", b"a", b"ab", b"abc", b"b", b"\xff", b"abd"]
    for left in words:
        for right in words:
            expected = compare(left, right)
            for other in (right, bytearray(right), buffers.Bytes(right), buffers.BytesMut(right)):
                assert compare(shared(buffers, left), other) is expected, (left, other)
            assert compare(left, shared(buffers, right)) is expected, (left, right)
            assert compare(bytearray(left), shared(buffers, right)) is expected, (left, right)


def test_never_equal_to_or_ordered_with_text(buffers):
    b = buffers.Bytes(b"a")
    assert b != "a" and b != 97 and b != [97] and b is not None
    for wrong in ("a", 97):
        with pytest.raises(TypeError):
            operator.lt(b, wrong)


def test_hash_makes_dictionary_look_ups_work_both_ways(buffers):
    assert hash(shared(buffers, TEXT)) == hash(TEXT)
    assert {shared(buffers, b"k"): 1}[b"k"] == 1 and {b"k": 1}[shared(buffers, b"k")] == 1
    assert hash(buffers.Bytes()) == hash(b"")


NEEDLES = [b"", b"/", b"\r\n", b"\r\n\r\n", b"nowhere", b"G", b"\n", TEXT, TEXT + b"x", 0x0D, 0]
BOUNDS = [(), (0,), (5,), (5, 30), (-6,), (-6, -1), (None, 10), (len(TEXT),), (len(TEXT) + 1,), (10, 5), (-999, 999)]


SEARCHES = ["find", "rfind", "count", "index", "startswith", "endswith"]
SEARCHED = ["shared", "adopted", "owned"]


@pytest.mark.parametrize(
    ("method", "kind"),
    [(method, kind) for method in SEARCHES for kind in [*SEARCHED, "mutable"]] + [("rindex", k) for k in SEARCHED],
)
def test_searching_as_builtin(buffers, method, kind):
    b = {
        "shared": lambda: shared(buffers, TEXT),
        "adopted": lambda: buffers.Bytes(TEXT),
        "owned": lambda: buffers.Bytes.from_owner(memoryview(bytearray(TEXT)).toreadonly()),
        "mutable": lambda: buffers.BytesMut(TEXT),
    }[kind]()
    for needle in NEEDLES:
        if isinstance(needle, int) and method.endswith("with"):
            continue
        for bounds in BOUNDS:
            assert _outcome(b, method, needle, *bounds) == _outcome(TEXT, method, needle, *bounds), (needle, bounds)
        wrapped = needle if isinstance(needle, int) else buffers.Bytes(needle)
        assert _outcome(b, method, wrapped) == _outcome(TEXT, method, needle)


def _outcome(target, method, *args):
    try:
        return getattr(target, method)(*args)
    except ValueError:
        return ValueError


def test_prefixes_may_be_a_tuple(buffers):
    b = shared(buffers, TEXT)
    assert b.startswith((b"PUT", b"GET")) and not b.startswith((b"PUT", b"POST")) and not b.startswith(())
    assert b.endswith((b"x", b"\r\n")) and b.startswith((buffers.Bytes(b"GET"),))
    with pytest.raises(TypeError):
        b.startswith("GET")
    with pytest.raises(TypeError):
        b.find("GET")
    for out_of_range in (256, -1):
        with pytest.raises(ValueError):
            b.find(out_of_range)


@pytest.mark.parametrize("sep", [b"\r\n", b" ", b"zzz", b"G", b"\n"])
@pytest.mark.parametrize("maxsplit", [-1, 0, 1, 2, 99])
def test_split_and_partition_share(buffers, sep, maxsplit):
    b = shared(buffers, TEXT)
    parts = b.split(sep, maxsplit)
    assert [part.to_bytes() for part in parts] == TEXT.split(sep, maxsplit)
    assert {part.retained for part in parts} <= {0, b.retained}
    assert tuple(part.to_bytes() for part in b.partition(sep)) == TEXT.partition(sep)
    for method in (b.split, b.partition):
        with pytest.raises(ValueError):
            method(b"")


def test_showing(buffers):
    b = shared(buffers, TEXT)
    assert b.hex() == TEXT.hex() and b.hex(":") == TEXT.hex(":") and b.hex("-", 4) == TEXT.hex("-", 4)
    assert b.decode() == TEXT.decode() and shared(buffers, b"\xe9").decode("latin-1") == "é"
    assert shared(buffers, b"a\xff").decode("utf-8", "replace") == "a\ufffd"
    with pytest.raises(UnicodeDecodeError):
        shared(buffers, b"\xff").decode()
    with pytest.raises(LookupError):
        b.decode("no such encoding")


# -- memory


def test_view_is_read_only_and_outlives_the_handle(buffers):
    b = shared(buffers, b"abc")
    view = b.view()
    del b
    gc.collect()
    assert view.readonly and view == b"abc" and view.format == "B"
    assert buffers.Bytes().view() == b""


def test_what_a_view_shows_never_changes(buffers):
    """The buffer that the bytes came from may not use their memory again while a view on it is alive."""
    mut = buffers.BytesMut.with_capacity(2048)
    mut.extend(b"a" * 2000)
    view = mut.split().freeze().view()
    mut.reserve(2000)
    mut.extend(b"b" * 2000)
    with mut.lease(10) as lent:
        lent[:] = b"c" * len(lent)
    assert view == b"a" * 2000


@pytest.mark.skipif(sys.version_info < (3, 12), reason="plain classes export buffers from Python 3.12 on")
def test_exports_the_buffer_protocol(buffers):
    _exports(shared(buffers, b"abc"))


def test_native_exports_the_buffer_protocol_on_every_version(buffers):
    if "_native" not in buffers.__name__:
        pytest.skip("the plain implementation promises it from Python 3.12 on")
    _exports(shared(buffers, b"abc"))


def _exports(b):
    assert memoryview(b) == b"abc" and memoryview(b).readonly
    assert b"".join([b, b]) == b"abcabc" and bytes(b) == b"abc" and bytearray(b) == b"abc"


def test_bytes_of_a_part_are_copied_and_of_the_whole_shared(buffers):
    data = bytes(range(200))
    b = buffers.Bytes(data)
    assert b[1:].to_bytes() == data[1:] and b[:].to_bytes() is data
    assert type(bytes(b[3:5])) is bytes and bytes(b[3:5]) == data[3:5]


def test_compact_detaches_from_a_larger_block(buffers):
    big = buffers.BytesMut(bytes(5000)).freeze()
    small = big[10:20]
    detached = small.compact()
    assert small.retained >= 5000 and detached.retained < 100 and detached == small
    exact = buffers.Bytes(b"abc")
    assert exact.compact() is exact and exact.retained == 3


def test_is_unique_counts_handles(buffers):
    b = buffers.BytesMut(b"abcdef").freeze()
    assert b.is_unique()
    part = b[1:2]
    assert not b.is_unique() and not part.is_unique()
    del b
    gc.collect()
    assert part.is_unique()


def test_is_unique_after_splitting(buffers):
    mut = buffers.BytesMut(b"abcdef")
    front = mut.split_to(3).freeze()
    assert not front.is_unique()
    del mut
    gc.collect()
    assert front.is_unique()


def test_adopted_memory_is_never_unique(buffers):
    assert not buffers.Bytes(b"abc").is_unique()
    assert not buffers.Bytes.from_owner(memoryview(bytearray(b"abc")).toreadonly()).is_unique()
    assert buffers.Bytes.copy_from(b"abc").is_unique()
    assert not buffers.Bytes().is_unique()


# -- owners


class Owner(bytearray):
    """A buffer of which we can see when it is let go."""


def test_an_owner_is_released_once_after_the_last_handle(buffers):
    gone = []
    owner = Owner(b"abcdef")
    weakref.finalize(owner, gone.append, 1)
    b = buffers.Bytes.from_owner(memoryview(owner).toreadonly())
    first, second = b.slice(0, 3), b[4:]
    for handle in ("b", "first"):
        with pytest.raises(BufferError):
            owner.append(0)
        assert handle
    del b
    with pytest.raises(BufferError):
        owner.append(0)
    del first
    assert second == b"ef"
    with pytest.raises(BufferError):
        owner.append(0)
    del second
    gc.collect()
    owner.append(0)
    assert gone == []
    del owner
    gc.collect()
    assert gone == [1]


def test_a_view_keeps_the_owner_too(buffers):
    owner = bytearray(b"abcdef")
    view = buffers.Bytes.from_owner(memoryview(owner).toreadonly()).view()[2:]
    gc.collect()
    with pytest.raises(BufferError):
        owner.append(0)
    assert view == b"cdef"
    view.release()
    gc.collect()
    owner.append(0)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="a plain class can be an owner from Python 3.12 on")
def test_an_owner_hears_of_its_release_exactly_once(buffers):
    released = []

    class Counting:
        def __buffer__(self, flags):
            return memoryview(b"abc")

        def __release_buffer__(self, view):
            released.append(bytes(view))

    b = buffers.Bytes.from_owner(Counting())
    part = b[1:]
    del b
    assert released == []
    del part
    gc.collect()
    assert released == [b"abc"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="a plain class can be an owner from Python 3.12 on")
def test_an_owner_that_refuses_is_the_callers_error(buffers):
    class Refusing:
        def __buffer__(self, flags):
            raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        buffers.Bytes.from_owner(Refusing())


def test_a_writable_or_scattered_owner_is_refused_and_not_held(buffers):
    owner = bytearray(b"abcdef")
    with pytest.raises(ValueError, match="toreadonly"):
        buffers.Bytes.from_owner(owner)
    with pytest.raises((ValueError, TypeError, BufferError)):
        buffers.Bytes.from_owner(memoryview(owner).toreadonly()[::2])
    gc.collect()
    owner.append(0)


def test_an_owner_becomes_a_buffer_only_by_copying(buffers):
    owner = bytearray(b"abc")
    mut = buffers.BytesMut(buffers.Bytes.from_owner(memoryview(owner).toreadonly()))
    gc.collect()
    owner.append(0)
    mut[0] = 120
    assert mut == b"xbc" and owner == b"abc\0"


# -- copying and pickling


def test_copies_share(buffers):
    b = buffers.BytesMut(bytes(5000)).freeze()[:10]
    for made in (copy.copy(b), copy.deepcopy(b), copy.deepcopy([b])[0]):
        assert made == b and made.retained == b.retained


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling_by_value(buffers, protocol):
    """A pickle names no implementation: what loads it makes what `framewire` uses here."""
    b = shared(buffers, TEXT)
    again = pickle.loads(pickle.dumps(b, protocol))
    assert type(again) is framewire.Bytes and again == TEXT
    assert pickle.loads(pickle.dumps(buffers.Bytes(), protocol)) == b""


def test_pickling_out_of_band_copies_nothing(buffers):
    taken = []
    b = buffers.BytesMut(bytes(100_000)).freeze()
    head = pickle.dumps(b, 5, buffer_callback=taken.append)
    assert len(head) < 200 and len(taken) == 1 and taken[0].raw() == b
    assert pickle.loads(head, buffers=taken) == bytes(100_000)
    adopted = bytes(100_000)
    assert pickle.loads(head, buffers=[adopted]).to_bytes() is adopted
    received = bytearray(100_000)
    loaded = pickle.loads(head, buffers=[received])
    with pytest.raises(BufferError):
        received.append(0)
    assert loaded == received and not loaded.is_unique()
