"""`Cursor` for C: its field. Another compiled module may read it, and call what `Reading` offers."""

cimport cython

from framewire._native.immutable cimport Bytes
from framewire._native.reading cimport Reading


@cython.final
cdef class Cursor(Reading):
    """Reads from immutable bytes."""
    cdef Bytes data                 # the whole, consumed or not; holds the memory
