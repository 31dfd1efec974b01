"""Buffers, compiled: `Bytes`, `BytesMut`, `Cursor`, with the names and the behaviour of the plain twin.

What belongs here: storage (blocks, exports) and the three public classes over it. Work on raw memory that touches no
Python object is in `memory.pxd`.

Three rules keep the memory safe:

* A block's memory lives as long as the block, and every handle and every exported view holds the block.
* Memory moves (`realloc`, `memmove`) only while one handle alone holds its block; else a new block takes its place.
* Python code of others (`__index__`, `__buffer__`) may run only before a pointer is read, never between that and use.
"""

cimport cython
from cpython.buffer cimport (
    PyBUF_FORMAT, PyBUF_FULL_RO, PyBUF_ND, PyBUF_STRIDES, PyBUF_WRITABLE, PyBuffer_IsContiguous, PyBuffer_Release,
    PyBuffer_ToContiguous, PyObject_GetBuffer,
)
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.mem cimport PyMem_Calloc, PyMem_Free, PyMem_Malloc, PyMem_Realloc
from cpython.memoryview cimport PyMemoryView_FromObject
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF
from libc.string cimport memcpy, memmove, memset

from framewire.errors import BufferUnderflow

cdef extern from "Python.h":
    Py_ssize_t PY_SSIZE_T_MAX
    Py_ssize_t Py_REFCNT(PyObject* o)
    bint PyBytes_CheckExact(PyObject* o)
    void drop_reference "Py_DECREF"(PyObject* o)
    int resize_bytes "_PyBytes_Resize"(PyObject** o, Py_ssize_t size)  # -1: failed, the object is gone, error set
    PyObject* new_bytes "PyBytes_FromStringAndSize"(const char* data, Py_ssize_t size) except NULL


cdef enum:
    LEAST_GROWTH = 8                # a block that grows has at least this size
    CHUNK = 64                      # what `chunk_mut` reserves when there is no spare byte
    PAYLOAD_STEP = 1 << 20          # a payload's block is reserved in steps of at least this
    KEEP = 64 * 1024                # an empty buffer keeps a block of this size, whatever is asked

cdef unsigned char[1] NOTHING       # where empty handles point


# ---- Blocks --------------------------------------------------------------------------------------------------------


cdef class Block:
    def __dealloc__(self):
        if self.owner != NULL:
            drop_reference(self.owner)
        else:
            PyMem_Free(self.data)


cdef Block new_block(Py_ssize_t size, Py_ssize_t original, bint zeroed=False):
    """A block of our own memory, uninitialised unless `zeroed`. Caller must know size > 0."""
    cdef Block block = Block.__new__(Block)
    block.data = <unsigned char*>(PyMem_Calloc(size, 1) if zeroed else PyMem_Malloc(size))
    if block.data == NULL:
        raise MemoryError(f"cannot allocate {size} bytes")
    block.size = size
    block.original = original
    return block


cdef Block payload_block(Py_ssize_t size, Py_ssize_t original):
    """A block whose memory is a `bytes` object that nobody else has seen. Caller must know size > 0."""
    cdef Block block = Block.__new__(Block)
    block.owner = new_bytes(NULL, size)
    block.data = <unsigned char*>PyBytes_AS_STRING(<object>block.owner)
    block.size = size
    block.original = original
    return block


cdef Block adopted_block(object owner, unsigned char* data, Py_ssize_t size):
    """A block over the memory of others: `owner` is a `bytes` or a memoryview and holds `size` bytes at `data`."""
    cdef Block block = Block.__new__(Block)
    Py_INCREF(owner)
    block.owner = <PyObject*>owner
    block.data = data
    block.size = size
    block.exposed = True
    return block


cdef Py_ssize_t original_capacity(Py_ssize_t size) noexcept:
    """The power of two not above `size`; 0 below 1 KiB, 64 KiB at most."""
    cdef Py_ssize_t power = 64 * 1024
    if size < 1024:
        return 0
    while power > size:
        power >>= 1
    return power


# ---- Exports -------------------------------------------------------------------------------------------------------


