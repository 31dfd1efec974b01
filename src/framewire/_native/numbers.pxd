"""Numbers between Python and bytes, in either byte order. Inlined where it is used.

What belongs here: what `get_*` and `put_*` are made of. First the functions that touch no Python object and cannot
fail; sizes are the caller's duty there, and with a constant `size` a load or store becomes a few machine instructions.
Then those that check a Python number against the room it gets, and raise. (Shifts drop bits on purpose, so a debug
build must not check them for overflow.)
"""

cimport cython
from cpython.exc cimport PyErr_Clear, PyErr_Occurred
from cpython.number cimport PyNumber_Index
from libc.math cimport isinf
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport memcpy

cdef extern from "Python.h":
    const bint BIG_ENDIAN_HOST "PY_BIG_ENDIAN"
    # these set no exception that Cython sees: callers look at the result
    uint64_t PyLong_AsUnsignedLongLong(object number) noexcept
    int64_t PyLong_AsLongLongAndOverflow(object number, int* overflow) noexcept


# ---- Bytes and machine numbers -------------------------------------------------------------------------------------


@cython.overflowcheck(False)
cdef inline uint64_t load_be(const unsigned char* at, Py_ssize_t size) noexcept nogil:
    """The unsigned big-endian integer of `size` bytes at `at`. Caller must know 0 <= size <= 8."""
    cdef uint64_t value = 0
    cdef Py_ssize_t i
    for i in range(size):
        value |= <uint64_t>at[i] << 8 * (size - 1 - i)
    return value


@cython.overflowcheck(False)
cdef inline uint64_t load_le(const unsigned char* at, Py_ssize_t size) noexcept nogil:
    """The unsigned little-endian integer of `size` bytes at `at`. Caller must know 0 <= size <= 8."""
    cdef uint64_t value = 0
    cdef Py_ssize_t i
    for i in range(size):
        value |= <uint64_t>at[i] << 8 * i
    return value


cdef inline uint64_t load_ne(const unsigned char* at, Py_ssize_t size) noexcept nogil:
    return load_be(at, size) if BIG_ENDIAN_HOST else load_le(at, size)


@cython.overflowcheck(False)
cdef inline int64_t extend_sign(uint64_t value, Py_ssize_t size) noexcept nogil:
    """The lower `size` bytes of `value` as a signed integer. Caller must know 0 <= size <= 8."""
    cdef int unused = <int>(64 - 8 * size)
    return <int64_t>(value << unused) >> unused if size else 0


@cython.overflowcheck(False)
cdef inline void store_be(unsigned char* at, uint64_t value, Py_ssize_t size) noexcept nogil:
    """Write the lower `size` bytes of `value`, highest first. Caller must know 0 <= size <= 8."""
    cdef Py_ssize_t i
    for i in range(size):
        at[i] = <unsigned char>(value >> 8 * (size - 1 - i))


@cython.overflowcheck(False)
cdef inline void store_le(unsigned char* at, uint64_t value, Py_ssize_t size) noexcept nogil:
    """Write the lower `size` bytes of `value`, lowest first. Caller must know 0 <= size <= 8."""
    cdef Py_ssize_t i
    for i in range(size):
        at[i] = <unsigned char>(value >> 8 * i)


cdef inline void store_ne(unsigned char* at, uint64_t value, Py_ssize_t size) noexcept nogil:
    if BIG_ENDIAN_HOST:
        store_be(at, value, size)
    else:
        store_le(at, value, size)


cdef inline float to_float(uint32_t bits) noexcept:
    cdef float value
    memcpy(&value, &bits, 4)
    return value


cdef inline double to_double(uint64_t bits) noexcept:
    cdef double value
    memcpy(&value, &bits, 8)
    return value


# ---- Python numbers ------------------------------------------------------------------------------------------------


cdef inline Py_ssize_t width(Py_ssize_t n) except -1:
    if not 0 <= n <= 8:
        raise ValueError(f"an integer of variable size has 0 to 8 bytes, not {n}")
    return n


cdef inline uint64_t fit_unsigned(object value, Py_ssize_t n) except? 1:
    """An integer as `n` bytes. Raises `OverflowError`, `TypeError`."""
    cdef object number = PyNumber_Index(value)
    cdef uint64_t bits = PyLong_AsUnsignedLongLong(number)
    if bits == <uint64_t>-1 and PyErr_Occurred() != NULL:
        PyErr_Clear()
        raise misfit(number, n, False)
    if n < 8 and bits >> 8 * n:
        raise misfit(number, n, False)
    return bits


cdef inline uint64_t fit_signed(object value, Py_ssize_t n) except? 1:
    """A signed integer as `n` bytes of two's complement. Raises `OverflowError`, `TypeError`."""
    cdef object number = PyNumber_Index(value)
    cdef int overflow = 0
    cdef int64_t bits = PyLong_AsLongLongAndOverflow(number, &overflow)
    if overflow or bits != extend_sign(<uint64_t>bits, n):
        raise misfit(number, n, True)
    return <uint64_t>bits


cdef inline object misfit(object number, Py_ssize_t n, bint is_signed):
    return OverflowError(f"{number} does not fit in {n} bytes, {'signed' if is_signed else 'unsigned'}")


cdef inline uint64_t float_bits(object value) except? 1:
    """A number as 4 bytes. Raises `OverflowError`, `TypeError`."""
    cdef double exact = value
    cdef float rounded = <float>exact
    cdef uint32_t bits
    if isinf(rounded) and not isinf(exact):
        raise OverflowError(f"{exact!r} does not fit in 4 bytes, as a float")
    memcpy(&bits, &rounded, 4)
    return bits


cdef inline uint64_t double_bits(object value) except? 1:
    """A number as 8 bytes. Raises `TypeError`."""
    cdef double exact = value
    cdef uint64_t bits
    memcpy(&bits, &exact, 8)
    return bits
