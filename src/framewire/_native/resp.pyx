"""RESP2 and RESP3, compiled: the same names, results and messages as the plain twin, which is the specification.

What belongs here: one grammar as a state machine on C memory, its outputs (frames, values, nothing), the requests of a
server's clients, and the encoders. It reads and writes the memory of `BytesMut` directly and knows no I/O.

                      header of an aggregate: push a level
              +-------------------------------------------------+
              v                                                 |
    reply: ITEM --- a line, or a header and its payload ---> give it to the innermost level ---> no level: done
              |                                                 ^      |                          (`frame_ends`)
              | header of a payload that is not here            |      | that fills it: pop it, it is an item itself
              v                                                 |      +--+
          `length` >= 0: the payload is awaited ----------------+         v
                                                                       ITEM, while it wants more

The levels are on a heap stack that `max_depth` bounds, so nothing recurses. What is understood is consumed; of an
unfinished line `searched` tells how far it was searched. Beside each slow step, which judges, stands a quick one for
what is usual and all here; a quick step that meets anything else does nothing, and leaves it to the slow one.
"""

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.list cimport PyList_AsTuple
from cpython.long cimport PyLong_FromLongLong
from cpython.mem cimport PyMem_Free, PyMem_Realloc
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF, Py_XDECREF
from libc.stdint cimport int64_t
from libc.string cimport memchr, memcmp, memcpy, memset

from framewire._native.ascii cimport (
    ends_line, find, is_decimal, parse_count, parse_int64, parse_signed_count, put_decimal, put_header, read_count,
    read_int64,
)
from framewire._native.buffer cimport Block, Bytes, BytesMut, Cursor
from framewire._native.objects cimport (
    PyLong_AsLongLong, PyLong_AsLongLongAndOverflow, PyUnicode_AsUTF8AndSize, PyUnicode_GET_LENGTH, all_bytes,
    fill_slot, is_ascii, list_for, list_push, new_bytes, new_instance, push, resize_bytes, slot, slot_offset, untrack,
)
from framewire._native.words cimport split_words

from copy import copy

from framewire.errors import ProtocolError
from framewire.frames import refusals
from framewire.frames.decimals import MAX_DIGITS, format_double, format_integer, parse_big_number, parse_double
from framewire.frames.resp import (
    Array, Attributed, BigNumber, Boolean, Bulk, BulkError, Double, Error, Integer, Map, Null, Push, RespLimits, Set,
    Simple, Verbatim, value_of_map, value_of_set,
)

__all__ = ["FrameScanner", "RespDecoder", "encode_commands", "encode_frame", "encode_values", "pack_command"]


@cython.final
cdef class Shape:
    """How to make and read the instances of one slotted frame class without calling Python code."""
    cdef type cls
    cdef Py_ssize_t first           # offset of its first field
    cdef Py_ssize_t second          # offset of its second field; 0: it has one only
    cdef bint leaf                  # it holds bytes or a number, so the garbage collector need not know of it
    cdef bint direct                # the offsets are known; else go through the constructor

    def __cinit__(self, type cls, str first, str second=None):
        self.cls = cls
        self.first = slot_offset(cls.__dict__.get(first))
        self.second = slot_offset(cls.__dict__.get(second)) if second is not None else 0
        self.leaf = first != "items" and first != "pairs"
        self.direct = self.first != 0 and (second is None or self.second != 0)
        self.direct = self.direct and self._agrees_with_constructor(second is not None)

    cdef bint _agrees_with_constructor(self, bint two):
        if two:
            return self.make_two(b"a", b"b") == self.cls(b"a", b"b")
        return self.make(b"a") == self.cls(b"a")

    cdef inline object make(self, object value):
        if not self.direct:
            return self.cls(value)
        instance = new_instance(self.cls, 0)
        fill_slot(instance, self.first, value)
        if self.leaf:
            untrack(instance)
        return instance

    cdef object make_two(self, object value, object other):
        if not self.direct:
            return self.cls(value, other)
        instance = new_instance(self.cls, 0)
        fill_slot(instance, self.first, value)
        fill_slot(instance, self.second, other)
        return instance


cdef Shape SIMPLE = Shape(Simple, "data")
cdef Shape ERROR = Shape(Error, "data")
cdef Shape INTEGER = Shape(Integer, "value")
cdef Shape BULK = Shape(Bulk, "data")
cdef Shape BULK_ERROR = Shape(BulkError, "data")
cdef Shape PUSH = Shape(Push, "items")
cdef Shape ARRAY = Shape(Array, "items")
cdef Shape SET = Shape(Set, "items")
cdef Shape MAP = Shape(Map, "pairs")
cdef Shape VERBATIM = Shape(Verbatim, "format", "data")

cdef object OK = Simple(b"OK")
cdef object PONG = Simple(b"PONG")
cdef object QUEUED = Simple(b"QUEUED")


# ---- The decoder -----------------------------------------------------------------------------------------------------

cdef enum Output:
    FRAMES
    VALUES
    REQUESTS
    NOTHING                         # the scanner's: only where the frame ends

cdef enum:
    LARGE = 65536                   # a payload this large that is not all here is received in a block of its own
    PREALLOCATED = 1024             # items for which memory is taken on the peer's word
    STRANGER_ARGUMENTS = 10         # what a client may send before it has authenticated
    STRANGER_BULK = 16384
    LONGEST_NUMBER = 19             # bytes of text in a line that a quick path takes
    STREAMED = -1                   # what a level wants that is open until its END

cdef dict OUTPUTS = {"frames": FRAMES, "values": VALUES, "requests": REQUESTS}
cdef dict NOUNS = refusals.NOUNS
cdef object MORE = object()         # the item is not all here
cdef object OPEN = object()         # something was read, but no item is whole yet


cdef struct Level:
    # One aggregate that is being read.
    PyObject* items                 # owned list of what was read, keys and values by turns; NULL: not kept
    PyObject* notes                 # owned tuple of the pairs of an attribute, once they are whole; else NULL
    Py_ssize_t wants                # items still to come, or STREAMED
    Py_ssize_t received             # items of a streamed one so far
    unsigned char kind              # its type byte
    bint annotates                  # an attribute whose pairs are whole: it waits for the one item that they annotate
    bint at_top                     # that item stands at top level


