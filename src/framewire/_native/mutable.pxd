"""`BytesMut` for C: what the RESP codec may touch without going through Python.

What belongs here: its fields, each with its meaning, and the methods. Another compiled module may read every field,
call the methods "for codecs" here and in `writing.pxd`, and nothing else.
"""

cimport cython

from framewire._native.block cimport Block
from framewire._native.immutable cimport Bytes
from framewire._native.writing cimport Writing


@cython.final
cdef class BytesMut(Writing):
    """Unique, growable bytes: a range of a block that no other handle overlaps."""
    cdef Py_ssize_t writers         # exported views of `chunk_mut`: while there are any, nothing may move or be split
    cdef Py_ssize_t lent            # bytes that the last `lease` lent; -1: no lease
    cdef unsigned char* lent_at     # where the lease began: `ptr + len` at that time
    cdef Py_ssize_t wanted          # what `reserve` asked for during a lease; the next lease carries it out
    cdef Py_ssize_t payload         # length of the payload that the next lease places in a block of its own; 0: none
    cdef unsigned char* payload_at  # `ptr` when `expect` was called; a front that moved ends the expectation

    # for codecs
    cdef Bytes take_front(self, Py_ssize_t n)                       # split_to(n).freeze(); caller must know n as there

    cdef inline void drop(self, Py_ssize_t n) noexcept:
        """Consume `n` bytes. Caller must know 0 <= n <= len."""
        self.ptr += n
        self.len -= n

    # of its own
    cdef int begin(self, Py_ssize_t capacity, bint zeroed) except -1
    cdef int begin_with(self, const void* data, Py_ssize_t n) except -1
    cdef void let_go(self) noexcept
    cdef void settle(self, Py_ssize_t offset) noexcept
    cdef int relocate(self, Py_ssize_t total, Py_ssize_t offset) except -1
    cdef void move_out(self, Block fresh, Py_ssize_t offset) noexcept
    cdef int stretch(self, Py_ssize_t total) except -1
    cdef int check_still(self) except -1
    cdef void take_over(self, BytesMut other) noexcept
    cdef int land(self, Py_ssize_t minimum) except -1
    cdef int land_payload(self, Py_ssize_t minimum) except -1
    cdef bint owns_payload_block(self) noexcept
    cdef int stretch_payload(self, Py_ssize_t size) except -1
