"""`BytesMut` for C: what the RESP codec may touch without going through Python.

What belongs here: its methods; its fields are in `storage.pxd`. Another compiled module may read every field, call the
methods "for codecs" here and in `writing.pxd`, and nothing else.
"""

cimport cython

from framewire._native.immutable cimport Bytes
from framewire._native.storage cimport Storage


@cython.final
cdef class BytesMut(Storage):
    """Unique, growable bytes: a range of a block that no other handle overlaps."""

    # for codecs
    cdef Bytes take_front(self, Py_ssize_t n)                       # split_to(n).freeze(); caller must know n as there

    cdef inline void drop(self, Py_ssize_t n) noexcept:
        """Consume `n` bytes. Caller must know 0 <= n <= len."""
        self.ptr += n
        self.len -= n

    # of its own
    cdef int begin_with(self, const void* data, Py_ssize_t n) except -1
    cdef void take_over(self, BytesMut other) noexcept
