"""The compiled `BytesMut`: unique, growable bytes. Public as part of `buffer`.

What belongs here: what users do with the bytes. Where they stand, how that grows and who may write to it is the base
class `storage`; reading and writing numbers are `reading` and `writing`; looking into the bytes is what `Bytes` does
(`immutable`), on a snapshot. The fields are in `storage.pxd`.
"""

cimport cython
from cpython.buffer cimport PyBuffer_Release
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.object cimport PyObject
from libc.stdint cimport uint64_t
from libc.string cimport memcpy, memmove

from framewire._native.block cimport check_count, export, underflow
from framewire._native.immutable cimport (
    acquire, builtin_copy, compare, copy_of, cut, digits, has_affix, search, share, snapshot, text,
)
from framewire._native.numbers cimport fit_unsigned
from framewire._native.reading cimport Reading
from framewire._native.searching cimport ALL, FIRST, LAST, byte_value, clamped, found, index_of

from pickle import PickleBuffer

from framewire._pickles import load_bytes_mut

cdef extern from "Python.h":
    int PySlice_Unpack(object s, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t* step) except -1
    Py_ssize_t PySlice_AdjustIndices(Py_ssize_t length, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t step)


@cython.no_gc
cdef class BytesMut(Storage):
    """A unique, growable, unhashable buffer: appended to at the end, consumed from the front, split in O(1).

    `BytesMut(data)` copies `data`. Two handles never share a writable byte, and what is beyond `len` can be written but
    not read. Raises `TypeError` for what is not bytes-like.
    """

    def __init__(self, data=b""):
        cdef Py_buffer source
        self.check_still()
        if type(data) is bytes:
            self.begin_with(PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))
            return
        acquire(data, &source)
        try:
            self.begin_with(source.buf, source.len)
        finally:
            PyBuffer_Release(&source)

    @classmethod
    def with_capacity(cls, Py_ssize_t capacity):
        """An empty buffer with room for `capacity` bytes. Raises `ValueError` if negative, `MemoryError`."""
        cdef BytesMut made = BytesMut.__new__(BytesMut)
        check_count(capacity)
        made.begin(capacity, False)
        return made

    @classmethod
    def zeroed(cls, Py_ssize_t length):
        """A buffer of `length` zero bytes. Raises `ValueError` if negative, `MemoryError`."""
        cdef BytesMut made = BytesMut.__new__(BytesMut)
        check_count(length)
        made.begin(length, True)
        made.len = length
        return made

    cdef int begin_with(self, const void* data, Py_ssize_t n) except -1:
        """Start anew with a copy of `n` bytes at `data`, which someone else holds."""
        self.begin(n, False)
        memcpy(self.ptr, data, n)
        self.len = n
        return 0

    # -- as a sequence

    def __richcmp__(self, other, int op):
        return compare(snapshot(self), other, op)

    def __repr__(self):
        return f"BytesMut({builtin_copy(snapshot(self))!r})"

    def __iter__(self):
        return iter(self.piece())

    def __contains__(self, sub):
        return search(snapshot(self), sub, None, None, FIRST) >= 0

    def __getitem__(self, key):
        cdef Py_ssize_t at
        cdef Bytes section
        if isinstance(key, slice):
            section = cut(snapshot(self), key)
            return copy_of(section.ptr, section.len)
        at = clamped(key, <PyObject*>IndexError)  # may run Python: look at this buffer only after it
        return self.ptr[index_of(at, self.len)]

    def __setitem__(self, key, value):
        """Overwrite one byte, or a slice of neighbours with as many bytes; `ValueError` for another number of them."""
        cdef Py_ssize_t at
        cdef int byte
        if isinstance(key, slice):
            overwrite(self, key, value)
            return
        at = index_of(key, self.len)
        byte = byte_value(value)
        self.ptr[index_of(at, self.len)] = <unsigned char>byte  # again, for the value may have run Python

    def __iadd__(self, data):
        self.extend(data)
        return self

    def __copy__(self):
        return BytesMut(self)

    def __deepcopy__(self, memo):
        return BytesMut(self)

    def __reduce_ex__(self, protocol):
        if protocol >= 5:
            return load_bytes_mut, (PickleBuffer(self.piece()),)
        return load_bytes_mut, (self.to_bytes(),)

    cdef object piece(self):
        return export(self.block, self.ptr, self.len, True)

    def view(self):
        """The readable bytes as a read-only view; O(1). The memory stays valid; storage does not move under it."""
        return self.piece()

    def to_bytes(self):
        """The bytes as builtin `bytes`; copies."""
        return PyBytes_FromStringAndSize(<char*>self.ptr, self.len)

    def __bytes__(self):
        return PyBytes_FromStringAndSize(<char*>self.ptr, self.len)

    # -- as builtin bytes do

    def find(self, sub, start=None, end=None):
        """The lowest index of `sub` within `[start:end]`, or -1; O(n), no copy."""
        return search(snapshot(self), sub, start, end, FIRST)

    def rfind(self, sub, start=None, end=None):
        """The highest index of `sub` within `[start:end]`, or -1; O(n), no copy."""
        return search(snapshot(self), sub, start, end, LAST)

    def index(self, sub, start=None, end=None):
        """As `find`, but raises `ValueError` where there is none."""
        return found(search(snapshot(self), sub, start, end, FIRST))

    def rindex(self, sub, start=None, end=None):
        """As `rfind`, but raises `ValueError` where there is none."""
        return found(search(snapshot(self), sub, start, end, LAST))

    def count(self, sub, start=None, end=None):
        """How often `sub` occurs within `[start:end]`, without overlaps; O(n), no copy."""
        return search(snapshot(self), sub, start, end, ALL)

    def startswith(self, prefix, start=None, end=None):
        """True if `[start:end]` begins with `prefix`, or with one of a tuple of them; no copy."""
        return has_affix(snapshot(self), prefix, start, end, False)

    def endswith(self, suffix, start=None, end=None):
        """True if `[start:end]` ends with `suffix`, or with one of a tuple of them; no copy."""
        return has_affix(snapshot(self), suffix, start, end, True)

    def hex(self, sep=None, bytes_per_sep=1):
        """Two hexadecimal digits for each byte, as `bytes.hex`; O(n)."""
        return digits(snapshot(self), sep, bytes_per_sep)

    def decode(self, encoding="utf-8", errors="strict"):
        """The bytes as text; O(n). Raises `UnicodeDecodeError`."""
        return text(snapshot(self), encoding, errors)

    # -- consuming, splitting and joining

    cdef Bytes take_front(self, Py_ssize_t n):
        cdef Bytes front
        self.check_still()
        front = share(self.block, self.ptr, n)
        self.ptr += n
        self.len -= n
        return front

    def copy_to_bytes(self, Py_ssize_t n):
        """Take `n` bytes off the front as `Bytes`, sharing storage; O(1). Raises `BufferUnderflow`, `BufferError`."""
        check_front(self, n)
        return self.take_front(n)

    def truncate(self, Py_ssize_t length):
        """Keep the first `length` bytes; a no-op if there are fewer; O(1). Capacity stays."""
        check_count(length)
        self.awaited()
        if length < self.len:
            self.len = length

    def clear(self):
        """Forget all readable bytes; O(1). Capacity stays."""
        self.len = 0
        self.payload = 0

    def split_to(self, Py_ssize_t n):
        """Take the first `n` bytes off as a buffer of exactly that capacity; O(1).

        Raises `BufferUnderflow` (nothing consumed), `BufferError`.
        """
        check_front(self, n)
        return front_of(self, n)

    def split_off(self, Py_ssize_t n):
        """Keep the first `n` bytes of *capacity* and return all that is behind them; O(1).

        Raises `BufferUnderflow` if `n` is above the capacity, `BufferError`.
        """
        cdef BytesMut back
        check_count(n)
        if n > self.end - self.ptr:
            underflow(n, self.end - self.ptr)
        self.check_still()
        back = part_of(self, self.ptr + n, max(0, self.len - n), self.end)
        self.end = self.ptr + n
        self.len = min(self.len, n)
        self.payload = 0
        return back

    def split(self):
        """Take all readable bytes off, keeping the spare ones; O(1). Raises `BufferError`.

        Where a payload was expected it no longer is, even if none of it had come.
        """
        cdef BytesMut taken = front_of(self, self.len)
        self.payload = 0
        return taken

    def freeze(self):
        """The readable bytes as `Bytes`, sharing storage; O(1). This buffer is left empty, without capacity.

        The whole block stays alive with them, see `Bytes.compact`. Raises `BufferError`.
        """
        cdef Bytes frozen
        self.check_still()
        frozen = share(self.block, self.ptr, self.len)
        self.let_go()
        return frozen

    def unsplit(self, BytesMut other not None):
        """Append `other`, which is left empty and without capacity; O(1) where it was split from here, else copies.

        Raises `ValueError` for the buffer itself, `BufferError`.
        """
        check_joinable(self, other)
        if self.len == 0:
            self.take_over(other)
        elif not join(self, other):
            self.append(other.ptr, other.len)
            other.let_go()

    def try_unsplit(self, BytesMut other not None):
        """As `unsplit`, but only where that needs no copy: else false, and nothing has changed; O(1)."""
        check_joinable(self, other)
        return join(self, other)

    cdef void take_over(self, BytesMut other) noexcept:
        """Stand where `other` stood, in place of it. Caller must know `check_still` of both."""
        self.block = other.block
        self.ptr = other.ptr
        self.len = other.len
        self.end = other.end
        self.lent = -1
        self.payload = 0
        other.let_go()

    # -- appending

    def extend(self, data):
        """Append a copy of `data`; amortised O(n). Raises `TypeError`, `MemoryError`, `BufferError` as `reserve`."""
        cdef Py_buffer source
        if data is self:
            self.extend_from_within(0, self.len)
            return
        acquire(data, &source)
        try:
            self.append(source.buf, source.len)
        finally:
            PyBuffer_Release(&source)

    def put_slice(self, data):
        """The same as `extend`."""
        self.extend(data)

    def extend_from_within(self, Py_ssize_t start, Py_ssize_t stop):
        """Append a copy of our own bytes `start` to before `stop`. Raises `IndexError` if out of bounds."""
        cdef unsigned char* tail
        if not 0 <= start <= stop <= self.len:
            raise IndexError(f"range {start}:{stop} is not within 0:{self.len}")
        tail = self.room(stop - start)
        memcpy(tail, self.ptr + start, stop - start)
        self.len += stop - start

    def resize(self, Py_ssize_t length, value=0):
        """Shorten to `length`, or append as many `value` bytes as are missing. Raises as `put_bytes` does."""
        cdef uint64_t byte = fit_unsigned(value, 1)
        check_count(length)
        if length <= self.len:
            self.truncate(length)
        else:
            self.repeat(<int>byte, length - self.len)

    def put(self, src):
        """Append all of `src`: a buffer to read from (it is consumed) or bytes-like (copied); O(n).

        If this buffer has no capacity and `src` is a `BytesMut`, its storage is taken over; O(1).
        """
        cdef Reading unread
        if isinstance(src, Reading):
            unread = src
            if self.ptr == self.end and unread.len and isinstance(src, BytesMut):
                (<BytesMut>src).check_still()
                self.check_still()
                self.take_over(<BytesMut>src)
            else:
                drain(self, unread)
        elif hasattr(src, "remaining") and hasattr(src, "chunk") and hasattr(src, "advance"):
            drain_pieces(self, src)
        else:
            self.extend(src)

