"""Work on raw memory: integers in either byte order, and searching. Inlined where it is used.

What belongs here: functions that touch no Python object and cannot fail. Sizes are the caller's duty: each says what its
caller must know. With a constant `size` a load or store becomes one machine instruction.
"""

from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memchr, memcmp

cdef extern from *:
    """
    #ifdef _WIN32
    static const void *fw_memmem(const void *data, size_t n, const void *sub, size_t m) {
        const char *at = (const char *)data, *last = at + n - m;
        while (at <= last && (at = (const char *)memchr(at, *(const char *)sub, last - at + 1)) != NULL) {
            if (memcmp(at, sub, m) == 0) return at;
            at++;
        }
        return NULL;
    }
    #else
    #define fw_memmem memmem
    #endif
    """
    const void* memmem "fw_memmem"(const void* data, size_t n, const void* sub, size_t m) noexcept nogil
    const bint BIG_ENDIAN_HOST "PY_BIG_ENDIAN"


# ---- Integers ------------------------------------------------------------------------------------------------------


cdef inline uint64_t load_be(const unsigned char* at, Py_ssize_t size) noexcept nogil:
    """The unsigned big-endian integer of `size` bytes at `at`. Caller must know 0 <= size <= 8."""
    cdef uint64_t value = 0
    cdef Py_ssize_t i
    for i in range(size):
        value = value << 8 | at[i]
    return value


cdef inline uint64_t load_le(const unsigned char* at, Py_ssize_t size) noexcept nogil:
    """The unsigned little-endian integer of `size` bytes at `at`. Caller must know 0 <= size <= 8."""
    cdef uint64_t value = 0
    cdef Py_ssize_t i
    for i in range(size):
        value |= <uint64_t>at[i] << 8 * i
    return value


cdef inline uint64_t load_ne(const unsigned char* at, Py_ssize_t size) noexcept nogil:
    return load_be(at, size) if BIG_ENDIAN_HOST else load_le(at, size)


cdef inline int64_t extend_sign(uint64_t value, Py_ssize_t size) noexcept nogil:
    """The lower `size` bytes of `value` as a signed integer. Caller must know 0 <= size <= 8."""
    cdef int unused = <int>(64 - 8 * size)
    return <int64_t>(value << unused) >> unused if size else 0


cdef inline void store_be(unsigned char* at, uint64_t value, Py_ssize_t size) noexcept nogil:
    """Write the lower `size` bytes of `value`, highest first. Caller must know 0 <= size <= 8."""
    cdef Py_ssize_t i
    for i in range(size):
        at[i] = <unsigned char>(value >> 8 * (size - 1 - i))


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


# ---- Searching -----------------------------------------------------------------------------------------------------


cdef inline Py_ssize_t find(const unsigned char* data, Py_ssize_t n, const unsigned char* sub,
                            Py_ssize_t m) noexcept nogil:
    """Where the `m` bytes of `sub` first occur in the `n` bytes of `data`, or -1."""
    cdef const unsigned char* at
    if m > n:
        return -1
    if m == 0:
        return 0
    at = <const unsigned char*>(memchr(data, sub[0], n) if m == 1 else memmem(data, n, sub, m))
    return -1 if at == NULL else at - data


cdef inline Py_ssize_t rfind(const unsigned char* data, Py_ssize_t n, const unsigned char* sub,
                             Py_ssize_t m) noexcept nogil:
    """Where the `m` bytes of `sub` last occur in the `n` bytes of `data`, or -1."""
    cdef Py_ssize_t at = n - m
    while at >= 0:
        if m == 0 or (data[at] == sub[0] and memcmp(data + at, sub, m) == 0):
            return at
        at -= 1
    return -1


cdef inline Py_ssize_t count(const unsigned char* data, Py_ssize_t n, const unsigned char* sub,
                             Py_ssize_t m) noexcept nogil:
    """How often the `m` bytes of `sub` occur in the `n` bytes of `data`, without overlaps."""
    cdef Py_ssize_t times = 0, at
    if m == 0:
        return n + 1
    at = find(data, n, sub, m)
    while at >= 0:
        times += 1
        data += at + m
        n -= at + m
        at = find(data, n, sub, m)
    return times