@cython.final
cdef class RespDecoder:
    """Takes RESP items off the front of a buffer, resumable at every byte, in time linear in the bytes.

    `output` says what the items are: `"frames"` (the classes of `framewire.frames.resp`), `"values"` (see `RespValue`),
    or `"requests"` (lists of `bytes`: what clients send to a server, inline commands included).

    Between two calls bytes may only be appended to what was left in the buffer; it may then be another buffer object
    that holds those same bytes. Nothing but `ProtocolError` is raised for any bytes, and by each later call again.
    """

    cdef Output output
    cdef object limits_             # the RespLimits, of which these are the fields:
    cdef Py_ssize_t max_bulk, max_line, max_elements, max_depth, max_frame
    cdef const unsigned char* p     # the next byte to read
    cdef const unsigned char* base  # where this call began
    cdef const unsigned char* stop  # one past the last byte that is here
    cdef const unsigned char* fast  # the quick paths end here: what may pass a limit is for the slow ones to judge
    cdef const unsigned char* mark  # where the current frame began, or where this call found it
    cdef Py_ssize_t before          # bytes of the current frame in front of `mark`
    cdef Py_ssize_t at              # where in the frame the current item began, for messages
    cdef Py_ssize_t searched        # bytes after the first one of an unfinished line that hold no LF
    cdef bint begun                 # a byte of an unfinished item has been seen
    cdef Py_ssize_t length          # of the payload that is awaited; -1: none
    cdef unsigned char kind         # its type byte
    cdef bytes landed               # that payload, while its CR LF is awaited
    cdef Level* stack               # the open aggregates, outermost first
    cdef Py_ssize_t depth           # how many
    cdef Py_ssize_t allocated       # levels for which `stack` has memory
    cdef list chunks                # of the streamed string that is being read, or None
    cdef Py_ssize_t streamed        # bytes of those chunks
    cdef list arguments             # of the request that is being read, or None
    cdef Py_ssize_t missing         # arguments still to come
    cdef bint stranger              # a client that has not authenticated: tighter limits
    cdef Py_ssize_t quick_most      # longest payload that a quick path may take
    cdef object error               # what was refused; it is refused for ever
    cdef bint running               # inside a call; nothing else may enter then
    cdef PyObject* src              # the buffer of that call, borrowed; NULL: none, or its bytes are not consumed
    cdef Block block                # the memory that `p` points into: a second holder, so nobody moves it

    def __cinit__(self):
        self.length = -1

    def __init__(self, str output not None, limits=RespLimits()):
        if output not in OUTPUTS:
            raise ValueError(f"output must be one of {', '.join(OUTPUTS)}, not {output!r}")
        self.output = OUTPUTS[output]
        self.set_limits(limits)

    @property
    def limits(self):
        """What the peer may ask; may be set at any time, even between the pieces of one item."""
        return self.limits_

    @limits.setter
    def limits(self, limits):
        self.set_limits(limits)

    @property
    def authenticated(self):
        """For requests: False applies Redis' limits for strangers too, 10 arguments of 16 KiB each. True at first."""
        return not self.stranger

    @authenticated.setter
    def authenticated(self, bint yes):
        self.stranger = not yes
        self.set_limits(self.limits_)

    @property
    def idle(self):
        """True between items: not one byte of an unfinished item has been seen, and nothing was refused."""
        return self.error is None and not self.begun

    @cython.binding(False)
    def decode(self, BytesMut src not None, default=None):
        """The next item, consumed from `src`, or `default` while it is not all there.

        The understood part of an unfinished item is consumed too, and remembered. Raises `ProtocolError`.
        """
        self.enter(src)
        item = self.next_item()
        self.leave(src, item is MORE)
        return default if item is MORE else item

    @cython.binding(False)
    def decode_batch(self, BytesMut src not None, Py_ssize_t max_items):
        """Up to `max_items` items that are there, consumed from `src`; those before an offender too.

        Raises `ProtocolError` when an offender comes first, which is so at the call after the one that met it.
        """
        cdef list items = []
        cdef bint more = False
        self.enter(src)
        try:
            while len(items) < max_items and not more:
                item = self.next_item()
                more = item is MORE
                if not more:
                    push(items, item)
        except ProtocolError:
            if not items:
                raise
            return items
        self.leave(src, more or (max_items <= 0 and self.begun))
        return items

    cdef inline object next_item(self):
        return self.request() if self.output == REQUESTS else self.reply()

    # -- one call --

    cdef inline int enter(self, BytesMut src) except -1:
        """Begin a call on `src`. A large payload that has arrived is taken as it stands, uncopied if it can be."""
        self.check()
        if self.length >= LARGE and self.landed is None and src.len >= self.length:
            self.before += self.length
            self.landed = src.take_front(self.length).to_bytes()
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
        if self.running and self.error is None:
            self.error = ProtocolError("an earlier call has not come to its end")
        if self.error is not None:
            raise copy(self.error)
        return 0

    cdef int consume(self) except -1:
        """Let go of the caller's buffer, advanced to `p`."""
        cdef Py_ssize_t count = self.p - self.base
        cdef PyObject* src = self.src
        self.running = False
        self.src = NULL
        self.block = None
        if src != NULL:
            (<BytesMut>src).drop(min(count, (<BytesMut>src).len))
        return 0

    cdef object refuse(self, object error):
        """Raise `error`, now and ever after; let go of what was read.

        A copy of it: one that was raised holds the frames that it went through, and so the caller's buffers.
        """
        self.error = error
        self.drop_levels()
        self.chunks = self.landed = self.arguments = None
        self.consume()
        raise copy(error)

    cdef inline void start(self, const unsigned char* p, Py_ssize_t length) noexcept:
        """Go on with `length` bytes at `p`, which must stay there until the call ends."""
        self.running = True
        self.p = self.base = self.mark = p
        self.stop = p + length
        self.aim()

    cdef inline void aim(self) noexcept:
        """Set `fast` to where the current frame would pass its limit, if that is in these bytes."""
        cdef Py_ssize_t allowed = max(self.max_frame - self.before, 0)
        self.fast = self.stop if self.stop - self.mark <= allowed else self.mark + allowed
        if self.max_line < LONGEST_NUMBER:      # the quick paths do not measure their lines
            self.fast = self.mark

    cdef inline void rest(self, bint more) noexcept:
        """Remember the place; `more`: inside an item, for want of bytes."""
        self.before = self.used()
        self.begun = more and (self.before > 0 or self.p < self.stop)
        self.mark = self.p

    cdef inline void frame_ends(self) noexcept:
        self.mark = self.p
        self.before = 0
        self.aim()

    cdef inline Py_ssize_t used(self) noexcept:
        """Bytes of the current frame in front of `p`."""
        return self.before + (self.p - self.mark)

    cdef int set_limits(self, object limits) except -1:
        self.max_bulk, self.max_line, self.max_elements = limits.max_bulk, limits.max_line, limits.max_elements
        self.max_depth, self.max_frame = limits.max_depth, limits.max_frame
        self.limits_ = limits
        self.quick_most = min(self.max_bulk, <Py_ssize_t>STRANGER_BULK) if self.stranger else self.max_bulk
        return 0

    cdef void drop_levels(self) noexcept:
        while self.depth:
            self.depth -= 1
            Py_XDECREF(self.stack[self.depth].items)
            Py_XDECREF(self.stack[self.depth].notes)

    def __dealloc__(self):
        self.drop_levels()
        PyMem_Free(self.stack)

    # -- lines and payloads --

    cdef inline void skip_to(self, const unsigned char* p) noexcept:
        """Consume what a quick path understood, of which earlier calls may have searched a part."""
        self.p = p
        self.searched = 0

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

    cdef inline bytes text(self, Py_ssize_t length):
        """The text of the line that `take_line` consumed last."""
        return PyBytes_FromStringAndSize(<const char*>self.p - 2 - length, length)

    cdef object take_text(self):
        """The text of the line at `p`, consumed; or MORE."""
        cdef Py_ssize_t length = self.take_line()
        return MORE if length < 0 else self.text(length)

    cdef inline int charge(self, Py_ssize_t coming) except -1:
        """Count what was consumed, and `coming` bytes that are announced, against the limit of the whole frame."""
        if self.used() + coming > self.max_frame:
            self.refuse(self.frame_too_long(self.used() + coming))
        return 0

    cdef object take_payload(self):
        """The awaited payload, consumed with its CR LF; or MORE. A scanner keeps the head of it only."""
        if self.landed is None:
            if self.stop - self.p < self.length:
                return MORE
            kept = self.length if self.output != NOTHING else min(self.length, <Py_ssize_t>4)
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

    # -- refusals whose words depend on the side --

    cdef object line_too_long(self):
        if self.output == REQUESTS:
            kind = self.p[0] if self.missing or self.p[0] == c"*" else 0
            return refusals.request_line_too_long(kind, self.max_line)
        return refusals.line_too_long(self.max_line, self.at)

    cdef object bad_line_end(self):
        return refusals.request_invalid("crlf") if self.output == REQUESTS else refusals.bad_line_end(self.at)

    cdef object bad_payload_end(self):
        return refusals.request_invalid("crlf") if self.output == REQUESTS else refusals.bad_payload_end(self.at)

    cdef object frame_too_long(self, Py_ssize_t size):
        if self.output == REQUESTS:
            return refusals.request_too_long(size, self.max_frame)
        return refusals.frame_too_long(size, self.max_frame, self.at)

    cdef object not_a(self, str noun, Py_ssize_t length):
        """Refuse the text of the line that was just consumed."""
        return self.refuse(refusals.not_a(noun, self.text(length), self.at))

    # -- replies: items on one line --

    cdef object reply(self):
        """The next reply, or MORE."""
        while True:
            if self.length >= 0:
                item = self.payload_item()
            else:
                item = self.item() if not self.depth else self.inner_item()
            if item is MORE:
                return MORE
            if item is not OPEN:
                if self.depth:
                    item = self.give(item)
                if item is not OPEN:
                    self.frame_ends()
                    return item

    cdef object inner_item(self):
        """As `item`, but quickly fills an aggregate of values with the bulks that are here; it may be the next item."""
        cdef Level* level = &self.stack[self.depth - 1]
        if self.output == VALUES and level.wants > 0 and level.items != NULL and self.chunks is None:
            level.wants = self.fill(level.items, level.wants)
            if not level.wants:
                return self.close(level)
        return self.item()

    cdef object item(self):
        """The next item that is no open aggregate; OPEN or MORE."""
        cdef unsigned char kind
        if self.p == self.stop:
            return MORE
        kind = self.p[0]
        self.at = self.used()
        if self.chunks is not None:
            return self.chunk(kind)
        if kind == c"$":
            return self.bulk()
        if kind == c":":
            return self.integer()
        if kind == c"+":
            return self.simple()
        if kind == c"*":
            return self.aggregate(kind)
        return self.rare(kind)

    cdef object rare(self, unsigned char kind):
        if kind == c"-":
            return self.simple_error()
        if kind == c"_":
            return self.null_line()
        if kind == c"#":
            return self.boolean()
        if kind == c",":
            return self.double()
        if kind == c"(":
            return self.big_number()
        if kind == c"!" or kind == c"=":
            return self.long_text(kind)
        if kind == c"%" or kind == c"~" or kind == c"|":
            return self.aggregate(kind)
        if kind == c">":
            return self.push_frame()
        if kind == c".":
            return self.end()
        if kind == c";":
            return self.refuse(refusals.stray(";", self.at))
        return self.refuse(refusals.unknown_type(kind, self.at))

    cdef object integer(self):
        cdef int64_t number
        cdef Py_ssize_t length
        cdef const unsigned char* after = read_int64(self.p + 1, self.fast, &number)
        if after != NULL:
            self.skip_to(after)
        else:
            length = self.take_line()
            if length < 0:
                return MORE
            if not parse_int64(self.p - 2 - length, length, &number):
                return self.not_a(NOUNS[":"], length)
        if self.output == VALUES:
            return PyLong_FromLongLong(number)
        return INTEGER.make(number) if self.output == FRAMES else None

    cdef object simple(self):
        if self.fast - self.p >= 5 and memcmp(self.p, b"+OK\r\n", 5) == 0:
            self.skip_to(self.p + 5)
            return OK
        text = self.take_text()
        if text is MORE or self.output == NOTHING:
            return text
        if text == b"PONG":
            return PONG
        return QUEUED if text == b"QUEUED" else SIMPLE.make(text)

    cdef object simple_error(self):
        text = self.take_text()
        return text if text is MORE or self.output == NOTHING else ERROR.make(text)

    cdef object null(self, bytes form):
        return Null(form) if self.output == FRAMES else None

    cdef object null_line(self):
        cdef Py_ssize_t length = self.take_line()
        if length < 0:
            return MORE
        return self.not_a(NOUNS["_"], length) if length else self.null(b"_")

    cdef object boolean(self):
        cdef Py_ssize_t length = self.take_line()
        if length < 0:
            return MORE
        text = self.text(length)
        value = text == b"t"
        if not value and text != b"f":
            return self.not_a(NOUNS["#"], length)
        return Boolean(value) if self.output == FRAMES else value

    cdef object double(self):
        cdef Py_ssize_t length = self.take_line()
        if length < 0:
            return MORE
        text = self.text(length)
        value = float(text) if is_decimal(self.p - 2 - length, length) else parse_double(text)
        if value is None:
            return self.not_a(NOUNS[","], length)
        return Double(value) if self.output == FRAMES else value

    cdef object big_number(self):
        cdef Py_ssize_t length = self.take_line()
        if length < 0:
            return MORE
        text = self.text(length)
        digits = length - text.startswith((b"+", b"-"))
        if digits > MAX_DIGITS:
            return self.refuse(refusals.big_number_too_long(digits, MAX_DIGITS, self.at))
        value = parse_big_number(text)
        if value is None:
            return self.not_a(NOUNS["("], length)
        return BigNumber(value) if self.output == FRAMES else value

    # -- replies: items with a payload --

    cdef object bulk(self):
        cdef const unsigned char* data
        cdef const unsigned char* text
        cdef Py_ssize_t length
        data = read_count(self.p + 1, self.fast, &length)
        if data != NULL and length <= self.max_bulk and self.fast - data - 2 >= length and ends_line(data + length):
            self.skip_to(data + length + 2)
            if self.output == NOTHING:
                return None
            payload = PyBytes_FromStringAndSize(<const char*>data, length)
            return payload if self.output == VALUES else BULK.make(payload)
        if self.fast - self.p >= 5 and memcmp(self.p, b"$-1\r\n", 5) == 0:
            self.skip_to(self.p + 5)
            return self.null(b"$")
        length = self.take_line()
        if length < 0:
            return MORE
        text = self.p - 2 - length
        if length == 2 and text[0] == c"-" and text[1] == c"1":
            return self.null(b"$")
        if length == 1 and text[0] == c"?":
            self.chunks, self.streamed = [], 0
            return OPEN
        return self.announced(c"$", length, 0)

    cdef object long_text(self, unsigned char kind):
        """A bulk error or a verbatim text."""
        cdef Py_ssize_t length = self.take_line()
        return MORE if length < 0 else self.announced(kind, length, 4 if kind == c"=" else 0)

    cdef object chunk(self, unsigned char kind):
        """The next chunk of a streamed string, of which the empty one is the end."""
        cdef Py_ssize_t length
        if kind != c";":
            return self.refuse(refusals.expected_chunk(kind, self.at))
        length = self.take_line()
        if length < 0:
            return MORE
        if length != 1 or (self.p - 3)[0] != c"0":
            return self.announced(kind, length, 0)
        payload, self.chunks = b"".join(self.chunks), None
        return self.from_payload(c"$", payload)

    cdef object announced(self, unsigned char kind, Py_ssize_t length, Py_ssize_t least):
        """The item whose header line was just consumed, if its payload is here too; else MORE."""
        cdef Py_ssize_t size, total
        if not parse_count(self.p - 2 - length, length, &size):
            return self.not_a("length", length)
        if size < least:
            return self.refuse(refusals.verbatim_fault("short", self.at))
        total = self.streamed if kind == c";" else 0
        if size > self.max_bulk - total:
            return self.refuse(refusals.payload_too_long(<object>size + total, self.max_bulk, self.at))
        self.charge(size + 2)
        self.kind, self.length = kind, size
        return self.payload_item()

    cdef object payload_item(self):
        cdef Py_ssize_t length = self.length
        payload = self.take_payload()
        if payload is MORE:
            return MORE
        if self.kind != c";":
            return self.from_payload(self.kind, payload)
        self.streamed += length
        if self.output != NOTHING:
            self.chunks.append(payload)
        return OPEN

    cdef object from_payload(self, unsigned char kind, bytes payload):
        if kind == c"=":
            return self.verbatim(payload)
        if self.output == NOTHING:
            return None
        if kind == c"!":
            return (ERROR if self.output == VALUES else BULK_ERROR).make(payload)
        return payload if self.output == VALUES else BULK.make(payload)

    cdef object verbatim(self, bytes payload):
        if payload[3] != c":":
            return self.refuse(refusals.verbatim_fault("colon", self.at))
        if not payload[:3].isascii():
            return self.refuse(refusals.verbatim_fault("ascii", self.at))
        return VERBATIM.make_two(payload[:3], payload[4:]) if self.output != NOTHING else None

    # -- replies: aggregates --

    cdef object aggregate(self, unsigned char kind):
        """Open it, or make the item that it is already: null, or empty."""
        cdef Py_ssize_t count, length
        cdef const unsigned char* text
        cdef const unsigned char* after = read_count(self.p + 1, self.fast, &count)
        if after != NULL:
            self.skip_to(after)
            return self.open_counted(kind, count)
        length = self.take_line()
        if length < 0:
            return MORE
        text = self.p - 2 - length
        if kind == c"*" and length == 2 and text[0] == c"-" and text[1] == c"1":
            return self.null(b"*")
        if length == 1 and text[0] == c"?" and kind != c"|" and kind != c">":
            self.check_depth()
            return self.open(kind, STREAMED)
        if not parse_count(text, length, &count):
            return self.not_a("count", length)
        return self.open_counted(kind, count)

    cdef object open_counted(self, unsigned char kind, Py_ssize_t count):
        self.check_depth()
        if count > self.max_elements:
            return self.refuse(refusals.aggregate_too_long(count, self.max_elements, self.at))
        return self.open(kind, 2 * count if kind == c"%" or kind == c"|" else count)

    cdef inline int check_depth(self) except -1:
        if self.depth >= self.max_depth:
            self.refuse(refusals.nested_too_deep(self.max_depth, self.at))
        return 0

    cdef object open(self, unsigned char kind, Py_ssize_t wants):
        """Push a level; OPEN, or the whole item if it wants nothing."""
        cdef Level* level = self.next_level()
        if self.output != NOTHING:
            items = list_for(min(wants, <Py_ssize_t>PREALLOCATED) if wants > 0 else 0)
            Py_INCREF(items)
            level.items = <PyObject*>items
        level.kind = kind
        level.wants = wants
        self.depth += 1
        return self.close(level) if wants == 0 else OPEN

    cdef Level* next_level(self) except NULL:
        """The cleared level above the innermost one; makes room for it."""
        cdef Py_ssize_t room = max(2 * self.allocated, <Py_ssize_t>8)
        cdef Level* moved
        cdef Level* level
        if self.depth == self.allocated:
            moved = <Level*>PyMem_Realloc(self.stack, room * sizeof(Level))
            if moved == NULL:
                raise MemoryError(f"no memory for {room} levels")
            self.stack, self.allocated = moved, room
        level = &self.stack[self.depth]
        memset(level, 0, sizeof(Level))
        return level

    cdef object push_frame(self):
        if self.depth and not self.stack[self.depth - 1].at_top:
            return self.refuse(refusals.stray(">", self.at))
        return self.aggregate(c">")

    cdef object end(self):
        """The `.` that ends a streamed aggregate: that aggregate; or MORE."""
        cdef Level* level
        cdef Py_ssize_t length
        if not self.depth or self.stack[self.depth - 1].wants != STREAMED:
            return self.refuse(refusals.stray(".", self.at))
        level = &self.stack[self.depth - 1]
        if level.kind == c"%" and level.received % 2:
            return self.refuse(refusals.stray("%", self.at))
        length = self.take_line()
        if length < 0:
            return MORE
        return self.not_a(NOUNS["."], length) if length else self.close(level)

    cdef object give(self, object item):
        """Hand a whole item to the innermost open aggregate, what that completes to the next, and so on outwards.

        OPEN, or what is whole at top level then. Caller must know that an aggregate is open.
        """
        cdef Level* level
        while self.depth:
            level = &self.stack[self.depth - 1]
            if level.annotates:
                item = self.annotated(level, item)
                continue
            if level.items != NULL:
                Py_INCREF(item)
                list_push(level.items, <PyObject*>item)
            if level.wants == STREAMED:
                return self.count_streamed(level)
            level.wants -= 1
            if level.wants:
                return OPEN
            item = self.close(level)
            if item is OPEN:
                return OPEN
        return item

    cdef object count_streamed(self, Level* level):
        level.received += 1
        if level.received > (2 * self.max_elements if level.kind == c"%" else self.max_elements):
            return self.refuse(refusals.stream_too_long(self.max_elements, self.at))
        return OPEN

    cdef object annotated(self, Level* level, object item):
        """The item that the attribute at `level`, the innermost one, was waiting for; the level is popped."""
        cdef PyObject* notes = level.notes
        self.depth -= 1
        if notes != NULL:
            level.notes = NULL
            pairs = <object>notes
            Py_XDECREF(notes)
            return Attributed(pairs, item)
        return item

    cdef object close(self, Level* level):
        """The item that the full level, the innermost one, makes; it is popped. An attribute stays, and waits: OPEN."""
        cdef list items = None
        if level.items != NULL:
            items = <list>level.items
            Py_XDECREF(level.items)
            level.items = NULL
        if level.kind == c"|":
            return self.await_annotated(level, items)
        self.depth -= 1
        if self.output == VALUES:
            return self.close_value(level.kind, items)
        return self.close_frame(level.kind, items) if self.output == FRAMES else None

    cdef object await_annotated(self, Level* level, list items):
        level.annotates = True
        level.wants = 1
        level.at_top = self.depth == 1 or self.stack[self.depth - 2].at_top
        if self.output == FRAMES:
            pairs = tuple(pairs_of(items))
            Py_INCREF(pairs)
            level.notes = <PyObject*>pairs
        return OPEN

    cdef object close_value(self, unsigned char kind, list items):
        if kind == c"*":
            return items
        if kind == c"%":
            return map_value(items)
        return set_value(items) if kind == c"~" else PUSH.make(PyList_AsTuple(items))

    cdef object close_frame(self, unsigned char kind, list items):
        if kind == c"%":
            return MAP.make(tuple(pairs_of(items)))
        if kind == c"*":
            return ARRAY.make(PyList_AsTuple(items))
        return (SET if kind == c"~" else PUSH).make(PyList_AsTuple(items))

    # -- requests --

    cdef object request(self):
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


