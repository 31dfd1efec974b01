"""The compiled `BytesMut`: unique, growable bytes. Public as part of `buffer`.

What belongs here: where storage comes from, how it grows, and who may move it. Reading and writing numbers are base
classes with modules of their own (`reading`, `writing`); looking into the bytes is what `Bytes` does (`immutable`),
on a snapshot. The fields are in `mutable.pxd`.

    block     |......consumed......|----readable----|......spare......|...a range of another handle...|
            data                  ptr            ptr+len             end                         data+size

Storage only ever moves in `relocate` and, when bytes are about to be received, in `land` and `land_payload`.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.buffer cimport PyBuffer_Release
from cpython.mem cimport PyMem_Realloc
from cpython.memoryview cimport PyMemoryView_FromObject
from cpython.object cimport PyObject
from libc.stdint cimport uint64_t
from libc.string cimport memcpy, memmove

from framewire._native.block cimport (
    NOTHING, Py_REFCNT, check_count, describe, export, handles, new_block, original_capacity, payload_block, underflow,
)
from framewire._native.immutable cimport (
    acquire, builtin_copy, compare, copy_of, cut, digits, has_affix, search, share, snapshot, text,
)
from framewire._native.numbers cimport fit_unsigned
from framewire._native.reading cimport Reading
from framewire._native.searching cimport ALL, FIRST, LAST, byte_value, clamped, found, index_of

from pickle import PickleBuffer

from framewire._pickles import load_bytes_mut

cdef extern from "Python.h":
    Py_ssize_t PY_SSIZE_T_MAX
    int PySlice_Unpack(object s, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t* step) except -1
    Py_ssize_t PySlice_AdjustIndices(Py_ssize_t length, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t step)
    # -1: failed, the old object is gone too, an exception is set
    int resize_bytes "_PyBytes_Resize"(PyObject** o, Py_ssize_t size)


cdef enum:
    LEAST_GROWTH = 8                # a block that grows has at least this size
    CHUNK = 64                      # what `chunk_mut` reserves when there is no spare byte
    PAYLOAD_STEP = 1048576          # a payload's block is reserved in steps of at least this (1 MiB)
    KEEP = 65536                    # an empty buffer keeps a block of this size, whatever is asked (64 KiB)


@cython.no_gc
cdef class BytesMut(Writing):
    """A unique, growable, unhashable buffer: appended to at the end, consumed from the front, split in O(1).

    `BytesMut(data)` copies `data`. Two handles never share a writable byte, and what is beyond `len` can be written but
    not read. Raises `TypeError` for what is not bytes-like.
    """

    def __cinit__(self):
        self.end = NOTHING
        self.lent = -1

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

    # -- storage

    cdef int begin(self, Py_ssize_t capacity, bint zeroed) except -1:
        """Start anew, empty, on a block of `capacity` bytes. Caller must know capacity >= 0."""
        self.let_go()
        if capacity:
            self.block = new_block(capacity, original_capacity(capacity), zeroed)
            self.settle(0)
        return 0

    cdef int begin_with(self, const void* data, Py_ssize_t n) except -1:
        """Start anew with a copy of `n` bytes at `data`, which someone else holds."""
        self.begin(n, False)
        memcpy(self.ptr, data, n)
        self.len = n
        return 0

    cdef void let_go(self) noexcept:
        """Become empty, on no block."""
        self.ptr = self.end = NOTHING
        self.len = 0
        self.lent = -1
        self.wanted = 0
        self.payload = 0
        self.block = None

    cdef void settle(self, Py_ssize_t offset) noexcept:
        """Point this handle at `offset` of its block, whose rest is its range. A lease on earlier storage is void."""
        self.ptr = self.block.data + offset
        self.end = self.block.data + self.block.size
        self.lent = -1

    cdef int grow(self, Py_ssize_t extra, bint allocate) except -1:
        """Make `extra` bytes of room by the rules of `bytes`; 0 if that needs memory and `allocate` is false, else 1.

        Caller must know that the spare bytes do not suffice. Where the block can be reused, reuse it, else double it;
        under a live view do the same in a new block. A block that other handles stand on is left to them, for one of
        the capacity that this buffer began with.
        """
        cdef Py_ssize_t size = 0, offset = 0, need
        cdef bint viewed = False
        if self.block is not None:
            size = self.block.size
            offset = self.ptr - self.block.data
            viewed = self.block.views != 0
        if extra > PY_SSIZE_T_MAX - self.len - offset:
            if allocate:
                raise MemoryError(f"cannot reserve {extra} bytes beside {self.len}")
            return 0
        need = self.len + extra
        if self.block is not None and (self.block.owner != NULL or handles(<PyObject*>self.block) != 1):
            return self.relocate(max(need, self.block.original), 0) if allocate else 0
        if size - offset >= need and not viewed:  # the range behind ours belonged to a handle that is gone
            self.end = self.ptr + need
            return 1
        # As much was consumed as is moved now, so that each byte pays for one move.
        if size >= need and offset >= self.len and (allocate or not viewed):
            return self.relocate(size, 0)
        return self.relocate(max(doubled(size), offset + need, LEAST_GROWTH), offset) if allocate else 0

    cdef int relocate(self, Py_ssize_t total, Py_ssize_t offset) except -1:
        """Have the readable bytes at `offset` of a block of `total` bytes: this one if nobody else holds it.

        Caller must know that `offset` is 0 or where the bytes are now, and that they fit.
        """
        cdef bint follows = self.ptr == self.payload_at
        self.check_still()
        if self.block is None or not reusable(self):
            self.move_out(new_block(total, 0 if self.block is None else self.block.original, False), offset)
        elif total == self.block.size:
            memmove(self.block.data + offset, self.ptr, self.len)
        else:
            self.stretch(total)
        self.settle(offset)
        if follows:
            self.payload_at = self.ptr
        else:
            self.payload = 0  # or the new place could be mistaken for where the payload began
        return 1

    cdef void move_out(self, Block fresh, Py_ssize_t offset) noexcept:
        """Copy the readable bytes to `offset` of `fresh`, which becomes the block."""
        memcpy(fresh.data + offset, self.ptr, self.len)
        self.block = fresh

    cdef int stretch(self, Py_ssize_t total) except -1:
        """Resize the block in place. Caller must know that nobody else holds it and that it is ours."""
        cdef unsigned char* data = <unsigned char*>PyMem_Realloc(self.block.data, total)
        if data == NULL:
            raise MemoryError(f"cannot allocate {total} bytes")
        self.block.data = data
        self.block.size = total
        return 0

    cdef int check_still(self) except -1:
        """Refuse to move or split storage under a view of `chunk_mut`."""
        if self.writers:
            raise BufferError("a view of chunk_mut() is still alive: release it first")
        return 0

    @property
    def capacity(self):
        """How long this buffer can get before storage moves; O(1). Consuming from the front reduces it."""
        return self.end - self.ptr

    def reserve(self, Py_ssize_t additional):
        """Make sure that `additional` more bytes fit; O(1) if they do, else may copy the readable bytes.

        Beside a lease nothing moves now: the next lease does it. Raises `ValueError` if negative, `MemoryError`, and
        `BufferError` if storage would move under a view of `chunk_mut`.
        """
        check_count(additional)
        if additional <= self.spare():
            return
        if self.lent >= 0:
            self.wanted = max(self.wanted, additional)
        else:
            self.grow(additional, True)

    def try_reclaim(self, Py_ssize_t additional):
        """As `reserve`, but never allocates: true if the bytes fit, perhaps after a move to the front of the block."""
        check_count(additional)
        return additional <= self.spare() or (self.lent < 0 and self.grow(additional, False) == 1)

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
        awaited(self)
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
        """Take all readable bytes off, keeping the spare ones; O(1). Raises `BufferError`."""
        return front_of(self, self.len)

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

    def remaining_mut(self):
        """How many bytes can still be appended: as many as Python can count; O(1)."""
        return PY_SSIZE_T_MAX - self.len

    def has_remaining_mut(self):
        """True if anything can be appended; O(1)."""
        return self.len < PY_SSIZE_T_MAX

    def chunk_mut(self):
        """The spare bytes as a writable view (64 are made where there are none). Release it, then `advance_mut`.

        While it, or a slice of it, is alive, what would move or hand on storage raises `BufferError`: `advance_mut`,
        `freeze`, `split`, `split_to`, `split_off`, `unsplit`, and a `reserve` that does not fit.
        """
        if self.spare() == 0:
            self.grow(CHUNK, True)
        return writable(self)

    def advance_mut(self, Py_ssize_t n):
        """Make `n` bytes, written through `chunk_mut`, readable; O(1). Raises `BufferError` beyond the spare bytes."""
        self.check_still()
        check_count(n)
        if n > self.spare():
            raise BufferError(f"cannot advance by {n} bytes: {self.spare()} are spare")
        self.len += n

    # -- receiving: what a transport and a codec use together
    #
    #   lease --> the transport writes --> commit --> the codec reads, perhaps `expect`s a payload --> lease ...
    #
    # Storage moves, grows and shrinks in `lease` alone, so nothing changes under a transport that still holds its view.

    def lease(self, Py_ssize_t minimum=1):
        """Lend the spare bytes, at least `minimum`, to whoever fills them; `commit` then makes them readable.

        The view may stay alive for ever: it keeps its memory valid and makes nothing raise. Storage moves, grows and
        shrinks here and not while bytes arrive: an empty buffer goes back to the front of its block, or drops it where
        it is far larger than asked for. While a payload is expected, the view ends where the payload ends and may be
        shorter than `minimum`. Raises `ValueError` if `minimum` is not positive, `MemoryError`.
        """
        if minimum < 1:
            raise ValueError(f"a lease of {minimum} bytes cannot receive anything")
        if awaited(self):
            self.land_payload(minimum)
        else:
            self.land(max(minimum, self.wanted))
            self.wanted = 0
        self.lent_at = self.ptr + self.len
        self.lent = self.spare()
        return export(self.block, self.lent_at, self.lent, False)

    def commit(self, Py_ssize_t n):
        """Make the first `n` bytes of the last lease readable, and end it; O(1).

        Raises `ValueError` if there is no lease, if it lent less, or if the buffer's end has moved since.
        """
        check_count(n)
        if self.lent < 0 or self.lent_at != self.ptr + self.len:
            raise ValueError(f"cannot commit {n} bytes: nothing is lent at the end of this buffer")
        if n > min(self.lent, self.spare()):
            raise ValueError(f"cannot commit {n} bytes: {min(self.lent, self.spare())} were lent")
        self.lent = -1
        self.len += n

    @property
    def expected(self):
        """The length of the payload that is being received, or 0; O(1). For transports that move it elsewhere."""
        return awaited(self)

    def expect(self, Py_ssize_t length):
        """The readable bytes begin one payload of `length` bytes: receive the rest of it in its final place.

        The next lease moves them to a block for this payload alone. At most `max(1 MiB, twice what has arrived)` of it
        is reserved at once. Ends when the payload is complete, or when anything is taken off. A no-op if it is
        complete already; O(1).
        """
        check_count(length)
        awaited(self)
        if length > self.len:
            self.payload = length
            self.payload_at = self.ptr

    cdef int land(self, Py_ssize_t minimum) except -1:
        """Have at least `minimum` spare bytes; an empty buffer starts over at the front of a block of fitting size."""
        if self.len == 0 and self.block is not None and not self.writers:
            if self.block.size > KEEP and (self.block.size - 1) >> 2 >= minimum:  # size > 4 * minimum
                self.move_out(new_block(minimum, original_capacity(minimum), False), 0)
                self.settle(0)
            elif reusable(self):
                self.settle(0)
        if self.spare() < minimum:
            self.grow(minimum, True)
        return 0

    cdef int land_payload(self, Py_ssize_t minimum) except -1:
        """Have the expected payload in a block of its own, with as much room as may be reserved at once.

        Caller must know that the payload is not whole.
        """
        cdef Py_ssize_t size = min(self.payload, max(doubled(self.len), PAYLOAD_STEP))
        cdef bint landed = self.owns_payload_block()
        if landed and (size <= self.block.size or self.spare() >= minimum):
            return 0
        self.check_still()
        if landed and Py_REFCNT(<PyObject*>self.block) == 1:
            self.stretch_payload(size)
        else:
            self.move_out(payload_block(size, 0 if self.block is None else self.block.original), 0)
        self.settle(0)
        self.payload_at = self.ptr
        return 0

    cdef bint owns_payload_block(self) noexcept:
        """This handle covers a whole payload block, which can still become the one that is expected."""
        return (self.block is not None and self.block.owner != NULL and self.block.size <= self.payload
                and self.ptr == self.block.data and self.end == self.block.data + self.block.size)

    cdef int stretch_payload(self, Py_ssize_t size) except -1:
        """Resize the payload's `bytes` object in place. Caller must know that nobody else has seen it."""
        if resize_bytes(&self.block.owner, size) < 0:
            self.block.data = NULL  # the old object is gone too
            self.let_go()
            return -1
        self.block.data = <unsigned char*>PyBytes_AS_STRING(<object>self.block.owner)
        self.block.size = size
        return 0