cdef int fill(Py_buffer* buffer, object exporter, unsigned char* data, Py_ssize_t size, bint readonly,
              int flags) except -1:
    """Describe `size` plain bytes at `data`, which `exporter` keeps alive."""
    if readonly and flags & PyBUF_WRITABLE == PyBUF_WRITABLE:
        raise BufferError("the bytes are read-only")
    buffer.buf = data
    buffer.obj = exporter
    buffer.len = size
    buffer.readonly = readonly
    buffer.itemsize = 1
    buffer.format = NULL
    if flags & PyBUF_FORMAT:
        buffer.format = b"B"
    buffer.ndim = 1
    buffer.shape = &buffer.len if flags & PyBUF_ND else NULL
    buffer.strides = &buffer.itemsize if flags & PyBUF_STRIDES == PyBUF_STRIDES else NULL
    buffer.suboffsets = NULL
    buffer.internal = NULL
    return 0


@cython.final
@cython.no_gc
@cython.freelist(16)
cdef class Export:
    """What a memoryview of a buffer refers to: a range of a block, held apart from the handle that lent it."""
    cdef Block block                # keeps the memory alive; None when empty
    cdef unsigned char* ptr         # first byte of the range
    cdef Py_ssize_t len             # bytes at `ptr`
    cdef bint readonly
    cdef BytesMut writer            # whose `chunk_mut` this is, or None; counts the view while it is exported
    cdef bint used                  # a `chunk_mut` is exported once: a released view cannot be had again

    def __getbuffer__(self, Py_buffer* buffer, int flags):
        if self.writer is not None and self.used:
            raise BufferError("the view of chunk_mut() was released")
        fill(buffer, self, self.ptr, self.len, self.readonly, flags)
        if self.writer is not None:
            self.used = True
            self.writer.writers += 1

    def __releasebuffer__(self, Py_buffer* buffer):
        if self.writer is not None:
            self.writer.writers -= 1


cdef object export(Block block, unsigned char* ptr, Py_ssize_t size, bint readonly, BytesMut writer=None):
    """A memoryview of `size` bytes of `block` at `ptr`, which keeps the block alive on its own."""
    cdef Export lent = Export.__new__(Export)
    lent.block = block
    lent.ptr = ptr
    lent.len = size
    lent.readonly = readonly
    lent.writer = writer
    return PyMemoryView_FromObject(lent)


# ---- Bytes ---------------------------------------------------------------------------------------------------------


cdef class Bytes:
    def __len__(self):
        return self.len

    def __getbuffer__(self, Py_buffer* buffer, int flags):
        fill(buffer, self, self.ptr if self.len else NOTHING, self.len, True, flags)

    def view(self):
        return PyMemoryView_FromObject(self)

    def to_bytes(self):
        return builtin_bytes(self)

    def __bytes__(self):
        return builtin_bytes(self)


cdef inline Bytes share(Block block, unsigned char* ptr, Py_ssize_t size):
    """A new handle on `size` bytes of `block` at `ptr`; an empty one holds nothing. Caller must know the range."""
    cdef Bytes made = Bytes.__new__(Bytes)
    if size:
        made.block = block
        made.ptr = ptr
        made.len = size
    else:
        made.ptr = NOTHING
    return made


cdef bytes builtin_bytes(Bytes b):
    """The same as `bytes`: the block's own object where the view is exactly that, else a copy."""
    cdef PyObject* owner
    if b.len == 0:
        return b""
    owner = b.block.owner
    if owner != NULL and b.len == b.block.size and PyBytes_CheckExact(owner):
        b.block.exposed = True
        return <bytes>owner
    return PyBytes_FromStringAndSize(<char*>b.ptr, b.len)


# ---- Unread bytes: BytesMut and Cursor -----------------------------------------------------------------------------


cdef class Window:
    def __cinit__(self):
        self.ptr = NOTHING

    def __len__(self):
        return self.len

    def advance(self, Py_ssize_t n):
        check_front(self, n)
        self.ptr += n
        self.len -= n


cdef inline int check_front(Window w, Py_ssize_t n) except -1:
    """Refuse unless `n` bytes are there to read."""
    if n < 0:
        raise ValueError(f"a count cannot be negative: {n}")
    if n > w.len:
        raise BufferUnderflow(n, w.len)
    return 0