cdef list pairs_of(list items):
    """The neighbours in `items`, by twos."""
    cdef Py_ssize_t i
    return [(items[i], items[i + 1]) for i in range(0, len(items), 2)]


cdef object map_value(list items):
    """The value of a map whose keys and values take turns in `items`; quickly where all keys are bytes."""
    cdef dict mapping = {}
    cdef Py_ssize_t i
    if all_bytes(items, 2):
        for i in range(0, len(items), 2):
            mapping[items[i]] = items[i + 1]
        if 2 * len(mapping) == len(items):
            return mapping
    return value_of_map(pairs_of(items))


cdef object set_value(list items):
    """The value of a set; quickly where all members are bytes."""
    cdef set unique
    if all_bytes(items, 1):
        unique = set(items)
        if len(unique) == len(items):
            return unique
    return value_of_set(items)


@cython.final
cdef class FrameScanner:
    """Finds where frames end without building them, for those who pass bytes on.

    It refuses what `RespDecoder("frames")` refuses, and remembers its place: no byte is searched twice.
    """

    cdef RespDecoder decoder        # one that makes nothing
    cdef Py_ssize_t seen            # bytes of the first frame that were understood

    def __init__(self, limits=RespLimits()):
        self.decoder = RespDecoder("frames", limits)
        self.decoder.output = NOTHING

    def scan(self, src):
        """Length of the first frame in `src`, its attributes included; `None` while it is not all there.

        `src` is a `BytesMut`, `Bytes`, `Cursor` (its unread bytes) or a bytes-like object. Nothing is consumed. After
        `None`, the next call must give the same bytes and more. After a length, the next call begins a new frame: the
        caller has advanced by that length. Raises `ProtocolError`, and at each later call again.
        """
        cdef Py_buffer view
        if type(src) is BytesMut:
            return self.scan_bytes((<BytesMut>src).ptr, (<BytesMut>src).len, (<BytesMut>src).block)
        if type(src) is Cursor:
            return self.scan_bytes((<Cursor>src).ptr, (<Cursor>src).len, (<Cursor>src).data.block)
        PyObject_GetBuffer(src, &view, PyBUF_SIMPLE)
        try:
            return self.scan_bytes(<const unsigned char*>view.buf, view.len, None)
        finally:
            PyBuffer_Release(&view)

    cdef object scan_bytes(self, const unsigned char* p, Py_ssize_t length, Block block):
        self.decoder.check()
        if length < self.seen:
            raise ValueError(f"scan() was given {length} bytes after it had seen {self.seen}")
        self.decoder.block = block
        self.decoder.start(p + self.seen, length - self.seen)
        item = self.decoder.reply()
        self.seen = self.decoder.p - p
        self.decoder.consume()
        self.decoder.rest(item is MORE)
        if item is MORE:
            return None
        length, self.seen = self.seen, 0
        return length


