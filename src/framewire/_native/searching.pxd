"""Searching in memory, and the arguments of searches and indexing. Inlined where it is used.

What belongs here: first the functions on raw memory, which touch no Python object and cannot fail; then those that turn
what a caller passed into a byte, an index or bounds, as builtin `bytes` does, and raise as it does.
"""

from cpython.object cimport PyObject
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
    Py_ssize_t clamped "PyNumber_AsSsize_t"(object number, PyObject* error_if_too_large) except? -1

cdef enum:  # what `search_range` looks for
    FIRST
    LAST
    ALL


# ---- Memory --------------------------------------------------------------------------------------------------------


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


cdef inline Py_ssize_t search_range(const unsigned char* data, Py_ssize_t low, Py_ssize_t high,
                                    const unsigned char* sub, Py_ssize_t m, int what) noexcept:
    """Where the `m` bytes of `sub` stand in `data[low:high]` (-1: nowhere), or how often; by `bounds` of `data`."""
    cdef Py_ssize_t at
    if low > high:
        return 0 if what == ALL else -1
    if what == ALL:
        return count(data + low, high - low, sub, m)
    at = (find if what == FIRST else rfind)(data + low, high - low, sub, m)
    return at if at < 0 else at + low


# ---- Arguments -----------------------------------------------------------------------------------------------------


cdef inline int byte_value(object value) except -1:
    """`value` as a byte. Raises `ValueError` if it is none, `TypeError`."""
    cdef Py_ssize_t byte = clamped(value, NULL)
    if not 0 <= byte <= 255:
        raise ValueError("byte must be in range(0, 256)")
    return <int>byte


cdef inline Py_ssize_t index_of(object key, Py_ssize_t n) except -1:
    """`key` as an index into `n` bytes, counted from the end if negative. Raises `IndexError`, `TypeError`."""
    cdef Py_ssize_t at = clamped(key, <PyObject*>IndexError)
    if at < 0:
        at += n
    if not 0 <= at < n:
        raise IndexError(f"index {key} is out of range for {n} bytes")
    return at


cdef inline int bounds(object start, object end, Py_ssize_t n, Py_ssize_t* low, Py_ssize_t* high) except -1:
    """The bounds of a search in `n` bytes as `bytes.find` takes them; high <= n, but low may be above high."""
    low[0] = 0 if start is None else clamped(start, NULL)
    high[0] = n if end is None else min(n, clamped(end, NULL))
    if low[0] < 0:
        low[0] = max(0, low[0] + n)
    if high[0] < 0:
        high[0] = max(0, high[0] + n)
    return 0


cdef inline Py_ssize_t found(Py_ssize_t at) except -1:
    if at < 0:
        raise ValueError("subsection not found")
    return at