# -- helpers of BytesMut


cdef int overwrite(BytesMut b, object key, object data) except -1:
    """`b[key] = data` for a slice: as many bytes as it has, and neighbours."""
    cdef Py_ssize_t start, stop, step, size
    cdef Py_buffer source
    PySlice_Unpack(key, &start, &stop, &step)
    if step != 1:
        raise ValueError("only a slice of neighbours can be overwritten")
    acquire(data, &source)
    try:
        size = PySlice_AdjustIndices(b.len, &start, &stop, step)  # only now: Python code may have run until here
        if source.len != size:
            raise ValueError(f"a slice of {size} bytes cannot be overwritten with {source.len}")
        memmove(b.ptr + start, source.buf, size)
    finally:
        PyBuffer_Release(&source)
    return 0


cdef inline int check_front(BytesMut b, Py_ssize_t n) except -1:
    """Refuse unless `n` bytes are there to take off."""
    check_count(n)
    if n > b.len:
        underflow(n, b.len)
    return 0


cdef inline BytesMut part_of(BytesMut b, unsigned char* ptr, Py_ssize_t size, unsigned char* end):
    """A new handle on the block of `b`. Caller takes its range, which may be empty, away from `b`.

    An empty part stands on the block too: it can have the room back (`try_reclaim`) once nobody else stands there.
    """
    cdef BytesMut made = BytesMut.__new__(BytesMut)
    made.block = b.block
    made.ptr = ptr
    made.len = size
    made.end = end
    return made


