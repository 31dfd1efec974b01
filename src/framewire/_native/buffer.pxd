"""The C side of the buffers: what the RESP codec may touch without going through Python.

What belongs here: the fields, each with its meaning, and the methods. Another compiled module may read every field,
call the methods "for codecs", write `len` (only to count bytes that it put into `room`), and nothing else.

None of these classes takes part in cyclic garbage collection, which makes a handle as cheap as a small `bytes`. The
price: an owner (`Bytes.from_owner`) that refers back to the `Bytes` keeps both alive.
"""

cimport cython
from cpython.object cimport PyObject


@cython.final
@cython.no_gc
@cython.freelist(64)
cdef class Block:
    """One allocation. Only handles and exports refer to a block, one reference each: so its reference count counts."""
    cdef unsigned char* data        # first byte of the memory
    cdef Py_ssize_t size            # bytes at `data`
    cdef PyObject* owner            # a PyBytes (payload, copy, adopted), a memoryview (foreign memory), or NULL: malloc
    cdef Py_ssize_t views           # exports among the references; all others are handles
    cdef Py_ssize_t original        # what a buffer that leaves this block takes at least (0, or 1 KiB to 64 KiB)
    cdef bint exposed               # others know the memory: never unique, never written again


@cython.final
@cython.no_gc
@cython.freelist(64)
cdef class Bytes:
    """Immutable bytes: a range of a block that nobody writes any more."""
    cdef Block block                # keeps the memory alive; None when empty
    cdef unsigned char* ptr         # first byte; NULL only before `__init__`
    cdef Py_ssize_t len             # bytes at `ptr`


@cython.no_gc
cdef class Window:
    """Unread bytes in contiguous memory: the common base of `BytesMut` and `Cursor`, with all `get_*`."""
    cdef unsigned char* ptr         # first unread byte; never NULL
    cdef Py_ssize_t len             # unread bytes

    cdef object piece(self)         # all of them as a read-only view


@cython.final
@cython.no_gc
cdef class Cursor(Window):
    """Reads from immutable bytes."""
    cdef Bytes data                 # the whole, consumed or not; holds the memory


@cython.final
@cython.no_gc
cdef class BytesMut(Window):
    """Unique, growable bytes: a range of a block that no other handle overlaps."""
    cdef Block block                # keeps the memory alive; None while there is no capacity
    cdef unsigned char* end         # one past the last byte of this handle's range; capacity is `end - ptr`
    cdef Py_ssize_t writers         # exported views of `chunk_mut`: while there are any, nothing may move or be split
    cdef Py_ssize_t lent            # bytes that the last `lease` lent; -1: no lease
    cdef unsigned char* lent_at     # where the lease began: `ptr + len` at that time
    cdef Py_ssize_t wanted          # what `reserve` asked for during a lease; the next lease carries it out
    cdef Py_ssize_t payload         # length of the payload that the next lease places in a block of its own; 0: none
    cdef unsigned char* payload_at  # `ptr` when `expect` was called; a front that moved ends the expectation

    # for codecs
    cdef int drop(self, Py_ssize_t n) except -1                     # advance; caller must know 0 <= n <= len
    cdef unsigned char* room(self, Py_ssize_t n) except NULL        # n >= 0 spare bytes: write them, then `len += n`
    cdef int append(self, const void* data, Py_ssize_t n) except -1  # caller must know n >= 0 and hold `data`
    cdef Bytes take_front(self, Py_ssize_t n)                       # split_to(n).freeze(); caller must know n as there

    # of its own
    cdef int begin(self, Py_ssize_t capacity, bint zeroed) except -1
    cdef void let_go(self) noexcept
    cdef void settle(self, Py_ssize_t offset) noexcept
    cdef int grow(self, Py_ssize_t extra, bint allocate) except -1
    cdef int relocate(self, Py_ssize_t total, Py_ssize_t offset) except -1
    cdef void move_out(self, Block fresh, Py_ssize_t offset) noexcept
    cdef int stretch(self, Py_ssize_t total) except -1
    cdef int check_still(self) except -1
    cdef void take_over(self, BytesMut other) noexcept
    cdef int repeat(self, int byte, Py_ssize_t n) except -1
    cdef int land(self, Py_ssize_t minimum) except -1
    cdef int land_payload(self, Py_ssize_t minimum) except -1
    cdef bint owns_payload_block(self) noexcept
    cdef int stretch_payload(self, Py_ssize_t size) except -1
