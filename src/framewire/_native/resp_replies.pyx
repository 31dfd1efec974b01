"""The grammar of RESP2 and RESP3 replies, compiled: one state machine on C memory, resumable at every byte.

What belongs here: what may follow what, the limits on it, and what each type becomes in each of the three outputs.

                      header of an aggregate: push a level
              +-------------------------------------------------+
              v                                                 |
    reply: ITEM --- a line, or a header and its payload ---> give it to the innermost level ---> no level: done
              |                                                 ^      |                          (`frame_ends`)
              | header of a payload that is not here            |      | that fills it: pop it, it is an item itself
              v                                                 |      +--+
          `length` >= 0: the payload is awaited ----------------+         v
                                                                       ITEM, while it wants more

The levels are on a heap stack that `max_depth` bounds, so nothing recurses. Where pushes may interrupt a reply, a level
stands below those of each push, which is read as a frame of its own; the plain twin says what becomes
of it. An item is judged in the order stated there, so that what is refused, and why, never depends on how the network
cut the bytes.
"""

cimport cython
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.list cimport PyList_AsTuple
from cpython.long cimport PyLong_FromLongLong
from cpython.mem cimport PyMem_Free, PyMem_Realloc
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF, Py_XDECREF
from libc.stdint cimport int64_t
from libc.string cimport memcmp, memset

from framewire._native.ascii cimport ends_line, is_decimal, parse_count, parse_int64, read_count, read_int64
from framewire._native.objects cimport list_for, list_push
from framewire._native.resp_outputs cimport (
    ARRAY, BULK, BULK_ERROR, ERROR, FRAMES, INTEGER, MAP, NOTHING, OK, PONG, PUSH, QUEUED, SET, SIMPLE, VALUES,
    VERBATIM, map_value, pairs_of, set_value,
)
from framewire._native.resp_reader cimport MORE, OPEN, PREALLOCATED

from framewire.frames import refusals
from framewire.frames.decimals import MAX_DIGITS, parse_big_number, parse_double
from framewire.frames.resp import Attributed, BigNumber, Boolean, Double, Null, is_confirmation

cdef enum:
    STREAMED = -1                   # what a level wants that is open until its END
    HEAD = 4                        # bytes of a verbatim text that even a scanner looks at

cdef dict NOUNS = refusals.NOUNS


cdef struct Level:
    # One aggregate that is being read.
    PyObject* items                 # owned list of what was read, keys and values by turns; NULL: not kept
    PyObject* notes                 # owned tuple of the pairs of an attribute, once they are whole; else NULL
    Py_ssize_t wants                # items still to come, or STREAMED
    Py_ssize_t received             # items of a streamed one so far
    unsigned char kind              # its type byte
    bint annotates                  # it waits for one item: an attribute with whole pairs; `>`: where a push interrupts
    bint at_top                     # that item stands at top level
    bint in_top_array               # that item is an element of an array at top level