# ---- Encoders --------------------------------------------------------------------------------------------------------

cdef enum:
    SHARED = 16384                  # a payload from here on is a segment of its own, as in `framewire.buf`
    DEEPEST = 1000000               # only a container that holds itself nests deeper
    HEADER = 32                     # room for a header, and for the CR LF after its payload
    STACK = 1024                    # bytes of a command that is put together without memory from the heap

cdef enum Form:
    A_SIMPLE, AN_ERROR, AN_INTEGER, A_BULK, A_NULL, AN_ARRAY, A_BOOLEAN, A_DOUBLE, A_BIG_NUMBER, A_BULK_ERROR
    A_VERBATIM, A_MAP, A_SET, A_PUSH, AN_ATTRIBUTED
    OF_BYTES, OF_BOOL, OF_INT, OF_FLOAT, OF_NONE, OF_LIST, OF_SET, OF_DICT

cdef dict FRAME_FORMS = {
    Simple: A_SIMPLE, Error: AN_ERROR, Integer: AN_INTEGER, Bulk: A_BULK, Null: A_NULL, Array: AN_ARRAY,
    Boolean: A_BOOLEAN, Double: A_DOUBLE, BigNumber: A_BIG_NUMBER, BulkError: A_BULK_ERROR, Verbatim: A_VERBATIM,
    Map: A_MAP, Set: A_SET, Push: A_PUSH, Attributed: AN_ATTRIBUTED,
}
cdef dict VALUE_FORMS = FRAME_FORMS | {
    bytes: OF_BYTES, bytearray: OF_BYTES, memoryview: OF_BYTES, Bytes: OF_BYTES, str: OF_BYTES, bool: OF_BOOL,
    int: OF_INT, float: OF_FLOAT, type(None): OF_NONE, list: OF_LIST, tuple: OF_LIST, set: OF_SET, frozenset: OF_SET,
    dict: OF_DICT,
}
cdef bytes FOLD = bytes.maketrans(b"\r\n", b"  ")


