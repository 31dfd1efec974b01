"""Storage for C: `Storage`, the base of `BytesMut`: where its bytes stand, and what was lent of its room.

What belongs here: its fields, each with its meaning, and what must be inlined. Another compiled module may read every
field; only `mutable` calls the methods.
"""

cimport cython

from framewire._native.block cimport NOTHING, Block
from framewire._native.writing cimport Writing, viewed


@cython.no_gc
cdef class Storage(Writing):
    """A range of a block that no other handle overlaps, and who may write to it."""
    cdef Py_ssize_t lent            # bytes that the last `lease` lent; -1: no lease
    cdef unsigned char* lent_at     # where the lease began: `ptr + len` at that time
    cdef Py_ssize_t wanted          # what `reserve` asked for during a lease; the next lease carries it out
    cdef Py_ssize_t payload         # length of the payload that the next lease places in a block of its own; 0: none
    cdef unsigned char* payload_at  # `ptr` when `expect` was called; a front that moved ends the expectation

    # for `BytesMut`
    cdef int begin(self, Py_ssize_t capacity, bint zeroed) except -1

    cdef inline void let_go(self) noexcept:
        """Become empty, on no block."""
        self.ptr = self.end = NOTHING
        self.len = 0
        self.lent = -1
        self.wanted = 0
        self.payload = 0
        self.block = None

    cdef inline int check_still(self) except -1:
        """Refuse to move, split or lend storage under a view of `chunk_mut`."""
        if self.writers:
            viewed()
        return 0

    cdef inline Py_ssize_t awaited(self) noexcept:
        """The length of the expected payload; 0 if none is, because the front has moved or all of it is here."""
        if self.ptr != self.payload_at or self.len >= self.payload:
            self.payload = 0
        return self.payload

    # of its own
    cdef void settle(self, Py_ssize_t offset) noexcept
    cdef int relocate(self, Py_ssize_t total, Py_ssize_t offset) except -1
    cdef void move_out(self, Block fresh, Py_ssize_t offset) noexcept
    cdef int stretch(self, Py_ssize_t total) except -1
    cdef int land(self, Py_ssize_t minimum) except -1
    cdef int land_payload(self, Py_ssize_t minimum) except -1
    cdef bint owns_payload_block(self) noexcept
    cdef int stretch_payload(self, Py_ssize_t size) except -1