# ---- BytesMut: storage ---------------------------------------------------------------------------------------------


cdef inline bint alone(BytesMut b) noexcept:
    """No other handle and no export stands on the block of `b`, and its memory is ours to move."""
    return b.block is not None and b.block.owner == NULL and Py_REFCNT(<PyObject*>b.block) == 1


cdef inline Py_ssize_t doubled(Py_ssize_t size) noexcept:
    return size if size > PY_SSIZE_T_MAX // 2 else 2 * size


cdef class BytesMut(Window):
    def __cinit__(self):
        self.end = NOTHING
        self.lent = -1

    def __init__(self, data=b""):
        self.extend(data)

    cdef int drop(self, Py_ssize_t n) except -1:
        self.ptr += n
        self.len -= n
        return 0

    cdef unsigned char* room(self, Py_ssize_t n) except NULL:
        if self.end - self.ptr - self.len < n:
            self.grow(n, True)
        return self.ptr + self.len

    cdef int grow(self, Py_ssize_t extra, bint allocate) except -1:
        """Make `extra` bytes of room by the rules of `bytes`; 0 if that needs memory and `allocate` is false, else 1.

        Caller must know that the spare bytes do not suffice.
        """
        cdef Py_ssize_t size = 0, offset = 0, need
        cdef bint sole = alone(self)
        if self.block is not None:
            size = self.block.size
            offset = self.ptr - self.block.data
        if extra > PY_SSIZE_T_MAX - self.len - offset:
            if allocate:
                raise MemoryError(f"cannot reserve {extra} bytes beside {self.len}")
            return 0
        need = self.len + extra
        if sole or self.block is None or not (self.block.shared or self.block.owner):
            if size - offset >= need:
                self.end = self.ptr + need
                return 1
            if size >= need and offset >= self.len and (sole or allocate):
                return self.relocate(size, 0)
            return self.relocate(max(doubled(size), offset + need, LEAST_GROWTH), offset) if allocate else 0
        return self.relocate(max(need, self.block.original), 0) if allocate else 0

    cdef int relocate(self, Py_ssize_t total, Py_ssize_t offset) except -1:
        """Put the readable bytes at `offset` of a block of `total` bytes: this one if nobody else holds it.

        Caller must know that `offset` is 0 or where the bytes are now, and that they fit. Ends a lease.
        """
        cdef bint follows = self.ptr == self.expected_at
        if self.writers:
            raise BufferError("the bytes cannot move while a view of chunk_mut() is exported")
        if not alone(self):
            self.move_out(new_block(total, self.block.original if self.block is not None else 0), offset)
        elif total == self.block.size:
            memmove(self.block.data + offset, self.ptr, self.len)
        else:
            self.stretch(total)
        self.settle(offset)
        if follows:
            self.expected_at = self.ptr
        return 1

    cdef int move_out(self, Block fresh, Py_ssize_t offset) except -1:
        """Copy the readable bytes to `offset` of `fresh`, which becomes the block."""
        memcpy(fresh.data + offset, self.ptr, self.len)
        self.block = fresh
        return 0

    cdef int stretch(self, Py_ssize_t total) except -1:
        """Resize the block in place."""
        cdef unsigned char* data = <unsigned char*>PyMem_Realloc(self.block.data, total)
        if data == NULL:
            raise MemoryError(f"cannot allocate {total} bytes")
        self.block.data = data
        self.block.size = total
        return 0

    cdef void settle(self, Py_ssize_t offset) noexcept:
        """Point this handle at `offset` of its block, whose rest is its range. A lease on earlier storage is void."""
        self.ptr = self.block.data + offset
        self.end = self.block.data + self.block.size
        self.lent = -1

    cdef void let_go(self) noexcept:
        """Become empty, on no block."""
        self.block = None
        self.ptr = self.end = NOTHING
        self.len = 0
        self.lent = -1
        self.expected = 0

    @property
    def capacity(self):
        return self.end - self.ptr

    def extend(self, data):
        cdef Py_buffer source
        PyObject_GetBuffer(data, &source, PyBUF_FULL_RO)
        try:
            memmove(self.room(source.len), source.buf, source.len)
            self.len += source.len
        finally:
            PyBuffer_Release(&source)

    def view(self):
        return export(self.block, self.ptr, self.len, True)

    def reserve(self, Py_ssize_t n):
        if n < 0:
            raise ValueError(f"a count cannot be negative: {n}")
        if n <= self.end - self.ptr - self.len:
            return
        if self.lent >= 0:
            self.wanted = max(self.wanted, n)
        else:
            self.grow(n, True)

    # -- splitting

    cdef int check_still(self) except -1:
        if self.writers:
            raise BufferError("not possible while a view of chunk_mut() is exported")
        return 0

    cdef Bytes take_front(self, Py_ssize_t n):
        cdef Bytes front
        self.check_still()
        front = share(self.block, self.ptr, n)
        if n:
            self.block.shared = True
        self.ptr += n
        self.len -= n
        return front

    def split_to(self, Py_ssize_t n):
        cdef BytesMut front = BytesMut.__new__(BytesMut)
        check_front(self, n)
        self.check_still()
        if n:
            self.block.shared = True
            front.block = self.block
            front.ptr = self.ptr
            front.len = n
            self.ptr += n
            self.len -= n
            front.end = self.ptr
        return front

    def freeze(self):
        cdef Bytes whole
        self.check_still()
        if self.len:
            self.block.shared = True
        whole = share(self.block, self.ptr, self.len)
        self.let_go()
        return whole

    # -- lease

    cdef int prepare(self, Py_ssize_t minimum) except -1:
        """Have at least `minimum` spare bytes; an empty buffer starts over at the front of a block of fitting size."""
        if self.len == 0 and self.block is not None and not self.writers:
            if self.block.size > KEEP and (self.block.size - 1) >> 2 >= minimum:
                self.let_go()
                self.block = new_block(minimum, original_capacity(minimum))
                self.settle(0)
            elif alone(self):
                self.settle(0)
        if self.end - self.ptr - self.len < minimum:
            self.grow(minimum, True)
        return 0

    cdef int land_payload(self, Py_ssize_t minimum) except -1:
        """Have the expected payload in a block of its own, with as much room as may be reserved at once.

        Caller must know that the payload is not whole.
        """
        cdef Py_ssize_t size = min(self.expected, max(doubled(self.len), PAYLOAD_STEP))
        cdef bint landed = self.owns_payload_block()
        if landed and (size <= self.block.size or self.end - self.ptr - self.len >= minimum):
            return 0
        self.check_still()
        if landed and Py_REFCNT(<PyObject*>self.block) == 1:
            self.stretch_payload(size)
        else:
            self.move_out(payload_block(size, self.block.original if self.block is not None else 0), 0)
        self.settle(0)
        self.expected_at = self.ptr
        return 0

    cdef bint owns_payload_block(self) noexcept:
        """This handle covers a whole payload block, which can still become the one that is expected."""
        return (self.block is not None and self.block.owner != NULL and self.block.size <= self.expected
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

    def lease(self, Py_ssize_t minimum=1):
        if minimum < 1:
            raise ValueError(f"a lease is of at least 1 byte, not {minimum}")
        if self.expected and (self.ptr != self.expected_at or self.len >= self.expected):
            self.expected = 0
        if self.expected:
            self.land_payload(minimum)
        else:
            self.prepare(max(minimum, self.wanted))
            self.wanted = 0
        self.lent_at = self.ptr + self.len
        self.lent = self.end - self.lent_at
        return export(self.block, self.lent_at, self.lent, False)

    def commit(self, Py_ssize_t n):
        if self.lent < 0 or self.lent_at != self.ptr + self.len:
            raise ValueError(f"there is no lease to commit {n} bytes of")
        if not 0 <= n <= min(self.lent, self.end - self.lent_at):
            raise ValueError(f"cannot commit {n} bytes of a lease of {self.lent}")
        self.lent = -1
        self.len += n
        if self.len >= self.expected:
            self.expected = 0

    def expect(self, Py_ssize_t n):
        if n < 0:
            raise ValueError(f"a count cannot be negative: {n}")
        if n > self.len:
            self.expected = n
            self.expected_at = self.ptr