@cython.final
cdef class Replies(Reader):
    """Reads one reply after the other into items of `output`; `surfacing`: pushes may interrupt a reply."""
    cdef Output output
    cdef bint surfacing
    cdef Py_ssize_t floor           # levels below the push that is being read; 0: none is, or none may surface
    cdef Py_ssize_t used_below      # bytes of what it interrupts in front of it
    cdef Py_ssize_t at              # where in the frame the current item began, for messages
    cdef unsigned char kind         # type byte of the payload that is awaited
    cdef Level* stack               # the open aggregates, outermost first
    cdef Py_ssize_t depth           # how many
    cdef Py_ssize_t allocated       # levels for which `stack` has memory
    cdef list chunks                # of the streamed string that is being read, or None
    cdef Py_ssize_t streamed        # bytes of those chunks

    def __dealloc__(self):
        self.drop_levels()
        PyMem_Free(self.stack)

    cdef int set_limits(self, object limits) except -1:
        Reader.set_limits(self, limits)
        self.max_depth += self.floor
        return 0

    cdef void forget(self) noexcept:
        self.drop_levels()
        self.chunks = None

    cdef void drop_levels(self) noexcept:
        while self.depth:
            self.depth -= 1
            Py_XDECREF(self.stack[self.depth].items)
            Py_XDECREF(self.stack[self.depth].notes)

    # -- the words of refusals

    cdef object line_too_long(self):
        return refusals.line_too_long(self.max_line, self.at)

    cdef object bad_line_end(self):
        return refusals.bad_line_end(self.at)

    cdef object bad_payload_end(self):
        return refusals.bad_payload_end(self.at)

    cdef object frame_too_long(self, Py_ssize_t size):
        return refusals.frame_too_long(size, self.max_frame, self.at)

    cdef object not_a(self, str noun, Py_ssize_t length):
        """Refuse the text of the line that was just consumed."""
        return self.refuse(refusals.not_a(noun, self.text(length), self.at))

    # -- between items

    cdef object next_item(self):
        """The next reply, or MORE."""
        while True:
            if self.length >= 0:
                item = self.payload_item()
            else:
                item = self.item() if not self.depth else self.inner_item()
            if item is MORE:
                return MORE
            if item is OPEN:
                continue
            if self.depth:
                item = self.give(item)
                if item is OPEN:
                    continue
                if self.depth:          # a push that interrupts
                    return item
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

    # -- items on one line

    cdef object take_text(self):
        """The text of the line at `p`, consumed; or MORE."""
        cdef Py_ssize_t length = self.take_line()
        return MORE if length < 0 else self.text(length)

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

    # -- items with a payload

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

    # -- aggregates

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
            self.refuse(refusals.nested_too_deep(self.max_depth - self.floor, self.at))
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
        if self.surfacing:
            self.interrupt()
        elif not self.is_at_top():
            return self.refuse(refusals.stray(">", self.at))
        return self.aggregate(c">")

    cdef inline bint is_at_top(self) noexcept:
        return self.depth == 0 or self.stack[self.depth - 1].at_top

    cdef int interrupt(self) except -1:
        """Put the level below the push that begins here, unless a part of its line was here before."""
        cdef Level* level
        if self.floor and self.floor == self.depth:
            return 0
        if self.floor:
            self.refuse(refusals.stray(">", self.at))
        level = self.next_level()
        level.kind = c">"
        level.annotates = True
        self.depth += 1
        self.set_floor(self.depth)
        self.used_below = self.used()
        self.at = 0
        self.frame_ends()
        return 0

    cdef void set_floor(self, Py_ssize_t floor) noexcept:
        """What is deeper is measured as if it stood at top level."""
        self.max_depth += floor - self.floor
        self.floor = floor

    cdef bint surfaces(self, object push) except -1:
        """Go on with what `push` interrupted: whether it is an item of its own in front of that, no element there."""
        cdef Py_ssize_t size = self.used()
        cdef bint inside, element
        self.depth -= 1
        self.set_floor(0)
        self.at = self.before = self.used_below
        self.mark = self.p
        inside = not self.is_at_top()
        element = inside and is_confirmation(push) and self.in_top_array(self.depth - 1)
        if element:
            self.before += size
            self.charge(0)
        self.aim()
        return inside and not element

    cdef bint in_top_array(self, Py_ssize_t place) noexcept:
        """Whether the next item of the level at `place` is an element of an array at top level, as EXEC's is."""
        if place < 0:
            return False
        if self.stack[place].annotates:
            return self.stack[place].in_top_array
        return self.stack[place].kind == c"*" and (place == 0 or self.stack[place - 1].at_top)

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

        OPEN, or what is whole at top level then, or a push that interrupts the reply. Caller must know that an
        aggregate is open.
        """
        cdef Level* level
        while self.depth:
            level = &self.stack[self.depth - 1]
            if level.annotates:
                if level.kind != c">":
                    item = self.annotated(level, item)
                elif self.surfaces(item):
                    return item
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
        level.in_top_array = self.in_top_array(self.depth - 2)
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


cdef Reader new_replies(Output output, object limits, bint surfacing):
    """A reader of replies into items of `output`; `surfacing`: pushes may interrupt a reply."""
    cdef Replies made = Replies.__new__(Replies)
    made.output = output
    made.surfacing = surfacing
    made.keeps = HEAD if output == NOTHING else made.keeps
    made.set_limits(limits)
    return made
