"""Where the bytes of a `BytesMut` stand: the base class `Storage`.

What belongs here: how storage grows and who may move it, room for whoever writes into it directly (`chunk_mut`), and
receiving (`lease`, `commit`, `expect`). What users do with the bytes is in `mutable`. The fields are in `storage.pxd`.

    block     |......consumed......|----readable----|......spare......|...a range of another handle...|
            data                  ptr            ptr+len             end                         data+size

Storage only ever moves in `relocate` and, when bytes are about to be received, in `land` and `land_payload`.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING
from cpython.mem cimport PyMem_Realloc
from cpython.memoryview cimport PyMemoryView_FromObject
from cpython.object cimport PyObject
from libc.string cimport memcpy, memmove

from framewire._native.block cimport (
    NOTHING, Py_REFCNT, check_count, describe, export, handles, new_block, original_capacity, payload_block,
)

cdef extern from "Python.h":
    Py_ssize_t PY_SSIZE_T_MAX
    # -1: failed, the old object is gone too, an exception is set
    int resize_bytes "_PyBytes_Resize"(PyObject** o, Py_ssize_t size)


cdef enum:
    LEAST_GROWTH = 8                # a block that grows has at least this size
    CHUNK = 64                      # what `chunk_mut` reserves when there is no spare byte
    PAYLOAD_STEP = 1048576          # a payload's block is reserved in steps of at least this (1 MiB)
    KEEP = 65536                    # an empty buffer keeps a block of this size, whatever is asked (64 KiB)


@cython.no_gc
cdef class Storage(Writing):
    """A range of a block that no other handle overlaps, and who may write to it. Not for use on its own."""

    def __cinit__(self):
        self.end = NOTHING
        self.lent = -1

    # -- where it is

    cdef int begin(self, Py_ssize_t capacity, bint zeroed) except -1:
        """Start anew, empty, on a block of `capacity` bytes. Caller must know capacity >= 0."""
        self.let_go()
        if capacity:
            self.block = new_block(capacity, original_capacity(capacity), zeroed)
            self.settle(0)
        return 0

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

    # -- room for others to write to

    def remaining_mut(self):
        """How many bytes can still be appended: as many as Python can count; O(1)."""
        return PY_SSIZE_T_MAX - self.len

    def has_remaining_mut(self):
        """True if anything can be appended; O(1)."""
        return self.len < PY_SSIZE_T_MAX

    def chunk_mut(self):
        """The spare bytes as a writable view (64 are made where there are none). Release it, then `advance_mut`.

        While it, or a slice of it, is alive, what would move storage, hand it on or write where it can raises
        `BufferError`: `advance_mut`, `freeze`, `split`, `split_to`, `split_off`, `unsplit`, a `reserve` that does not
        fit, `lease`, `commit`, and whatever appends.
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
        shorter than `minimum`. Raises `ValueError` if `minimum` is not positive, `MemoryError`, and `BufferError`
        while a view of `chunk_mut` is alive.
        """
        check_count(minimum)
        if minimum == 0:
            raise ValueError("a lease of 0 bytes cannot receive anything")
        self.check_still()
        if self.awaited():
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
        self.check_still()
        self.lent = -1
        self.len += n

    @property
    def expected(self):
        """The length of the payload that is being received, or 0; O(1). For transports that move it elsewhere."""
        return self.awaited()

    def expect(self, Py_ssize_t length):
        """The readable bytes begin one payload of `length` bytes: receive the rest of it in its final place.

        The next lease moves them to a block for this payload alone. At most `max(1 MiB, twice what has arrived)` of it
        is reserved at once. Ends when the payload is complete, or when anything is taken off. A no-op if it is
        complete already; O(1).
        """
        check_count(length)
        self.awaited()
        if length > self.len:
            self.payload = length
            self.payload_at = self.ptr

    cdef int land(self, Py_ssize_t minimum) except -1:
        """Have at least `minimum` spare bytes; an empty buffer starts over at the front of a block of fitting size."""
        if self.len == 0 and self.block is not None:
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
    cdef Storage writer            # whose spare bytes these are; counts the view in `writers`
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


cdef object writable(Storage b):
    """The spare bytes of `b` as a writable view. Caller must know that there are any."""
    cdef Chunk lent = Chunk.__new__(Chunk)
    lent.writer = b
    lent.block = b.block
    b.block.views += 1
    lent.ptr = b.ptr + b.len
    lent.len = b.spare()
    return PyMemoryView_FromObject(lent)


# -- helpers of Storage


cdef inline bint reusable(Storage b) noexcept:
    """The memory is ours (no payload) and nobody else stands on or views it: it may move. Caller must know a block."""
    return b.block.owner == NULL and Py_REFCNT(<PyObject*>b.block) == 1


cdef inline Py_ssize_t doubled(Py_ssize_t size) noexcept:
    return size if size > PY_SSIZE_T_MAX >> 1 else 2 * size
