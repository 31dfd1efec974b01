"""What can be read from: the `get_*` of `BytesMut` and `Cursor`, which consume from the front.

What belongs here: taking numbers and pieces off unread bytes in contiguous memory. Where those come from, and what
keeps them alive, is the business of the two classes. The names and their meaning are those of Rust's `bytes::Buf`;
the methods differ only in size, sign and byte order, and each is spelled out, for a call through a table would cost
as much as the work itself.
"""

cimport cython
from cpython.buffer cimport PyBuffer_Release
from libc.stdint cimport int16_t, int32_t, int64_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memmove

from framewire._native.block cimport NOTHING, acquire_plain, check_count
from framewire._native.numbers cimport (
    BIG_ENDIAN_HOST, extend_sign, load_be, load_le, load_ne, to_double, to_float, width,
)


@cython.no_gc
cdef class Reading:
    """What `BytesMut` and `Cursor` share: reading that consumes from the front. Not for use on its own.

    Each `get_*` costs O(size), consumes what it returns, and raises `BufferUnderflow` (nothing consumed) where too few
    bytes are left.
    """

    def __cinit__(self):
        self.ptr = NOTHING

    def __len__(self):
        return self.len

    def __iter__(self):
        """The bytes one by one, each consumed as it is handed out."""
        while self.len:
            yield self.take(1)[0]

    cdef object piece(self):
        return memoryview(b"")

    def remaining(self):
        """How many bytes are left; O(1)."""
        return self.len

    def has_remaining(self):
        """True if bytes are left; O(1)."""
        return self.len > 0

    def chunk(self):
        """The unread bytes, all of them, as a read-only view; O(1)."""
        return self.piece()

    def chunks_vectored(self, Py_ssize_t maximum):
        """The first pieces, at most `maximum` of them, nothing consumed; for `sendmsg`. Here: only the first one."""
        check_count(maximum)
        return [self.piece()] if maximum and self.len else []

    def advance(self, Py_ssize_t n):
        """Consume `n` bytes from the front; O(1). Raises `BufferUnderflow` (nothing consumed), `ValueError`."""
        check_count(n)
        self.take(n)

    def copy_to_slice(self, dst):
        """Fill the writable buffer `dst` exactly, consuming as much; O(n).

        Raises `BufferUnderflow` (nothing consumed), `TypeError` if `dst` is not writable.
        """
        cdef Py_buffer target
        if isinstance(dst, Reading):
            raise not_writable(dst)
        acquire_plain(dst, &target)
        try:
            if target.readonly:
                raise not_writable(dst)
            memmove(target.buf, self.take(target.len), target.len)
        finally:
            PyBuffer_Release(&target)

    def get_u8(self):
        """Take one unsigned byte."""
        return self.take(1)[0]

    def get_i8(self):
        """Take one signed byte."""
        return <signed char>self.take(1)[0]

    def get_u16(self):
        """Take 2 bytes: an unsigned big-endian integer."""
        return <uint16_t>load_be(self.take(2), 2)

    def get_u16_le(self):
        """Take 2 bytes: an unsigned little-endian integer."""
        return <uint16_t>load_le(self.take(2), 2)

    def get_u16_ne(self):
        """Take 2 bytes: an unsigned native-endian integer."""
        return <uint16_t>load_ne(self.take(2), 2)

    def get_i16(self):
        """Take 2 bytes: a signed big-endian integer."""
        return <int16_t>load_be(self.take(2), 2)

    def get_i16_le(self):
        """Take 2 bytes: a signed little-endian integer."""
        return <int16_t>load_le(self.take(2), 2)

    def get_i16_ne(self):
        """Take 2 bytes: a signed native-endian integer."""
        return <int16_t>load_ne(self.take(2), 2)

    def get_u32(self):
        """Take 4 bytes: an unsigned big-endian integer."""
        return <uint32_t>load_be(self.take(4), 4)

    def get_u32_le(self):
        """Take 4 bytes: an unsigned little-endian integer."""
        return <uint32_t>load_le(self.take(4), 4)

    def get_u32_ne(self):
        """Take 4 bytes: an unsigned native-endian integer."""
        return <uint32_t>load_ne(self.take(4), 4)

    def get_i32(self):
        """Take 4 bytes: a signed big-endian integer."""
        return <int32_t>load_be(self.take(4), 4)

    def get_i32_le(self):
        """Take 4 bytes: a signed little-endian integer."""
        return <int32_t>load_le(self.take(4), 4)

    def get_i32_ne(self):
        """Take 4 bytes: a signed native-endian integer."""
        return <int32_t>load_ne(self.take(4), 4)

    def get_u64(self):
        """Take 8 bytes: an unsigned big-endian integer."""
        return <uint64_t>load_be(self.take(8), 8)

    def get_u64_le(self):
        """Take 8 bytes: an unsigned little-endian integer."""
        return <uint64_t>load_le(self.take(8), 8)

    def get_u64_ne(self):
        """Take 8 bytes: an unsigned native-endian integer."""
        return <uint64_t>load_ne(self.take(8), 8)

    def get_i64(self):
        """Take 8 bytes: a signed big-endian integer."""
        return <int64_t>load_be(self.take(8), 8)

    def get_i64_le(self):
        """Take 8 bytes: a signed little-endian integer."""
        return <int64_t>load_le(self.take(8), 8)

    def get_i64_ne(self):
        """Take 8 bytes: a signed native-endian integer."""
        return <int64_t>load_ne(self.take(8), 8)

    def get_u128(self):
        """Take 16 bytes: an unsigned big-endian integer."""
        return take_wide(self, False, False)

    def get_u128_le(self):
        """Take 16 bytes: an unsigned little-endian integer."""
        return take_wide(self, False, True)

    def get_u128_ne(self):
        """Take 16 bytes: an unsigned native-endian integer."""
        return take_wide(self, False, not BIG_ENDIAN_HOST)

    def get_i128(self):
        """Take 16 bytes: a signed big-endian integer."""
        return take_wide(self, True, False)

    def get_i128_le(self):
        """Take 16 bytes: a signed little-endian integer."""
        return take_wide(self, True, True)

    def get_i128_ne(self):
        """Take 16 bytes: a signed native-endian integer."""
        return take_wide(self, True, not BIG_ENDIAN_HOST)

    def get_f32(self):
        """Take 4 bytes: a big-endian IEEE 754 number."""
        return to_float(<uint32_t>load_be(self.take(4), 4))

    def get_f32_le(self):
        """Take 4 bytes: a little-endian IEEE 754 number."""
        return to_float(<uint32_t>load_le(self.take(4), 4))

    def get_f32_ne(self):
        """Take 4 bytes: a native-endian IEEE 754 number."""
        return to_float(<uint32_t>load_ne(self.take(4), 4))

    def get_f64(self):
        """Take 8 bytes: a big-endian IEEE 754 number."""
        return to_double(load_be(self.take(8), 8))

    def get_f64_le(self):
        """Take 8 bytes: a little-endian IEEE 754 number."""
        return to_double(load_le(self.take(8), 8))

    def get_f64_ne(self):
        """Take 8 bytes: a native-endian IEEE 754 number."""
        return to_double(load_ne(self.take(8), 8))

    def get_uint(self, Py_ssize_t n):
        """Take `n` bytes (0 to 8): an unsigned big-endian integer. Raises `ValueError` for another `n`."""
        return load_be(self.take(width(n)), n)

    def get_uint_le(self, Py_ssize_t n):
        """Take `n` bytes (0 to 8): an unsigned little-endian integer. Raises `ValueError` for another `n`."""
        return load_le(self.take(width(n)), n)

    def get_uint_ne(self, Py_ssize_t n):
        """Take `n` bytes (0 to 8): an unsigned native-endian integer. Raises `ValueError` for another `n`."""
        return load_ne(self.take(width(n)), n)

    def get_int(self, Py_ssize_t n):
        """Take `n` bytes (0 to 8): a signed big-endian integer. Raises `ValueError` for another `n`."""
        return extend_sign(load_be(self.take(width(n)), n), n)

    def get_int_le(self, Py_ssize_t n):
        """Take `n` bytes (0 to 8): a signed little-endian integer. Raises `ValueError` for another `n`."""
        return extend_sign(load_le(self.take(width(n)), n), n)

    def get_int_ne(self, Py_ssize_t n):
        """Take `n` bytes (0 to 8): a signed native-endian integer. Raises `ValueError` for another `n`."""
        return extend_sign(load_ne(self.take(width(n)), n), n)


cdef object not_writable(object dst):
    return TypeError(f"copy_to_slice needs a writable buffer, not a read-only {type(dst).__name__}")


cdef object take_wide(Reading r, bint is_signed, bint little):
    """Consume 16 bytes: an integer."""
    cdef const unsigned char* at = r.take(16)
    cdef uint64_t high = load_le(at + 8, 8) if little else load_be(at, 8)
    cdef uint64_t low = load_le(at, 8) if little else load_be(at + 8, 8)
    return (<object><int64_t>high if is_signed else <object>high) << 64 | low
