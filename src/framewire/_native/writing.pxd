"""Writing for C: `Writing`, the base of `BytesMut`, and appending to it without going through Python.

What belongs here: its fields and what must be inlined. Another compiled module may read the fields, call the methods
"for codecs", and write `len`, only to count bytes that it put into `room`.
"""

cimport cython
from libc.string cimport memmove

from framewire._native.block cimport Block
from framewire._native.reading cimport Reading


cdef object viewed()                # raises


@cython.no_gc
cdef class Writing(Reading):
    """Unread bytes with room behind them, with all `put_*` of numbers."""
    cdef Block block                # keeps the memory alive; None while there is no capacity
    cdef unsigned char* end         # one past the last byte of this handle's range; capacity is `end - ptr`
    cdef Py_ssize_t writers         # exported views of `chunk_mut`: while there are any, nothing may move or be written

    # make `extra` bytes of room, by the rules of the class; 0 if that needs memory and `allocate` is false, else 1
    cdef int grow(self, Py_ssize_t extra, bint allocate) except -1
    # append `n` times `byte`; caller must know n >= 0
    cdef int repeat(self, int byte, Py_ssize_t n) except -1

    cdef inline Py_ssize_t spare(self) noexcept:
        """Writable bytes behind the readable ones."""
        return self.end - self.ptr - self.len

    # for codecs

    cdef inline unsigned char* room(self, Py_ssize_t n) except NULL:
        """Have `n` spare bytes, and tell where: write them, then `len += n`. Caller must know n >= 0."""
        if self.writers:
            viewed()
        if self.spare() < n:
            self.grow(n, True)
        return self.ptr + self.len

    cdef inline int append(self, const void* data, Py_ssize_t n) except -1:
        """Append `n` bytes at `data`. Caller must know n >= 0, and that someone else holds `data`."""
        memmove(self.room(n), data, n)
        self.len += n
        return 0
