"""A place in a byte stream, for C: the base of the two grammars, `resp_replies` and `resp_requests`.

What belongs here: the fields, each with its meaning, and the steps of each call and each item, which must be inlined.
"""

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.object cimport PyObject

from framewire._native.block cimport Block
from framewire._native.mutable cimport BytesMut

cdef enum:
    LARGE = 65536                   # a payload this large that is not all here is received in a block of its own
    PREALLOCATED = 1024             # items for which memory is taken on the peer's word
    LONGEST_NUMBER = 19             # bytes of text in a line that a quick path takes

cdef object MORE                    # the item is not all here
cdef object OPEN                    # something was read, but no item is whole yet


cdef class Reader:
    """Bytes of one call (`base` to `stop`, read up to `p`) and the memory between calls (all that is no pointer)."""
    cdef object limits              # the RespLimits, of which these are the fields:
    cdef Py_ssize_t max_bulk, max_line, max_elements, max_depth, max_frame
    cdef Py_ssize_t quick_most      # longest payload that a quick path may take
    cdef Py_ssize_t keeps           # bytes of a payload that are kept at most: a scanner looks at the head only
    cdef const unsigned char* p     # the next byte to read
    cdef const unsigned char* base  # where this call began
    cdef const unsigned char* stop  # one past the last byte that is here
    cdef const unsigned char* fast  # the quick paths end here: what may pass a limit is for the slow ones to judge
    cdef const unsigned char* mark  # where the current frame began, or where this call found it
    cdef Py_ssize_t before          # bytes of the current frame in front of `mark`
    cdef Py_ssize_t searched        # bytes after the first one of an unfinished line that hold no LF
    cdef bint begun                 # the last call ended inside an item, for want of bytes
    cdef Py_ssize_t length          # of the payload that is awaited; -1: none
    cdef bytes landed               # that payload, while its CR LF is awaited
    cdef object error               # what was refused; it is refused for ever
    cdef bint running               # inside a call; nothing else may enter then
    cdef PyObject* src              # the buffer of that call, borrowed; NULL: none, or its bytes are not consumed
    cdef Block block                # the memory that `p` points into: a second holder, so nobody moves it

    # what a grammar has of its own

    cdef object next_item(self)     # the next item, consumed; or MORE
    cdef void forget(self) noexcept  # let go of what was read of the current item
    cdef object line_too_long(self)                     # refusals, whose words depend on the side
    cdef object bad_line_end(self)
    cdef object bad_payload_end(self)
    cdef object frame_too_long(self, Py_ssize_t size)

    # one call: `enter`, any number of `next_item`, `leave`; after an exception there is no `leave`

    cdef int set_limits(self, object limits) except -1
    cdef int refuse_again(self) except -1
    cdef object refuse(self, object error)
    cdef int land(self, BytesMut src) except -1

    cdef inline int enter(self, BytesMut src) except -1:
        """Begin a call on `src`. A large payload that has arrived is taken as it stands, uncopied if it can be."""
        self.check()
        if self.length >= LARGE:
            self.land(src)
        self.src = <PyObject*>src
        self.block = src.block
        self.start(src.ptr, src.len)
        return 0

    cdef inline int leave(self, BytesMut src, bint more) except -1:
        """End a call: consume what was understood, and announce a large payload to the buffer."""
        self.consume()
        self.rest(more)
        if self.length >= LARGE and self.landed is None:
            src.expect(self.length)
        return 0

    cdef inline int check(self) except -1:
        """Refuse a call after a refusal, or after a call that died half-way (of lack of memory, or of Ctrl-C)."""
        if self.running or self.error is not None:
            self.refuse_again()
        return 0

    cdef inline void start(self, const unsigned char* p, Py_ssize_t length) noexcept:
        """Go on with `length` bytes at `p`, which must stay there until the call ends."""
        self.running = True
        self.p = self.base = self.mark = p
        self.stop = p + length
        self.aim()

    cdef inline void consume(self) noexcept:
        """Let go of the caller's buffer, advanced to `p`."""
        cdef Py_ssize_t count = self.p - self.base
        cdef PyObject* src = self.src
        self.running = False
        self.src = NULL
        self.block = None
        if src != NULL:
            (<BytesMut>src).drop(min(count, (<BytesMut>src).len))

    cdef inline void rest(self, bint more) noexcept:
        """Remember the place; `more`: inside an item, for want of bytes."""
        self.before = self.used()
        self.begun = more and (self.before > 0 or self.p < self.stop)
        self.mark = self.p

    # one frame

    cdef inline void aim(self) noexcept:
        """Set `fast` to where the current frame would pass its limit, if that is in these bytes."""
        cdef Py_ssize_t allowed = max(self.max_frame - self.before, 0)
        self.fast = self.stop if self.stop - self.mark <= allowed else self.mark + allowed
        if self.max_line < LONGEST_NUMBER:      # the quick paths do not measure their lines
            self.fast = self.mark

    cdef inline void frame_ends(self) noexcept:
        self.mark = self.p
        self.before = 0
        self.aim()

    cdef inline Py_ssize_t used(self) noexcept:
        """Bytes of the current frame in front of `p`."""
        return self.before + (self.p - self.mark)

    cdef inline int charge(self, Py_ssize_t coming) except -1:
        """Count what was consumed, and `coming` bytes that are announced, against the limit of the whole frame."""
        if self.used() + coming > self.max_frame:
            self.refuse(self.frame_too_long(self.used() + coming))
        return 0

    # lines and payloads

    cdef Py_ssize_t take_until_feed(self, Py_ssize_t first, Py_ssize_t most) except -2
    cdef Py_ssize_t take_line(self) except -2
    cdef object take_payload(self)
    cdef Py_ssize_t fill(self, PyObject* items, Py_ssize_t wants) except -1

    cdef inline void skip_to(self, const unsigned char* p) noexcept:
        """Consume what a quick path understood, of which earlier calls may have searched a part."""
        self.p = p
        self.searched = 0

    cdef inline bytes text(self, Py_ssize_t length):
        """The text of the line that `take_line` consumed last."""
        return PyBytes_FromStringAndSize(<const char*>self.p - 2 - length, length)
