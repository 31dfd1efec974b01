"""The compiled `Cursor`: reads from a `Bytes`. Public as part of `buffer`.

What belongs here: a position in bytes that do not change, and consuming by moving it. The fields are in `cursor.pxd`.
"""

cimport cython

from framewire._native.block cimport check_count, export
from framewire._native.immutable cimport adopt, builtin_copy, share

from framewire._pickles import load_cursor

cdef Bytes EMPTY = share(None, NULL, 0)


@cython.no_gc
cdef class Cursor(Reading):
    """Reads from a `Bytes` without changing it: the `Buf` over immutable bytes.

    `Cursor(data)` adopts `data` as `Bytes(data)` does. `for byte in cursor` consumes, as a file does; a copy shares the
    bytes and has a position of its own; O(1). Raises `TypeError` for what is not bytes-like.
    """

    def __cinit__(self):
        self.data = EMPTY

    def __init__(self, data=b""):
        self.data = adopt(data)
        self.ptr = self.data.ptr
        self.len = self.data.len

    def __repr__(self):
        return f"Cursor({builtin_copy(self.data)!r}, position={self.position})"

    def __copy__(self):
        return copy_of_cursor(self)

    def __deepcopy__(self, memo):
        return copy_of_cursor(self)

    def __reduce__(self):
        return load_cursor, (self.data, self.position)

    cdef object piece(self):
        return export(self.data.block, self.ptr, self.len, True)

    @property
    def position(self):
        """How many bytes have been consumed. May be set, to at most the length of the whole (else `ValueError`)."""
        return self.data.len - self.len

    @position.setter
    def position(self, Py_ssize_t position):
        check_count(position)
        if position > self.data.len:
            raise ValueError(f"position {position} is behind the end, at {self.data.len}")
        self.ptr = self.data.ptr + position
        self.len = self.data.len - position

    def get_ref(self):
        """All of the bytes, consumed or not; O(1)."""
        return self.data

    def split_to(self, Py_ssize_t n):
        """Take the next `n` bytes, sharing storage; O(1). Raises `BufferUnderflow` (nothing consumed), `ValueError`."""
        check_count(n)
        return share(self.data.block, <unsigned char*>self.take(n), n)

    def copy_to_bytes(self, Py_ssize_t n):
        """The same as `split_to`."""
        return self.split_to(n)

    def truncate(self, Py_ssize_t length):
        """Keep the next `length` unread bytes and forget what is behind them; a no-op if there are fewer; O(1)."""
        check_count(length)
        if length < self.len:
            self.data = share(self.data.block, self.data.ptr, self.data.len - self.len + length)
            self.ptr = self.data.ptr + (self.data.len - length)
            self.len = length


cdef Cursor copy_of_cursor(Cursor cursor):
    """Another cursor at the same place of the same bytes."""
    cdef Cursor other = Cursor.__new__(Cursor)
    other.data = cursor.data
    other.ptr = cursor.ptr
    other.len = cursor.len
    return other
