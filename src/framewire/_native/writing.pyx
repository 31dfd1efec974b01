"""What numbers can be written to: the `put_*` of `BytesMut`, which append at the end.

What belongs here: turning Python numbers into bytes in the room behind the readable ones. How that room is made is the
business of `storage`. Sizes, signs and byte orders are spelled out as in `reading`.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING
from cpython.number cimport PyNumber_Index
from libc.stdint cimport uint64_t
from libc.string cimport memset

from framewire._native.block cimport check_count
from framewire._native.numbers cimport (
    BIG_ENDIAN_HOST, double_bits, fit_signed, fit_unsigned, float_bits, misfit, store_be, store_le, store_ne, width,
)


cdef object viewed():
    raise BufferError("a view of chunk_mut() is still alive: release it first")


@cython.no_gc
cdef class Writing(Reading):
    """What can be appended to. Not for use on its own.

    Each `put_*` is amortised O(size) and raises `OverflowError` for a number that does not fit (nothing written),
    `TypeError` for what is none, `MemoryError`, and `BufferError` as `reserve` does.
    """

    cdef int grow(self, Py_ssize_t extra, bint allocate) except -1:
        raise BufferError("no memory of its own to grow")

    cdef int repeat(self, int byte, Py_ssize_t n) except -1:
        memset(self.room(n), byte, n)
        self.len += n
        return 0

    def put_bytes(self, value, Py_ssize_t count):
        """Append `count` bytes of the same `value`; O(n). Raises as `put_u8` and `put_slice` do."""
        cdef uint64_t byte = fit_unsigned(value, 1)
        check_count(count)
        self.repeat(<int>byte, count)

    def put_u8(self, value):
        """Append one unsigned byte."""
        put_be(self, fit_unsigned(value, 1), 1)

    def put_i8(self, value):
        """Append one signed byte."""
        put_be(self, fit_signed(value, 1), 1)

    def put_u16(self, value):
        """Append 2 bytes: an unsigned big-endian integer."""
        put_be(self, fit_unsigned(value, 2), 2)

    def put_u16_le(self, value):
        """Append 2 bytes: an unsigned little-endian integer."""
        put_le(self, fit_unsigned(value, 2), 2)

    def put_u16_ne(self, value):
        """Append 2 bytes: an unsigned native-endian integer."""
        put_ne(self, fit_unsigned(value, 2), 2)

    def put_i16(self, value):
        """Append 2 bytes: a signed big-endian integer."""
        put_be(self, fit_signed(value, 2), 2)

    def put_i16_le(self, value):
        """Append 2 bytes: a signed little-endian integer."""
        put_le(self, fit_signed(value, 2), 2)

    def put_i16_ne(self, value):
        """Append 2 bytes: a signed native-endian integer."""
        put_ne(self, fit_signed(value, 2), 2)

    def put_u32(self, value):
        """Append 4 bytes: an unsigned big-endian integer."""
        put_be(self, fit_unsigned(value, 4), 4)

    def put_u32_le(self, value):
        """Append 4 bytes: an unsigned little-endian integer."""
        put_le(self, fit_unsigned(value, 4), 4)

    def put_u32_ne(self, value):
        """Append 4 bytes: an unsigned native-endian integer."""
        put_ne(self, fit_unsigned(value, 4), 4)

    def put_i32(self, value):
        """Append 4 bytes: a signed big-endian integer."""
        put_be(self, fit_signed(value, 4), 4)

    def put_i32_le(self, value):
        """Append 4 bytes: a signed little-endian integer."""
        put_le(self, fit_signed(value, 4), 4)

    def put_i32_ne(self, value):
        """Append 4 bytes: a signed native-endian integer."""
        put_ne(self, fit_signed(value, 4), 4)

    def put_u64(self, value):
        """Append 8 bytes: an unsigned big-endian integer."""
        put_be(self, fit_unsigned(value, 8), 8)

    def put_u64_le(self, value):
        """Append 8 bytes: an unsigned little-endian integer."""
        put_le(self, fit_unsigned(value, 8), 8)

    def put_u64_ne(self, value):
        """Append 8 bytes: an unsigned native-endian integer."""
        put_ne(self, fit_unsigned(value, 8), 8)

    def put_i64(self, value):
        """Append 8 bytes: a signed big-endian integer."""
        put_be(self, fit_signed(value, 8), 8)

    def put_i64_le(self, value):
        """Append 8 bytes: a signed little-endian integer."""
        put_le(self, fit_signed(value, 8), 8)

    def put_i64_ne(self, value):
        """Append 8 bytes: a signed native-endian integer."""
        put_ne(self, fit_signed(value, 8), 8)

    def put_u128(self, value):
        """Append 16 bytes: an unsigned big-endian integer."""
        put_wide(self, value, False, False)

    def put_u128_le(self, value):
        """Append 16 bytes: an unsigned little-endian integer."""
        put_wide(self, value, False, True)

    def put_u128_ne(self, value):
        """Append 16 bytes: an unsigned native-endian integer."""
        put_wide(self, value, False, not BIG_ENDIAN_HOST)

    def put_i128(self, value):
        """Append 16 bytes: a signed big-endian integer."""
        put_wide(self, value, True, False)

    def put_i128_le(self, value):
        """Append 16 bytes: a signed little-endian integer."""
        put_wide(self, value, True, True)

    def put_i128_ne(self, value):
        """Append 16 bytes: a signed native-endian integer."""
        put_wide(self, value, True, not BIG_ENDIAN_HOST)

    def put_f32(self, value):
        """Append 4 bytes: a big-endian IEEE 754 number."""
        put_be(self, float_bits(value), 4)

    def put_f32_le(self, value):
        """Append 4 bytes: a little-endian IEEE 754 number."""
        put_le(self, float_bits(value), 4)

    def put_f32_ne(self, value):
        """Append 4 bytes: a native-endian IEEE 754 number."""
        put_ne(self, float_bits(value), 4)

    def put_f64(self, value):
        """Append 8 bytes: a big-endian IEEE 754 number."""
        put_be(self, double_bits(value), 8)

    def put_f64_le(self, value):
        """Append 8 bytes: a little-endian IEEE 754 number."""
        put_le(self, double_bits(value), 8)

    def put_f64_ne(self, value):
        """Append 8 bytes: a native-endian IEEE 754 number."""
        put_ne(self, double_bits(value), 8)

    def put_uint(self, value, Py_ssize_t n):
        """Append `n` bytes (0 to 8): an unsigned big-endian integer. Raises `ValueError` for another `n`."""
        put_be(self, fit_unsigned(value, width(n)), n)

    def put_uint_le(self, value, Py_ssize_t n):
        """Append `n` bytes (0 to 8): an unsigned little-endian integer. Raises `ValueError` for another `n`."""
        put_le(self, fit_unsigned(value, width(n)), n)

    def put_uint_ne(self, value, Py_ssize_t n):
        """Append `n` bytes (0 to 8): an unsigned native-endian integer. Raises `ValueError` for another `n`."""
        put_ne(self, fit_unsigned(value, width(n)), n)

    def put_int(self, value, Py_ssize_t n):
        """Append `n` bytes (0 to 8): a signed big-endian integer. Raises `ValueError` for another `n`."""
        put_be(self, fit_signed(value, width(n)), n)

    def put_int_le(self, value, Py_ssize_t n):
        """Append `n` bytes (0 to 8): a signed little-endian integer. Raises `ValueError` for another `n`."""
        put_le(self, fit_signed(value, width(n)), n)

    def put_int_ne(self, value, Py_ssize_t n):
        """Append `n` bytes (0 to 8): a signed native-endian integer. Raises `ValueError` for another `n`."""
        put_ne(self, fit_signed(value, width(n)), n)


cdef inline int put_be(Writing w, uint64_t value, Py_ssize_t n) except -1:
    store_be(w.room(n), value, n)
    w.len += n
    return 0


cdef inline int put_le(Writing w, uint64_t value, Py_ssize_t n) except -1:
    store_le(w.room(n), value, n)
    w.len += n
    return 0


cdef inline int put_ne(Writing w, uint64_t value, Py_ssize_t n) except -1:
    store_ne(w.room(n), value, n)
    w.len += n
    return 0


cdef int put_wide(Writing w, object value, bint is_signed, bint little) except -1:
    """Append an integer of 16 bytes."""
    cdef bytes data
    number = PyNumber_Index(value)
    try:
        data = number.to_bytes(16, "little" if little else "big", signed=is_signed)
    except OverflowError:
        raise misfit(number, 16, is_signed) from None
    return w.append(PyBytes_AS_STRING(data), 16)
