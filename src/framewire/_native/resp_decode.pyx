"""The decoder and the scanner of RESP, compiled: their results and messages are those of the plain twin.

What belongs here: their calls (one item, a batch, only a length), and when bytes leave the caller's buffer. What the
bytes mean is in `resp_replies` and `resp_requests`, what an error does to a reader in `resp_reader`.
"""

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer

from framewire._native.block cimport Block
from framewire._native.cursor cimport Cursor
from framewire._native.mutable cimport BytesMut
from framewire._native.objects cimport push
from framewire._native.resp_outputs cimport FRAMES, NOTHING, VALUES
from framewire._native.resp_reader cimport MORE, Reader
from framewire._native.resp_replies cimport new_replies
from framewire._native.resp_requests cimport new_requests, set_stranger

from framewire.errors import ProtocolError
from framewire.frames.resp import RespLimits

__all__ = ["FrameScanner", "RespDecoder"]


cdef Reader reader_for(str output, object limits):
    """What reads the items that are asked for. Raises `ValueError`."""
    if output == "frames":
        return new_replies(FRAMES, limits, False)
    if output == "values" or output == "replies":
        return new_replies(VALUES, limits, output == "replies")
    if output == "requests":
        return new_requests(limits)
    raise ValueError(f"output must be one of frames, values, replies, requests, not {output!r}")


@cython.final
cdef class RespDecoder:
    """Takes RESP items off the front of a buffer, resumable at every byte, in time linear in the bytes.

    `output` says what the items are: `"frames"` (the classes of `framewire.frames.resp`), `"values"` (see `RespValue`),
    `"replies"`, or `"requests"` (lists of `bytes`: what clients send to a server, inline commands included).

    `"replies"` are values for who must pair replies and requests: there a push may stand between any two elements of a
    reply too. It becomes an item of its own, in front of the reply that it interrupts, and does not count there; but if
    it confirms a (P|S)(UN)SUBSCRIBE (by its first word) and stands directly in an array at top level, it is an element
    of that array: the answer to a command that EXEC ran. Such a push is measured as a frame of its own; one that
    became an element counts in its reply's `max_frame` besides. A push inside a push, or inside a streamed string, is
    refused, and so is any push inside another item by the other outputs.

    Between two calls bytes may only be appended to what was left in the buffer; it may then be another buffer object
    that holds those same bytes. Nothing but `ProtocolError` is raised for any bytes, and by each later call again.
    """

    cdef Reader reader              # reads what bytes mean; never None
    cdef bint authenticated_

    def __cinit__(self, str output not None, limits=RespLimits()):
        self.reader = reader_for(output, limits)
        self.authenticated_ = True

    @property
    def limits(self):
        """What the peer may ask; may be set at any time, even between the pieces of one item."""
        return self.reader.limits

    @limits.setter
    def limits(self, limits):
        self.reader.set_limits(limits)

    @property
    def authenticated(self):
        """For requests: False applies Redis' limits for strangers too, 10 arguments of 16 KiB each. True at first."""
        return self.authenticated_

    @authenticated.setter
    def authenticated(self, bint yes):
        self.authenticated_ = yes
        set_stranger(self.reader, not yes)

    @property
    def idle(self):
        """True between items: not one byte of an unfinished item has been seen, and nothing was refused.

        Behind a push that interrupts a reply it is False.
        """
        return self.reader.error is None and not self.reader.begun and self.reader.before == 0

    @cython.binding(False)
    def decode(self, BytesMut src not None, default=None):
        """The next item, consumed from `src`, or `default` while it is not all there.

        The understood part of an unfinished item is consumed too, and remembered. Raises `ProtocolError`.
        """
        cdef Reader reader = self.reader
        reader.enter(src)
        item = reader.next_item()
        reader.leave(src, item is MORE)
        return default if item is MORE else item

    @cython.binding(False)
    def decode_batch(self, BytesMut src not None, Py_ssize_t max_items):
        """Up to `max_items` items that are there, consumed from `src`; those before an offender too.

        Raises `ProtocolError` when an offender comes first, which is so at the call after the one that met it.
        """
        cdef Reader reader = self.reader
        cdef list items = []
        cdef bint more = False
        reader.enter(src)
        try:
            while len(items) < max_items and not more:
                item = reader.next_item()
                more = item is MORE
                if not more:
                    push(items, item)
        except ProtocolError:
            if not items:
                raise
            return items
        reader.leave(src, more or (max_items <= 0 and reader.begun))
        return items


@cython.final
cdef class FrameScanner:
    """Finds where frames end without building them, for those who pass bytes on.

    It refuses what `RespDecoder("frames")` refuses, and remembers its place: no byte is searched twice.
    """

    cdef Reader reader              # one that makes nothing; never None
    cdef Py_ssize_t seen            # bytes of the first frame that were understood

    def __cinit__(self, limits=RespLimits()):
        self.reader = new_replies(NOTHING, limits, False)

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
        self.reader.check()
        if length < self.seen:
            raise ValueError(f"scan() was given {length} bytes after it had seen {self.seen}")
        self.reader.block = block
        self.reader.start(p + self.seen, length - self.seen)
        item = self.reader.next_item()
        self.seen = self.reader.p - p
        self.reader.consume()
        self.reader.rest(item is MORE)
        if item is MORE:
            return None
        length, self.seen = self.seen, 0
        return length