@cython.final
@cython.freelist(8)
cdef class Walk:
    """Items that are being written, and the walk to go on with after them."""
    cdef object items               # a list or tuple
    cdef Py_ssize_t next            # index of the next one
    cdef bint at_top                # they stand at top level, or are what a top-level attribute annotates
    cdef Walk outer


@cython.final
@cython.freelist(8)
cdef class Writer:
    """One call of an encoder: where it writes, and what to restore should it fail."""
    cdef BytesMut tail              # small things
    cdef list segments              # what stands before them: closed tails, and payloads that are not copied
    cdef Py_ssize_t tail_mark       # their lengths at first
    cdef Py_ssize_t segments_mark
    cdef bint resp3
    cdef bint exact                 # frames as they are: no Python values, no folding, null forms kept
    cdef Walk walk                  # the innermost
    cdef Py_ssize_t depth           # how many

    # -- room --

    cdef inline unsigned char* room(self, Py_ssize_t n) except NULL:
        """Where the next `n` bytes go; end with `wrote`."""
        return self.tail.room(n)

    cdef inline void wrote(self, unsigned char* end) noexcept:
        self.tail.len = end - self.tail.ptr

    cdef int share(self, object payload) except -1:
        """Close the tail, and hand on `payload`, a bytes or Bytes, as it is."""
        if self.tail.len:
            self.segments.append(self.tail.take_front(self.tail.len).view())
        self.segments.append(payload if type(payload) is bytes else payload.view())
        return 0

    cdef int roll_back(self) except -1:
        """Restore tail and segments to what they were, and unwind the walks one by one (each holds the next)."""
        while self.walk is not None:
            self.walk = self.walk.outer
        if len(self.segments) == self.segments_mark:
            self.tail.len = self.tail_mark
            return 0
        first = bytes(self.segments[self.segments_mark][:self.tail_mark])
        del self.segments[self.segments_mark:]
        self.tail.clear()
        self.tail.extend(first)
        return 0

    # -- walking --

    cdef int write(self, object items) except -1:
        """Write the items and all that they hold, each before its children."""
        cdef Walk walk
        self.enter(items, True)
        while self.walk is not None:
            walk = self.walk
            if walk.next >= len(walk.items):    # the caller's list may have shrunk
                self.walk = walk.outer
                self.depth -= 1
                continue
            item = walk.items[walk.next]
            walk.next += 1
            if not self.write_quickly(item):
                self.write_form(self.form_of(item), item)
        return 0

    cdef int enter(self, object items, bint at_top=False) except -1:
        """Write `items`, a list or tuple that nobody else changes, before all else."""
        cdef Walk walk = Walk.__new__(Walk)
        if self.depth > DEEPEST:
            raise refusals.endless(DEEPEST)
        walk.items = items
        walk.at_top = at_top
        walk.outer = self.walk
        self.walk = walk
        self.depth += 1
        return 0

    cdef inline bint write_quickly(self, object item) except -1:
        """Write the values that replies are mostly made of; False: it is another."""
        if self.exact:
            return False
        if type(item) is bytes:
            self.put_bytes(c"$", <bytes>item)
        elif item is None:
            self.put_raw(b"_\r\n" if self.resp3 else b"$-1\r\n")
        elif type(item) is int:
            self.put_int(item)
        elif type(item) is Simple and SIMPLE.direct:
            return self.put_short_simple(slot(item, SIMPLE.first))
        else:
            return False
        return True

    cdef Form form_of(self, object item) except? A_SIMPLE:
        """What to write an object of this type as; a subclass is written as its first base that has a form."""
        cdef dict forms = FRAME_FORMS if self.exact else VALUE_FORMS
        for base in type(item).__mro__:
            if base in forms:
                return <Form><int>forms[base]
        raise refusals.no_wire_form(item)

    cdef int write_form(self, Form form, object item) except -1:
        if form == OF_BYTES:
            self.put_payload(c"$", bytes_of(item))
        elif form == OF_BOOL:
            self.put_bool(item)
        elif form == OF_INT:
            self.put_int(item)
        elif form == OF_FLOAT:
            self.put_float(item)
        elif form == OF_NONE:
            self.put_raw(b"_\r\n" if self.resp3 else b"$-1\r\n")
        elif form == OF_LIST or form == OF_SET:
            self.put_items(c"*" if form == OF_LIST else c"~", list(item))
        elif form == OF_DICT:
            self.put_pairs(c"%", list(item.items()))
        else:
            self.write_frame(form, item)
        return 0

    cdef int write_frame(self, Form form, object frame) except -1:
        if form == A_SIMPLE:
            self.put_line(c"+", one_line(frame))
        elif form == AN_ERROR:
            self.put_line(c"-", one_line(frame) if self.exact else folded(frame))
        elif form == AN_INTEGER:
            self.put_integer(frame)
        elif form == A_BULK:
            self.put_payload(c"$", field_bytes(frame))
        elif form == A_NULL:
            self.put_null(frame)
        elif form == AN_ARRAY or form == A_SET:
            self.put_items(c"*" if form == AN_ARRAY else c"~", field_items(frame, "items", frame.items))
        elif form == A_MAP:
            self.put_pairs(c"%", field_pairs(frame, "pairs", frame.pairs))
        else:
            self.write_rare_frame(form, frame)
        return 0

    cdef int write_rare_frame(self, Form form, object frame) except -1:
        if form == A_BOOLEAN:
            self.put_bool(field(frame, "value", frame.value, bool))
        elif form == A_DOUBLE:
            self.put_double(frame)
        elif form == A_BIG_NUMBER:
            self.put_line_or_bulk(c"(", format_integer(field(frame, "value", frame.value, int)))
        elif form == A_BULK_ERROR:
            self.put_bulk_error(frame)
        elif form == A_VERBATIM:
            self.put_verbatim(frame)
        elif form == A_PUSH:
            self.put_push(frame)
        else:
            self.put_attributed(frame)
        return 0

    # -- one line --

    cdef int put_raw(self, bytes wire) except -1:
        """Append `wire` as it is."""
        cdef Py_ssize_t length = PyBytes_GET_SIZE(wire)
        cdef unsigned char* out = self.room(length)
        memcpy(out, PyBytes_AS_STRING(wire), length)
        self.wrote(out + length)
        return 0

    cdef int put_line(self, unsigned char kind, bytes text) except -1:
        cdef Py_ssize_t length = PyBytes_GET_SIZE(text)
        cdef unsigned char* out = self.room(length + 3)
        out[0] = kind
        memcpy(out + 1, PyBytes_AS_STRING(text), length)
        self.wrote(put_end(out + 1 + length))
        return 0

    cdef int put_line_or_bulk(self, unsigned char kind, bytes text) except -1:
        """RESP3 has a type for this; RESP2 sends its text as a bulk."""
        if self.resp3:
            return self.put_line(kind, text)
        return self.put_payload(c"$", text)

    cdef bint put_short_simple(self, PyObject* data) except -1:
        """Write a simple string; False: look at it more closely."""
        cdef const char* text
        cdef Py_ssize_t length
        if data == NULL or type(<object>data) is not bytes:
            return False
        text, length = PyBytes_AS_STRING(<object>data), PyBytes_GET_SIZE(<object>data)
        if memchr(text, c"\r", length) != NULL or memchr(text, c"\n", length) != NULL:
            return False
        self.put_line(c"+", <bytes>data)
        return True

    cdef int put_number(self, unsigned char kind, int64_t value) except -1:
        """Append a whole line with a number: an integer, or the header of an aggregate."""
        self.wrote(put_header(self.room(HEADER), kind, value))
        return 0

    cdef int put_int(self, object value) except -1:
        cdef int overflow = 0
        cdef int64_t number = PyLong_AsLongLongAndOverflow(value, &overflow)
        if overflow:
            return self.put_line_or_bulk(c"(", format_integer(value))
        return self.put_number(c":", number)

    cdef int put_integer(self, object frame) except -1:
        cdef int overflow = 0
        cdef int64_t number = PyLong_AsLongLongAndOverflow(field(frame, "value", frame.value, int), &overflow)
        if overflow:
            raise refusals.outside_int64()
        return self.put_number(c":", number)

    cdef int put_float(self, object value) except -1:
        return self.put_line_or_bulk(c",", format_double(value))

    cdef int put_double(self, object frame) except -1:
        value = field(frame, "value", frame.value, (int, float))
        try:
            value = float(value)
        except OverflowError:
            raise refusals.bad_field(frame, "value", value) from None
        return self.put_float(value)

    cdef int put_bool(self, bint value) except -1:
        if self.resp3:
            return self.put_raw(b"#t\r\n" if value else b"#f\r\n")
        return self.put_raw(b":1\r\n" if value else b":0\r\n")

    cdef int put_null(self, object frame) except -1:
        form = frame.form
        if form not in (b"_", b"$", b"*"):
            raise refusals.bad_field(frame, "form", form)
        if self.resp3 and (form == b"_" or not self.exact):
            return self.put_raw(b"_\r\n")
        return self.put_raw(b"*-1\r\n" if form == b"*" else b"$-1\r\n")

    # -- a payload --

    cdef inline int put_bytes(self, unsigned char kind, bytes data) except -1:
        cdef Py_ssize_t length = PyBytes_GET_SIZE(data)
        if length >= SHARED:
            return self.put_payload(kind, data)
        self.wrote(put_small(self.room(length + HEADER), kind, PyBytes_AS_STRING(data), length))
        return 0

    cdef int put_payload(self, unsigned char kind, object data, bytes head=b"") except -1:
        """Append `head` and `data`, a bytes or Bytes, as one payload."""
        cdef Py_ssize_t length = len(data)
        cdef unsigned char* out = self.room(HEADER + len(head))
        out = put_header(out, kind, length + len(head))
        memcpy(out, PyBytes_AS_STRING(head), len(head))
        self.wrote(out + len(head))
        if length >= SHARED:
            self.share(data)
        else:
            self.put_raw(data if type(data) is bytes else bytes(data))
        return self.put_raw(b"\r\n")

    cdef int put_bulk_error(self, object frame) except -1:
        if self.resp3:
            return self.put_payload(c"!", field_bytes(frame))
        return self.put_line(c"-", folded(frame))

    cdef int put_verbatim(self, object frame) except -1:
        text = field(frame, "format", frame.format, bytes)
        if len(text) != 3 or not text.isascii():
            raise refusals.bad_field(frame, "format", text)
        data = field_bytes(frame)
        if self.resp3:
            return self.put_payload(c"=", data, text + b":")
        return self.put_payload(c"$", data)

    # -- an aggregate --

    cdef int put_items(self, unsigned char kind, object items) except -1:
        self.put_number(kind if self.resp3 else c"*", len(items))
        return self.enter(items)

    cdef int put_pairs(self, unsigned char kind, object pairs) except -1:
        self.put_number(kind if self.resp3 else c"*", len(pairs) if self.resp3 else 2 * len(pairs))
        return self.enter([part for pair in pairs for part in pair])

    cdef int put_push(self, object frame) except -1:
        if self.resp3 and not self.walk.at_top:
            raise refusals.push_inside()
        return self.put_items(c">", field_items(frame, "items", frame.items))

    cdef int put_attributed(self, object frame) except -1:
        self.enter((frame.frame,), self.walk.at_top)
        if self.resp3:
            self.put_pairs(c"|", field_pairs(frame, "attributes", frame.attributes))
        return 0

    # -- commands --

    cdef int put_command(self, object command) except -1:
        """Append a command: in one go where it is small and made of the usual types."""
        cdef Py_ssize_t room
        command = checked_command(command)
        room = room_for(command)
        if 0 <= room < SHARED:
            self.wrote(put_arguments(self.room(room), command))
            return 0
        self.put_number(c"*", len(command))
        for argument in command:
            self.put_payload(c"$", argument_bytes(argument))
        return 0


