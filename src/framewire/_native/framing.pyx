"""The compiled takers: the twins of `framewire._pure.framing`, with the same names and behaviour.

What belongs here: one pass over the front of a buffer for each frame that is whole and within its limits. Everything
else returns nothing and changes nothing, so no error but that of a wrong parameter begins here.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.unicode cimport PyUnicode_Decode
from libc.stdint cimport int64_t, uint64_t

from framewire._native.block cimport check_count
from framewire._native.mutable cimport BytesMut
from framewire._native.numbers cimport load_be, load_le
from framewire._native.objects cimport push
from framewire._native.searching cimport find

cdef extern from "Python.h":
    Py_ssize_t PY_SSIZE_T_MAX

cdef Py_ssize_t CAP = PY_SSIZE_T_MAX >> 3   # more than memory holds; sums of a few such numbers cannot overflow


@cython.final
cdef class DelimitedItems:
    """Takes items that end with a delimiter, and remembers how far it has looked for it.

    Items are `bytes`, or `str` with an `encoding`. Where the byte `optional` stands before a delimiter, it belongs to
    that (the CR of lines). `searched` (no delimiter begins before it) and `skipping` (take nothing) may be set: they
    are the codec's and the taker's common memory of one buffer.
    """
    cdef readonly bytes delimiter
    cdef readonly Py_ssize_t max_length
    cdef readonly Py_ssize_t reach          # a longest item and its delimiter end here
    cdef public Py_ssize_t searched         # no delimiter begins before this; may be beyond the end of another buffer
    cdef public bint skipping               # the codec drops bytes up to the next delimiter: take nothing
    cdef bytes text                         # the encoding, NUL-terminated; None: items are bytes
    cdef int optional                       # the byte that may stand before a delimiter; -1: none

    def __init__(self, bytes delimiter not None, object max_length, bytes optional not None=b"", str encoding=None):
        """Raises `ValueError` for an empty delimiter, a limit below 1, or more than one optional byte."""
        if not delimiter:
            raise ValueError("a delimiter has at least one byte")
        if max_length < 1:
            raise ValueError(f"max_length is at least 1, not {max_length}")
        if len(optional) > 1:
            raise ValueError(f"at most one byte before a delimiter is optional, not {len(optional)}")
        self.delimiter = delimiter
        self.max_length = min(max_length, CAP)
        self.reach = self.max_length + len(optional) + len(delimiter)
        self.searched = 0
        self.skipping = False
        self.text = encoding.encode() if encoding else None
        self.optional = <unsigned char>optional[0] if optional else -1

    cdef object next(self, BytesMut src):
        """The next item, or None with nothing consumed."""
        cdef Py_ssize_t low = max(0, self.searched), high = min(src.len, self.reach)
        cdef Py_ssize_t m = PyBytes_GET_SIZE(self.delimiter), at = -1, size
        if self.skipping:
            return None
        if low < high:
            at = find(src.ptr + low, high - low, <const unsigned char*>PyBytes_AS_STRING(self.delimiter), m)
        if at < 0:
            self.searched = max(self.searched, high - m + 1)
            return None
        at += low
        size = at
        if size and src.ptr[size - 1] == self.optional:
            size -= 1
        if size > self.max_length:
            return None
        item = self.made(<const char*>src.ptr, size)
        if item is not None:
            src.drop(at + m)
            self.searched = 0
        return item

    cdef inline object made(self, const char* data, Py_ssize_t size):
        """The item of these bytes, or None if they are no text."""
        if self.text is None:
            return PyBytes_FromStringAndSize(data, size)
        try:
            return PyUnicode_Decode(<char*>data, size, PyBytes_AS_STRING(self.text), NULL)
        except UnicodeError:
            return None

    @cython.always_allow_keywords(False)
    def take(self, BytesMut src not None):
        """The next item without its delimiter, or `None`; O(bytes) over all calls, copies the item.

        `None` where there is no delimiter within reach, where the item is longer than the limit, where it is no text,
        and while skipping. Nothing is consumed then.
        """
        return self.next(src)

    def take_batch(self, BytesMut src not None, Py_ssize_t max_items):
        """What `take` would return, call after call, up to `max_items` of them or to the first `None`."""
        cdef list items = []
        check_count(max_items)
        while len(items) < max_items:
            item = self.next(src)
            if item is None:
                break
            push(items, item)
        return items


@cython.final
cdef class PrefixedFrames:
    """Takes frames that a number before them gives the length of.

    The number has `width` bytes (1 to 8) and stands `offset` bytes from the front; plus `adjustment` it is the length
    of the frame that begins `skip` bytes from the front.
    """
    cdef Py_ssize_t offset          # of the number
    cdef Py_ssize_t width           # its bytes
    cdef Py_ssize_t skip            # bytes before the frame
    cdef Py_ssize_t head            # bytes that must be there before the number counts: up to its end, and all skipped
    cdef Py_ssize_t most            # the longest frame; -1: take nothing, the parameters are beyond CAP
    cdef int64_t adjustment         # number + adjustment = length
    cdef bint little

    def __init__(self, offset, width, byteorder, adjustment, skip, max_length):
        """Raises `ValueError` for a width that is not 1 to 8, a byte order that is neither, or a negative count."""
        if not 1 <= width <= 8:
            raise ValueError(f"a length field has 1 to 8 bytes, not {width}")
        if byteorder not in ("big", "little"):
            raise ValueError(f"byteorder is 'big' or 'little', not {byteorder!r}")
        if min(offset, skip, max_length) < 0:
            raise ValueError("an offset, a number of bytes to skip and a limit are not negative")
        self.little = byteorder == "little"
        self.width = width
        self.offset = min(offset, CAP)
        self.skip = min(skip, CAP)
        self.head = max(self.offset + self.width, self.skip)
        self.most = min(max_length, CAP) if -CAP <= adjustment <= CAP else -1
        self.adjustment = max(-CAP, min(adjustment, CAP))

    cdef object next(self, BytesMut src):
        """The next frame, or None with nothing consumed."""
        cdef const unsigned char* at
        cdef uint64_t number
        cdef int64_t length
        if src.len < self.head:
            return None
        at = src.ptr + self.offset
        number = load_le(at, self.width) if self.little else load_be(at, self.width)
        if number > 2 * <uint64_t>CAP:
            return None  # beyond every limit
        length = <int64_t>number + self.adjustment
        if not 0 <= length <= self.most or not 0 < self.skip + length <= src.len:
            return None
        frame = PyBytes_FromStringAndSize(<const char*>src.ptr + self.skip, length)
        src.drop(self.skip + length)
        return frame

    @cython.always_allow_keywords(False)
    def take(self, BytesMut src not None):
        """The next frame without what is skipped, or `None`; copies the frame.

        `None` where the frame is not whole, its length is negative or above the limit, or where nothing would be
        consumed, so that the same would come for ever.
        """
        return self.next(src)

    def take_batch(self, BytesMut src not None, Py_ssize_t max_items):
        """What `take` would return, call after call, up to `max_items` of them or to the first `None`."""
        cdef list frames = []
        check_count(max_items)
        while len(frames) < max_items:
            frame = self.next(src)
            if frame is None:
                break
            push(frames, frame)
        return frames
