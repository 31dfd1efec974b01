"""Numbers and line ends in wire text, as C: the strict readers and the fast printers that the RESP module is built of.

What belongs here: inline functions on byte ranges that know no Python object, raise nothing and run without the GIL.
A reader takes `p` and either a length or `stop`, one past the last byte that it may look at; it never looks further.
"""

cimport cython
from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memchr, memcpy


cdef inline bint is_digit(unsigned char byte) noexcept nogil:
    return <unsigned char>(byte - c"0") < 10


cdef inline const unsigned char* find(const unsigned char* p, const unsigned char* stop, int byte) noexcept nogil:
    """The first `byte` in p..stop, or NULL."""
    return <const unsigned char*>memchr(p, byte, <size_t>(stop - p))


cdef inline bint ends_line(const unsigned char* p) noexcept nogil:
    """Whether CR LF stands at `p`; caller must know that two bytes are there."""
    return p[0] == c"\r" and p[1] == c"\n"


cdef inline const unsigned char* read_count(
    const unsigned char* p, const unsigned char* stop, Py_ssize_t* count
) noexcept nogil:
    """The usual whole length line, quickly: `1*9DIGIT CR LF` without leading zeros. One past it, or NULL: look closer.

    NULL judges nothing: the line may be unfinished, wrong, or merely unusual.
    """
    cdef const unsigned char* first = p
    cdef Py_ssize_t value = 0
    if stop - p < 3:
        return NULL
    if is_digit(p[0]) and ends_line(p + 1):
        count[0] = p[0] - c"0"
        return p + 3
    while p < stop and is_digit(p[0]):
        value = value * 10 + (p[0] - c"0")
        p += 1
        if p - first > 9:
            return NULL
    if stop - p < 2 or not ends_line(p) or first[0] == c"0" or p == first:
        return NULL
    count[0] = value
    return p + 2


cdef inline const unsigned char* read_int64(
    const unsigned char* p, const unsigned char* stop, int64_t* number
) noexcept nogil:
    """As `read_count`, for the usual integer line: `["-"] 1*18DIGIT CR LF`."""
    cdef const unsigned char* first
    cdef int64_t value = 0
    cdef bint negative = p < stop and p[0] == c"-"
    p += negative
    first = p
    while p < stop and is_digit(p[0]):
        value = value * 10 + (p[0] - c"0")
        p += 1
        if p - first > 18:
            return NULL
    if p == first or stop - p < 2 or not ends_line(p) or (first[0] == c"0" and p - first > 1):
        return NULL
    number[0] = -value if negative else value
    return p + 2


@cython.overflowcheck(False)  # `0 - value` wraps on purpose: two's complement
cdef inline bint parse_int64(const unsigned char* p, Py_ssize_t length, int64_t* result) noexcept nogil:
    """Exactly `["+"/"-"] 1*DIGIT`, no leading zeros, within 64 bits; False for all else."""
    cdef const unsigned char* stop = p + length
    cdef bint negative = length > 0 and p[0] == c"-"
    cdef uint64_t most = <uint64_t>1 << 63 if negative else (<uint64_t>1 << 63) - 1
    cdef uint64_t value = 0
    cdef unsigned char digit
    if length > 0 and (p[0] == c"-" or p[0] == c"+"):
        p += 1
    if p == stop or stop - p > 19 or (p[0] == c"0" and stop - p > 1):
        return False
    while p < stop:
        if not is_digit(p[0]):
            return False
        digit = p[0] - c"0"
        if value > (most - digit) // 10:
            return False
        value = value * 10 + digit
        p += 1
    result[0] = <int64_t>(0 - value) if negative else <int64_t>value
    return True


cdef inline bint parse_count(const unsigned char* p, Py_ssize_t length, Py_ssize_t* count) noexcept nogil:
    """As `parse_int64` without a sign: a length or a count."""
    cdef int64_t value
    if length == 0 or not is_digit(p[0]) or not parse_int64(p, length, &value):
        return False
    count[0] = <Py_ssize_t>value
    return True


cdef inline bint parse_signed_count(const unsigned char* p, Py_ssize_t length, int64_t* count) noexcept nogil:
    """As Redis reads the counts of requests: as `parse_count`, or negative, but not `-0`."""
    if length == 0 or p[0] == c"+" or (length > 1 and p[0] == c"-" and p[1] == c"0"):
        return False
    return parse_int64(p, length, count)


cdef inline const unsigned char* skip_digits(const unsigned char* p, const unsigned char* stop) noexcept nogil:
    while p < stop and is_digit(p[0]):
        p += 1
    return p


cdef inline bint is_decimal(const unsigned char* p, Py_ssize_t length) noexcept nogil:
    """Whether a double is spelled `[sign] 1*DIGIT ["." 1*DIGIT] [("e"/"E") [sign] 1*DIGIT]`."""
    cdef const unsigned char* stop = p + length
    cdef const unsigned char* mark
    if p < stop and (p[0] == c"-" or p[0] == c"+"):
        p += 1
    mark = p
    p = skip_digits(p, stop)
    if p == mark:
        return False
    if p < stop and p[0] == c".":
        mark = p + 1
        p = skip_digits(mark, stop)
        if p == mark:
            return False
    if p < stop and (p[0] == c"e" or p[0] == c"E"):
        p += 1
        if p < stop and (p[0] == c"-" or p[0] == c"+"):
            p += 1
        mark = p
        p = skip_digits(p, stop)
        if p == mark:
            return False
    return p == stop


@cython.overflowcheck(False)  # `0 - value` wraps on purpose: two's complement
cdef inline unsigned char* put_decimal(unsigned char* out, int64_t value) noexcept nogil:
    """Print `value` at `out` and return one past it; caller must have 20 bytes of room."""
    cdef unsigned char[20] text
    cdef int at = 20
    cdef uint64_t rest
    if value < 0:
        out[0] = c"-"
        out += 1
        rest = <uint64_t>0 - <uint64_t>value
    else:
        rest = <uint64_t>value
    if rest < 10:
        out[0] = <unsigned char>(c"0" + rest)
        return out + 1
    while rest:
        at -= 1
        text[at] = <unsigned char>(c"0" + rest % 10)
        rest //= 10
    memcpy(out, &text[at], 20 - at)
    return out + (20 - at)


cdef inline unsigned char* put_header(unsigned char* out, unsigned char kind, int64_t value) noexcept nogil:
    """Print `kind value CR LF` at `out` and return one past it; caller must have 23 bytes of room."""
    out[0] = kind
    out = put_decimal(out + 1, value)
    out[0] = c"\r"
    out[1] = c"\n"
    return out + 2