cdef inline unsigned char* put_end(unsigned char* out) noexcept:
    out[0] = c"\r"
    out[1] = c"\n"
    return out + 2


cdef inline unsigned char* put_small(
    unsigned char* out, unsigned char kind, const char* data, Py_ssize_t length
) noexcept:
    """Print a payload with its header at `out` and return one past it; caller must have `length + HEADER` of room."""
    out = put_header(out, kind, length)
    memcpy(out, data, length)
    return put_end(out + length)


# -- arguments of commands --

cdef object checked_command(object command):
    """`command` as a list or tuple and nothing else: what a subclass iterates over might change from look to look."""
    if not isinstance(command, (list, tuple)):
        raise refusals.no_wire_form(command)
    if type(command) is not list and type(command) is not tuple:
        command = list(command)
    if not command:
        raise refusals.empty_command()
    return command


cdef Py_ssize_t room_for(object command) except -2:
    """Room that `put_arguments` needs at most; -1 where an argument is not bytes, ASCII or a small int."""
    cdef Py_ssize_t room = HEADER
    cdef int overflow = 0
    for argument in command:
        if type(argument) is bytes:
            room += HEADER + PyBytes_GET_SIZE(argument)
        elif type(argument) is str and is_ascii(argument):
            room += HEADER + PyUnicode_GET_LENGTH(argument)
        elif type(argument) is int:
            PyLong_AsLongLongAndOverflow(argument, &overflow)
            if overflow:
                return -1
            room += 2 * HEADER
        else:
            return -1
    return room


