"""The grammar of requests, compiled: what a server accepts from its clients, in Redis' own words where it refuses.

What belongs here: the two forms of a request, and their limits. An array of bulks, or one line of text; nothing nests.

    request --"*", count > 0--> `missing` > 0: ARGUMENT --"$", length--> `length` >= 0: PAYLOAD --the last--> done
      | ^                                ^                                                 |
      | |                                +----------------- wants more --------------------+
      | +--"*", count <= 0; blank line (skipped without an answer)
      +---any other first byte: a line of words--> done

It is stricter than Redis in one thing: what must be CR LF is looked at.
"""

cimport cython
from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from framewire._native.ascii cimport parse_signed_count, read_count
from framewire._native.objects cimport list_for, push
from framewire._native.resp_inline cimport split_words
from framewire._native.resp_reader cimport MORE, OPEN, PREALLOCATED

from framewire.frames import refusals

cdef enum:
    STRANGER_ARGUMENTS = 10         # what a client may send before it has authenticated
    STRANGER_BULK = 16384


@cython.final
cdef class Requests(Reader):
    """Reads one request after the other into lists of bytes."""
    cdef list arguments             # of the request that is being read, or None
    cdef Py_ssize_t missing         # arguments still to come
    cdef bint stranger              # a client that has not authenticated: tighter limits

    cdef int set_limits(self, object limits) except -1:
        Reader.set_limits(self, limits)
        if self.stranger:
            self.quick_most = min(self.max_bulk, <Py_ssize_t>STRANGER_BULK)
        return 0

    cdef void forget(self) noexcept:
        self.arguments = None

    # -- the words of refusals

    cdef object line_too_long(self):
        kind = self.p[0] if self.missing or self.p[0] == c"*" else 0
        return refusals.request_line_too_long(kind, self.max_line)

    cdef object bad_line_end(self):
        return refusals.request_invalid("crlf")

    cdef object bad_payload_end(self):
        return refusals.request_invalid("crlf")

    cdef object frame_too_long(self, Py_ssize_t size):
        return refusals.request_too_long(size, self.max_frame)

    # -- a request

    cdef object next_item(self):
        """The next request, or MORE. Empty ones are skipped."""
        while True:
            if not self.missing:
                if self.p == self.stop:
                    return MORE
                item = self.begin_request() if self.p[0] == c"*" else self.inline_request()
                if item is not OPEN:
                    return item
                if not self.missing:
                    self.frame_ends()
                    continue
            if self.take_arguments() is MORE:
                return MORE
            item, self.arguments = self.arguments, None
            self.frame_ends()
            return item

    cdef object begin_request(self):
        """The header of an array: OPEN, with `missing` set; or MORE."""
        cdef int64_t count
        cdef Py_ssize_t length
        cdef const unsigned char* after = read_count(self.p + 1, self.fast, &length)
        if after != NULL:
            self.skip_to(after)
            count = length
        else:
            length = self.take_line()
            if length < 0:
                return MORE
            if not parse_signed_count(self.p - 2 - length, length, &count):
                return self.refuse(refusals.request_invalid("count"))
        if count > 0:
            self.check_count(count)
            self.missing = count
            self.arguments = list_for(min(count, <Py_ssize_t>PREALLOCATED))
        return OPEN

    cdef int check_count(self, Py_ssize_t count) except -1:
        if count > self.max_elements:
            self.refuse(refusals.request_count_too_long(count, self.max_elements, True))
        if self.stranger and count > STRANGER_ARGUMENTS:
            self.refuse(refusals.request_count_too_long(count, STRANGER_ARGUMENTS, False))
        return 0

    cdef object take_arguments(self):
        """Read the missing arguments: None once they are all here; or MORE."""
        while True:
            if self.length < 0:
                self.missing = self.fill(<PyObject*>self.arguments, self.missing)
            if not self.missing:
                return None
            argument = self.take_argument()
            if argument is MORE:
                return MORE
            push(self.arguments, argument)
            self.missing -= 1

    cdef object take_argument(self):
        cdef int64_t size
        cdef Py_ssize_t length
        if self.length < 0:
            if self.p == self.stop:
                return MORE
            if self.p[0] != c"$":
                return self.refuse(refusals.request_expected_bulk(self.p[0]))
            length = self.take_line()
            if length < 0:
                return MORE
            if not parse_signed_count(self.p - 2 - length, length, &size) or size < 0:
                return self.refuse(refusals.request_invalid("length"))
            self.check_length(size)
            self.charge(size + 2)
            self.length = size
        return self.take_payload()

    cdef int check_length(self, Py_ssize_t length) except -1:
        if length > self.max_bulk:
            self.refuse(refusals.request_bulk_too_long(length, self.max_bulk, True))
        if self.stranger and length > STRANGER_BULK:
            self.refuse(refusals.request_bulk_too_long(length, STRANGER_BULK, False))
        return 0

    cdef object inline_request(self):
        """A request on one line; OPEN for a blank one, or MORE."""
        cdef Py_ssize_t length = self.take_until_feed(0, self.max_line)
        cdef const unsigned char* end = self.p - 1
        if length < 0:
            return MORE
        self.charge(0)
        if length and (end - 1)[0] == c"\r":
            words = split_words(end - length, end - 1)
        else:
            words = split_words(end - length, end)
        if words is None:
            return self.refuse(refusals.request_invalid("quotes"))
        if not words:
            return OPEN
        self.frame_ends()
        return words


cdef Reader new_requests(object limits):
    """A reader of requests, as lists of bytes."""
    cdef Requests made = Requests.__new__(Requests)
    made.set_limits(limits)
    return made


cdef int set_stranger(Reader reader, bint stranger) except -1:
    """Say whether the client has yet to authenticate. To a reader of replies that makes no difference."""
    if isinstance(reader, Requests):
        (<Requests>reader).stranger = stranger
        reader.set_limits(reader.limits)
    return 0
