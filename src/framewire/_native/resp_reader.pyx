"""A place in a byte stream, compiled: what the grammar of replies and the grammar of requests both stand on.

What belongs here: taking lines, payloads and line ends off one call's bytes, and what is remembered from one call to
the next. No grammar. The fields, and the steps that are inlined into the grammars, are in `resp_reader.pxd`.

What is understood is consumed; of an unfinished line `searched` tells how far it was searched. Beside each slow step,
which judges, stands a quick one for what is usual and all here; a quick step that meets anything else does nothing, and
leaves it to the slow one.
"""

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.object cimport PyObject

from framewire._native.ascii cimport ends_line, find, read_count
from framewire._native.objects cimport list_push, new_bytes

from copy import copy

from framewire.errors import ProtocolError

cdef extern from "Python.h":
    Py_ssize_t PY_SSIZE_T_MAX

cdef object MORE = object()
cdef object OPEN = object()


cdef class Reader:
    def __cinit__(self):
        self.length = -1
        self.keeps = PY_SSIZE_T_MAX

    # -- what a grammar has of its own

    cdef object next_item(self):
        raise NotImplementedError

    cdef void forget(self) noexcept:
        pass

    cdef object line_too_long(self):
        raise NotImplementedError

    cdef object bad_line_end(self):
        raise NotImplementedError

    cdef object bad_payload_end(self):
        raise NotImplementedError

    cdef object frame_too_long(self, Py_ssize_t size):
        raise NotImplementedError

    # -- one call

    cdef int set_limits(self, object limits) except -1:
        self.max_bulk, self.max_line, self.max_elements = limits.max_bulk, limits.max_line, limits.max_elements
        self.max_depth, self.max_frame = limits.max_depth, limits.max_frame
        self.limits = limits
        self.quick_most = self.max_bulk
        return 0

    cdef int land(self, BytesMut src) except -1:
        """Take the awaited payload off `src`, if all of it is there, as it stands."""
        if self.landed is None and src.len >= self.length:
            self.landed = src.take_front(self.length).to_bytes()
            self.before += self.length
        return 0

    cdef int refuse_again(self) except -1:
        """Raise what was refused. A call that died half-way counts as refused, for nobody knows where it was."""
        if self.error is None:
            self.error = ProtocolError("an earlier call has not come to its end")
        raise copy(self.error)

    cdef object refuse(self, object error):
        """Raise `error`, now and ever after; let go of what was read.

        A copy of it: one that was raised holds the frames that it went through, and so the caller's buffers.
        """
        self.error = error
        self.forget()
        self.landed = None
        self.consume()
        raise copy(error)

    # -- lines and payloads

    cdef Py_ssize_t take_until_feed(self, Py_ssize_t first, Py_ssize_t most) except -2:
        """Consume the line at `p`: length of its text between the `first` bytes in front and LF; -1: not all here.

        The text then ends one byte in front of `p`. No byte is searched twice.
        """
        cdef const unsigned char* text = self.p + first
        cdef const unsigned char* feed = find(text + self.searched, self.stop, c"\n")
        cdef Py_ssize_t length = (feed if feed != NULL else self.stop) - text
        if length > most:
            self.refuse(self.line_too_long())
        if feed == NULL:
            self.searched = length
            return -1
        self.searched = 0
        self.p = feed + 1
        return length

    cdef Py_ssize_t take_line(self) except -2:
        """Consume the line at `p`: length of its text between its first byte and CR LF; -1: not all here.

        The text then ends two bytes in front of `p`.
        """
        cdef Py_ssize_t length = self.take_until_feed(1, self.max_line + 1)
        cdef const unsigned char* text = self.p - 1 - length
        if length < 0:
            return -1
        if length == 0 or find(text, self.p - 1, c"\r") != self.p - 2:
            self.refuse(self.bad_line_end())
        self.charge(0)
        return length - 1

    cdef object take_payload(self):
        """The awaited payload, consumed with its CR LF; or MORE. Of a long one only what `keeps` allows is kept."""
        if self.landed is None:
            if self.stop - self.p < self.length:
                return MORE
            kept = min(self.length, self.keeps)
            self.landed = PyBytes_FromStringAndSize(<const char*>self.p, kept)
            self.p += self.length
        if self.p == self.stop:
            return MORE
        if self.p[0] != c"\r" or (self.stop - self.p > 1 and self.p[1] != c"\n"):
            self.refuse(self.bad_payload_end())
        if self.stop - self.p == 1:
            return MORE
        self.p += 2
        self.length = -1
        payload, self.landed = self.landed, None
        return payload

    cdef Py_ssize_t fill(self, PyObject* items, Py_ssize_t wants) except -1:
        """Take bulks that are all here and pass no limit into the list `items`: how many of `wants` are missing."""
        cdef const unsigned char* p = self.p
        cdef const unsigned char* data
        cdef Py_ssize_t length
        while wants and p < self.fast and p[0] == c"$":
            data = read_count(p + 1, self.fast, &length)
            if data == NULL or length > self.quick_most or self.fast - data - 2 < length:
                break
            if not ends_line(data + length):
                break
            list_push(items, new_bytes(<const char*>data, length))
            p = data + length + 2
            wants -= 1
        if p != self.p:
            self.skip_to(p)
        return wants
