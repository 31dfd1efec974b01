"""Reading for C: `Reading`, the common base of `BytesMut` and `Cursor`.

What belongs here: its fields and what must be inlined. Another compiled module may read the fields and call `take`.
"""

cimport cython

from framewire._native.block cimport underflow


@cython.no_gc
cdef class Reading:
    """Unread bytes in contiguous memory, with all `get_*`."""
    cdef unsigned char* ptr         # first unread byte; never NULL
    cdef Py_ssize_t len             # unread bytes

    cdef object piece(self)         # all of them as a read-only view

    cdef inline const unsigned char* take(self, Py_ssize_t n) except NULL:
        """Consume `n` bytes and tell where they are. Caller must know n >= 0, and use them at once."""
        cdef const unsigned char* at = self.ptr
        if n > self.len:
            underflow(n, self.len)
        self.ptr += n
        self.len -= n
        return at