cdef unsigned char* put_arguments(unsigned char* out, object command) except NULL:
    """Print the whole command at `out`; caller must have `room_for(command)` bytes there, and that not be -1."""
    cdef unsigned char[24] digits
    cdef Py_ssize_t length
    cdef const char* text
    out = put_header(out, c"*", len(command))
    for argument in command:
        if type(argument) is bytes:
            out = put_small(out, c"$", PyBytes_AS_STRING(argument), PyBytes_GET_SIZE(argument))
        elif type(argument) is str:
            text = PyUnicode_AsUTF8AndSize(argument, &length)
            out = put_small(out, c"$", text, length)
        else:
            length = put_decimal(digits, PyLong_AsLongLong(argument)) - digits
            out = put_small(out, c"$", <const char*>digits, length)
    return out


cdef object argument_bytes(object value):
    """The payload of any argument, as bytes or Bytes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return format_integer(int(value))
    if isinstance(value, float):
        return format_double(value)
    data = bytes_of(value)
    if data is None:
        raise refusals.no_argument(value)
    return data


# -- what frames and values hold --

cdef object bytes_of(object value):
    """The bytes of a text or bytes-like value, shared where nobody can change them; None for anything else."""
    if isinstance(value, (bytes, Bytes)):
        return value
    if isinstance(value, str):
        try:
            return value.encode()
        except UnicodeEncodeError:
            raise refusals.bad_text() from None
    return bytes(value) if isinstance(value, (bytearray, memoryview)) else None


cdef object field(object frame, str name, object value, object kind):
    if not isinstance(value, kind):
        raise refusals.bad_field(frame, name, value)
    return value


cdef object field_bytes(object frame):
    data = frame.data
    found = None if isinstance(data, str) else bytes_of(data)
    if found is None:
        raise refusals.bad_field(frame, "data", data)
    return found


cdef object field_items(object frame, str name, object items):
    if not isinstance(items, (tuple, list)):
        raise refusals.bad_field(frame, name, items)
    return items if type(items) is tuple else list(items)


cdef object field_pairs(object frame, str name, object pairs):
    found = field_items(frame, name, pairs)
    for pair in found:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise refusals.bad_field(frame, name, pair)
    return found


cdef bytes one_line(object frame):
    text = bytes(field_bytes(frame))
    if b"\r" in text or b"\n" in text:
        raise refusals.line_break(frame)
    return text


cdef bytes folded(object frame):
    return bytes(field_bytes(frame)).translate(FOLD)


# -- the calls --

cdef Writer open_writer(object protocol, bint exact, BytesMut tail, list segments):
    cdef Writer writer = Writer.__new__(Writer)
    if protocol != 2 and protocol != 3:
        raise ValueError(f"protocol must be 2 or 3, not {protocol}")
    writer.resp3 = protocol == 3
    writer.exact = exact
    writer.tail, writer.segments = tail, segments
    writer.tail_mark, writer.segments_mark = tail.len, len(segments)
    return writer


@cython.binding(False)
def encode_frame(frame, protocol, BytesMut tail not None, list segments not None):
    """Append the wire form of `frame`: exactly it in RESP3 (`protocol` 3), the nearest thing in RESP2 (`protocol` 2).

    RESP2 knows no maps, sets, pushes (they become arrays), doubles and big numbers (bulks), booleans (integers),
    verbatim texts (bulks), bulk errors (errors, on one line) and attributes (left out). Any depth. Raises
    `EncodeError`, with nothing written, for a frame that has no wire form.
    """
    cdef Writer writer = open_writer(protocol, True, tail, segments)
    try:
        writer.write((frame,))
    except BaseException:
        writer.roll_back()
        raise


@cython.binding(False)
def encode_values(values, protocol, BytesMut tail not None, list segments not None):
    """Append a batch of replies, each a Python value or a frame: see `RespValue`, and `encode_frame` for RESP2.

    `str` becomes a bulk of UTF-8, a tuple an array, an `int` beyond 64 bits a big number. Line breaks in an `Error`
    become spaces, as in Redis, so that no text of a client can forge a reply; every `Null` is the protocol's own null.
    Raises `EncodeError`, with nothing of the batch written, for a value that has no wire form.
    """
    cdef Writer writer = open_writer(protocol, False, tail, segments)
    try:
        writer.write(values if type(values) is list else list(values))
    except BaseException:
        writer.roll_back()
        raise


@cython.binding(False)
def encode_commands(commands, BytesMut tail not None, list segments not None):
    """Append commands, each a list or tuple of arguments, as arrays of bulks.

    `str` is sent as UTF-8, `int` and `float` as decimal text; `bool`, `None` and anything else is ambiguous and raises
    `EncodeError`, with nothing written.
    """
    cdef Writer writer = open_writer(2, False, tail, segments)
    try:
        for command in commands:
            writer.put_command(command)
    except BaseException:
        writer.roll_back()
        raise


@cython.binding(False)
def pack_command(*arguments):
    """One command as `bytes`: what `encode_commands` would have written. Copies every argument once."""
    cdef unsigned char[STACK] small
    cdef unsigned char* end
    cdef Py_ssize_t room
    cdef BytesMut tail
    cdef list segments
    checked_command(arguments)
    room = room_for(arguments)
    if room > STACK:
        return pack_large(arguments, room)
    if room >= 0:
        end = put_arguments(small, arguments)
        return PyBytes_FromStringAndSize(<const char*>small, end - small)
    tail, segments = BytesMut(), []
    encode_commands((arguments,), tail, segments)
    return b"".join([*segments, tail.view()])


cdef bytes pack_large(tuple arguments, Py_ssize_t room):
    """A command put together in the memory of its `bytes`, which then gives back what `room` was too much."""
    cdef PyObject* packed = new_bytes(NULL, room)
    cdef unsigned char* start = <unsigned char*>PyBytes_AS_STRING(<object>packed)
    cdef unsigned char* end = put_arguments(start, arguments)
    resize_bytes(&packed, end - start)
    result = <bytes>packed
    Py_XDECREF(packed)
    return result
