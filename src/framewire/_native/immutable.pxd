"""`Bytes` for C, and what the other modules need to make one, to look into one, and to take in what users pass.

What belongs here: its fields, each with its meaning, and the functions on it. Another compiled module may read every
field and write none.
"""

cimport cython

from framewire._native.block cimport NOTHING, Block
from framewire._native.writing cimport Writing


@cython.final
cdef class Bytes:
    """Immutable bytes: a range of a block that nobody writes any more."""
    cdef Block block                # keeps the memory alive; None when empty
    cdef unsigned char* ptr         # first byte; NULL only before `__init__`
    cdef Py_ssize_t len             # bytes at `ptr`


# making one
cdef Bytes share(Block block, unsigned char* ptr, Py_ssize_t size)
cdef Bytes adopt(object data)
cdef Bytes copy_of(const unsigned char* data, Py_ssize_t size)
cdef Bytes cut(Bytes b, object key)

# looking into one
cdef bytes builtin_copy(Bytes b)
cdef object compare(Bytes b, object other, int op)
cdef Py_ssize_t search(Bytes b, object sub, object start, object end, int what) except -2
cdef bint has_affix(Bytes b, object affix, object start, object end, bint at_end) except -1
cdef str digits(Bytes b, object sep, object bytes_per_sep)
cdef str text(Bytes b, str encoding, str errors)

# taking in what is bytes-like; the caller releases `source`
cdef int acquire(object data, Py_buffer* source) except -1


cdef inline Bytes snapshot(Writing w):
    """The readable bytes of `w`, as a handle that pins them. Caller must not let it out, for `w` may still write."""
    return share(w.block, w.ptr, w.len)