@cython.final
@cython.no_gc
@cython.freelist(8)
cdef class Chunk:
    """What a view of `chunk_mut` refers to: the spare bytes of a buffer, which knows of it while it is exported."""
    cdef BytesMut writer            # whose spare bytes these are; counts the view in `writers`
    cdef Block block                # keeps the memory alive
    cdef unsigned char* ptr         # first byte of the range
    cdef Py_ssize_t len             # bytes at `ptr`
    cdef bint used                  # exported once: a released view cannot be had again

    def __dealloc__(self):
        if self.block is not None:
            self.block.views -= 1

    def __getbuffer__(self, Py_buffer* buffer, int flags):
        if self.used or self.writer is None:
            raise BufferError("the view of chunk_mut() was released")
        describe(buffer, self, self.ptr, self.len, False, flags)
        self.used = True
        self.writer.writers += 1

    def __releasebuffer__(self, Py_buffer* buffer):
        self.writer.writers -= 1


cdef object writable(BytesMut b):
    """The spare bytes of `b` as a writable view. Caller must know that there are any."""
    cdef Chunk lent = Chunk.__new__(Chunk)
    lent.writer = b
    lent.block = b.block
    b.block.views += 1
    lent.ptr = b.ptr + b.len
    lent.len = b.spare()
    return PyMemoryView_FromObject(lent)


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


cdef inline bint reusable(BytesMut b) noexcept:
    """The memory is ours (no payload) and nobody else stands on or views it: it may move. Caller must know a block."""
    return b.block.owner == NULL and Py_REFCNT(<PyObject*>b.block) == 1


cdef inline Py_ssize_t awaited(BytesMut b) noexcept:
    """The length of the expected payload; 0 if none is, because the front has moved or all of it is here."""
    if b.ptr != b.payload_at or b.len >= b.payload:
        b.payload = 0
    return b.payload


cdef inline Py_ssize_t doubled(Py_ssize_t size) noexcept:
    return size if size > PY_SSIZE_T_MAX >> 1 else 2 * size


cdef inline int check_front(BytesMut b, Py_ssize_t n) except -1:
    """Refuse unless `n` bytes are there to take off."""
    check_count(n)
    if n > b.len:
        underflow(n, b.len)
    return 0


cdef inline BytesMut part_of(BytesMut b, unsigned char* ptr, Py_ssize_t size, unsigned char* end):
    """A new handle on the block of `b`, or on none if without capacity. Caller takes its range away from `b`."""
    cdef BytesMut made = BytesMut.__new__(BytesMut)
    if end != ptr:
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