cdef BytesMut front_of(BytesMut b, Py_ssize_t n):
    """Take `n` bytes off. Caller must know 0 <= n <= len."""
    cdef BytesMut front
    b.check_still()
    front = part_of(b, b.ptr, n, b.ptr + n)
    b.ptr += n
    b.len -= n
    return front


cdef int check_joinable(BytesMut b, BytesMut other) except -1:
    if b is other:
        raise ValueError("a buffer cannot be joined to itself")
    b.check_still()
    other.check_still()
    return 0


cdef bint join(BytesMut b, BytesMut other) noexcept:
    """Take the range of `other` if it follows that of `b`. Caller must know `check_joinable`."""
    if other.end == other.ptr:
        other.let_go()
        return True
    if b.block is not other.block or b.ptr + b.len != other.ptr:
        return False
    b.len += other.len
    b.end = other.end
    other.let_go()
    return True


cdef int drain(BytesMut b, Reading src) except -1:
    """Move all unread bytes of `src`, which may be `b` itself, to the end of `b`."""
    cdef Py_ssize_t n = src.len
    cdef unsigned char* tail = b.room(n)
    memmove(tail, src.ptr, n)
    b.len += n
    src.ptr += n
    src.len -= n
    return 0


cdef int drain_pieces(BytesMut b, object src) except -1:
    """Move all unread bytes of any other `Buf` to the end of `b`."""
    cdef Py_ssize_t left = src.remaining(), n
    check_count(left)
    b.room(left)
    while left:
        piece = src.chunk()[:left]
        n = len(piece)
        if n == 0:
            raise BufferError(f"{type(src).__name__}.chunk() is empty although {left} bytes are wanted and remain")
        b.extend(piece)
        piece.release()
        src.advance(n)
        left -= n
    return 0
