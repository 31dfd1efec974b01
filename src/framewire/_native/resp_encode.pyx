"""The encoder of RESP, compiled: frames, values and commands to bytes.

What belongs here: the wire form of each type in RESP3, and what RESP2 makes of it. All calls but `pack_command` write
to a `tail` (small things) and `segments` (what stands before the tail): a payload of 16 KiB or more goes to the
segments as it is, never joined with its head and end. On an error nothing has been written.

An aggregate writes its header and leaves its children to a walk; the walks are a linked list, so nothing recurses.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.object cimport PyObject
from cpython.ref cimport Py_XDECREF
from libc.stdint cimport int64_t
from libc.string cimport memchr, memcpy

from framewire._native.ascii cimport put_decimal, put_header
from framewire._native.immutable cimport Bytes
from framewire._native.mutable cimport BytesMut
from framewire._native.objects cimport (
    PyLong_AsLongLong, PyLong_AsLongLongAndOverflow, PyUnicode_AsUTF8AndSize, PyUnicode_GET_LENGTH, is_ascii,
    new_bytes, resize_bytes, slot,
)
from framewire._native.resp_outputs cimport SIMPLE

from framewire.frames import refusals
from framewire.frames.decimals import format_double, format_integer
from framewire.frames.resp import (
    Array, Attributed, BigNumber, Boolean, Bulk, BulkError, Double, Error, Integer, Map, Null, Push, Set, Simple,
    Verbatim,
)

__all__ = ["encode_commands", "encode_frame", "encode_values", "pack_command"]

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
        if self.exact and self.resp3 and not self.walk.at_top:
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


cdef Py_ssize_t write_small_command(object command, BytesMut tail) except -2:
    """Append one command, if it is small and made of the usual types: its bytes; -1: it is not, and nothing is written.

    Raises `EncodeError` for what is no command.
    """
    cdef Py_ssize_t before = tail.len
    cdef Py_ssize_t room
    command = checked_command(command)
    room = room_for(command)
    if room < 0 or room >= SHARED:
        return -1
    tail.len = put_arguments(tail.room(room), command) - tail.ptr
    return tail.len - before


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
    A `Push` may stand inside a list, as Redis answers an EXEC that has subscribed.
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
    """One command as `bytes`: `pack_command("SET", key, 1)`. Copies every argument once.

    The arguments are those of `encode_commands`. Raises `EncodeError`, also where there are none.
    """
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
