"""Inline requests: one line of text, split into words by Redis' quoting rules, which are in the plain twin's words.

What belongs here: the splitting, and nothing about where the line came from. Any byte may stand in a word.
"""

from framewire._native.ascii cimport is_digit


cdef inline bint is_blank(unsigned char byte) noexcept nogil:
    """What C's isspace() takes for a space: it stands between words."""
    return byte == c" " or (9 <= byte <= 13)


cdef inline bint is_break(unsigned char byte) noexcept nogil:
    """What ends the plain part of a word; \\v and \\f do not: so it is in Redis."""
    return byte == c" " or byte == c"\n" or byte == c"\r" or byte == c"\t" or byte == c'"' or byte == c"'"


cdef inline bint is_hex(unsigned char byte) noexcept nogil:
    return is_digit(byte) or c"a" <= (byte | 32) <= c"f"


cdef inline int hex_digit(unsigned char byte) noexcept nogil:
    """Its value; caller must know `is_hex`."""
    return byte - c"0" if is_digit(byte) else (byte | 32) - c"a" + 10


cdef inline unsigned char unescaped(unsigned char byte) noexcept nogil:
    """What a backslash makes of the byte after it."""
    if byte == c"n":
        return c"\n"
    if byte == c"r":
        return c"\r"
    if byte == c"t":
        return c"\t"
    if byte == c"b":
        return c"\b"
    return 7 if byte == c"a" else byte


cdef inline const unsigned char* quoted(const unsigned char* p, const unsigned char* stop, bytearray word) except? NULL:
    """Append the quoted part at `p` to `word`; one past its closing quote, or NULL where there is none."""
    cdef unsigned char quote = p[0]
    cdef bint double = quote == c'"'
    p += 1
    while p < stop and p[0] != quote:
        if p[0] != c"\\" or stop - p < 2 or not (double or p[1] == quote):
            word.append(p[0])
            p += 1
        elif double and p[1] == c"x" and stop - p > 3 and is_hex(p[2]) and is_hex(p[3]):
            word.append(16 * hex_digit(p[2]) + hex_digit(p[3]))
            p += 4
        else:
            word.append(unescaped(p[1]) if double else p[1])
            p += 2
    return p + 1 if p < stop else NULL


cdef inline list split_words(const unsigned char* p, const unsigned char* stop):
    """The words of an inline request by Redis' quoting rules, or None where the quotes do not balance.

    A word is plain bytes, then at most one quoted part, which a blank or the end must follow.
    """
    cdef list words = []
    cdef bytearray word
    while True:
        while p < stop and is_blank(p[0]):
            p += 1
        if p == stop:
            return words
        word = bytearray()
        while p < stop and not is_break(p[0]):
            word.append(p[0])
            p += 1
        if p < stop and (p[0] == c"'" or p[0] == c'"'):
            p = quoted(p, stop, word)
            if p == NULL or (p < stop and not is_blank(p[0])):
                return None
        words.append(bytes(word))
