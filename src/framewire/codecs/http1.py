"""`HttpCodec`: HTTP/1.1, a server's or a client's side, both directions of one connection.

What belongs here: the order of messages. How a head is read and written, and how a body, is in the `http1_*` files
beside this one; what a message means is the caller's.

    reading:  (head) --RequestHead / final ResponseHead--> (body) --BodyChunk*, EndOfMessage--> (head)
                | ^                                                     | the last one: (discard all that follows)
                | +-- 1xx
                +---- 101, or 2xx to CONNECT --> (spent: another protocol follows)

    writing:  the same, other way round
"""

from __future__ import annotations

from collections import deque
from copy import copy
from typing import Literal

from framewire._impl import BytesMut
from framewire.buf import WriteBuffer
from framewire.codec import Codec, check_clean_end
from framewire.codecs.http1_body import BodyReader, body_reader
from framewire.codecs.http1_framing import (
    Framing,
    Length,
    accepts_tunnel,
    framing_of_request,
    framing_of_response,
    has_framing,
    persists,
    wants_upgrade,
)
from framewire.codecs.http1_head import HeadReader, available
from framewire.codecs.http1_write import BodyWriter, body_writer, request_head, response_head
from framewire.errors import CodecSpent, EncodeError, ProtocolError
from framewire.frames.http import BodyChunk, EndOfMessage, HttpFrame, HttpLimits, RequestHead, ResponseHead

__all__ = ["HttpCodec"]

DEFAULT_LIMITS = HttpLimits()


class HttpCodec(Codec[HttpFrame]):
    """`Codec[HttpFrame]`: HTTP/1.1 messages as heads, body chunks and ends (see `framewire.frames.http`).

    With `role="server"` requests are decoded and responses encoded, with `role="client"` the other way round. One codec
    serves one connection: it remembers which requests are not answered yet, since a response to `HEAD` has no body.
    Pipelining is allowed; answers go out in the order of the requests.

    Reading follows RFC 9112: what two parties could read differently (Content-Length twice or beside Transfer-Encoding,
    folded lines, a bare CR or LF, ...) raises `ProtocolError`. Writing refuses with `EncodeError` what would break out
    of its place. Nothing is added: which headers a message has is up to the caller. A response with neither
    Content-Length nor Transfer-Encoding lasts until the connection is closed.

    After a head that accepts an upgrade (101, or 2xx to CONNECT, which have no `EndOfMessage`) the codec is spent: give
    the connection another one with `switch_codec`, which finds every byte behind that head.

    Needs `httptools` (`pip install 'framewire[http]'`), else raises `ModuleNotFoundError`.
    """

    __slots__ = (
        "_asked",
        "_heads",
        "_last_read",
        "_last_written",
        "_limits",
        "_reading",
        "_refused",
        "_server",
        "_spent",
        "_writing",
    )

    def __init__(self, role: Literal["server", "client"], limits: HttpLimits = DEFAULT_LIMITS) -> None:
        if role not in ("server", "client"):
            raise ValueError(f"role is 'server' or 'client', not {role!r}")
        if not available():
            raise ModuleNotFoundError("HttpCodec needs httptools: pip install 'framewire[http]'", name="httptools")
        self._server = role == "server"
        self._limits = limits
        self._heads = HeadReader(limits)
        self._reading: BodyReader | None = None  # the rest of the message whose head was decoded
        self._writing: BodyWriter | None = None  # the rest of the message whose head was encoded
        self._asked: deque[RequestHead] = deque()  # requests whose final response is not whole
        self._last_read = False  # the peer's messages end with the one that is, or was, being read
        self._last_written = False
        self._spent = False  # an upgrade was accepted
        self._refused: ProtocolError | None = None

    @property
    def idle(self) -> bool:
        """True between messages in both directions."""
        return self._reading is None and self._writing is None and self._refused is None

    @property
    def keep_alive(self) -> bool:
        """Whether other messages may follow the present ones; where not, close the connection after them."""
        return not (self._last_read or self._last_written or self._spent or self._refused)

    def is_switch_point(self, frame: HttpFrame) -> bool:
        """Whether what follows the just decoded `frame` may be another protocol."""
        asked = self._asked
        return self._spent or (isinstance(frame, EndOfMessage) and bool(asked) and wants_upgrade(asked[-1]))

    # -- reading ------------------------------------------------------------------------------------------------------

    def decode(self, src: BytesMut) -> HttpFrame | None:
        """Take the next frame off `src`, or return `None` for "need more". Cost: O(bytes) over all calls.

        Body chunks come as the bytes do, large ones uncopied. Raises `ProtocolError`, and again at each later call,
        `FrameTooLong` for what is beyond the limits, `CodecSpent` after an upgrade. What follows a message that said it
        was the last one is dropped.
        """
        if self._refused is not None:
            raise copy(self._refused)
        try:
            return self._read_head(src) if self._reading is None else self._read_body(self._reading, src)
        except ProtocolError as error:
            self._refused = copy(error)
            raise

    def decode_eof(self, src: BytesMut) -> HttpFrame | None:
        """After the end of the stream: what is left, `None` between two messages, else raises `IncompleteFrame`."""
        frame = self.decode(src)
        if frame is None and self._reading is not None:
            frame = self._reading.read_eof()
            if frame is not None:
                self._message_read()
        if frame is None:
            check_clean_end(self._reading is None, src)
        return frame

    def _read_head(self, src: BytesMut) -> HttpFrame | None:
        if self._spent:
            raise CodecSpent("an upgrade was accepted: switch to the codec of the new protocol")
        if self._last_read:
            src.clear()
            return None
        return self._read_request(src) if self._server else self._read_response(src)

    def _read_request(self, src: BytesMut) -> RequestHead | None:
        head = self._heads.request(src)
        if head is not None:
            self._reading = body_reader(framing_of_request(head), self._heads, self._limits)
            self._asked.append(head)
            self._last_read = not persists(head)
        return head

    def _read_response(self, src: BytesMut) -> ResponseHead | None:
        head = self._heads.response(src)
        if head is None:
            return None
        if not self._asked:
            raise ProtocolError(f"a response (status {head.status}) that was not asked for")
        asked = self._asked[0]
        if head.status < 200 or accepts_tunnel(head, asked.method):
            self._read_interim(head, asked)
            return head
        length = framing_of_response(head, asked.method)
        self._reading = body_reader(length, self._heads, self._limits)
        self._last_read = _is_last(head, length, asked)
        return head

    def _read_interim(self, head: ResponseHead, asked: RequestHead) -> None:
        """A head that no body and no end follows: 1xx, or an accepted tunnel."""
        if head.status < 200 and has_framing(head):
            raise ProtocolError(f"a status of {head.status} with a body")
        if head.status == 101 and not wants_upgrade(asked):
            raise ProtocolError("an upgrade that was not asked for")
        if head.status == 101 or head.status >= 200:
            self._accept_upgrade()

    def _read_body(self, reading: BodyReader, src: BytesMut) -> BodyChunk | EndOfMessage | None:
        frame = reading.read(src)
        if isinstance(frame, EndOfMessage):
            self._message_read()
        return frame

    def _message_read(self) -> None:
        self._reading = None
        if not self._server:
            self._asked.popleft()

    # -- writing ------------------------------------------------------------------------------------------------------

    def encode(self, frame: HttpFrame, dst: WriteBuffer) -> None:
        """Append `frame`. Raises `EncodeError`, nothing appended, for what has no safe form or comes out of order."""
        mark = dst.mark()
        try:
            self._encode(frame, dst)
        except ProtocolError as error:  # of the rules that both directions share; here it is the caller's fault
            dst.rollback(mark)
            raise EncodeError(str(error)) from None
        except BaseException:
            dst.rollback(mark)
            raise

    def _encode(self, frame: HttpFrame, dst: WriteBuffer) -> None:
        match frame:
            case BodyChunk():
                self._message().write(frame, dst)
            case EndOfMessage():
                self._message().end(frame, dst)
                self._message_written()
            case RequestHead() if not self._server:
                self._write_request(frame, dst)
            case ResponseHead() if self._server:
                self._write_response(frame, dst)
            case _:
                raise EncodeError(f"a {'server' if self._server else 'client'} does not send {type(frame).__name__}")

    def _message(self) -> BodyWriter:
        if self._writing is None:
            raise EncodeError("a body, or its end, without a head before it")
        return self._writing

    def _check_next_head(self) -> None:
        if self._writing is not None:
            raise EncodeError("the message before this head has not ended: EndOfMessage is missing")
        if self._spent:
            raise EncodeError("an upgrade was accepted: this connection speaks HTTP no more")
        if self._last_written:
            raise EncodeError("no message may follow one after which the connection closes")

    def _write_request(self, head: RequestHead, dst: WriteBuffer) -> None:
        self._check_next_head()
        if self._asked and wants_upgrade(self._asked[-1]):
            raise EncodeError("an upgrade was asked for: no request may follow before its answer")
        if head.version == b"1.1" and len(list(head.get_all(b"host"))) != 1:
            raise EncodeError("a request has exactly one Host (RFC 9112, 3.2)")
        length = framing_of_request(head)
        dst.put_slice(request_head(head))
        self._asked.append(head)
        self._writing = body_writer(length)
        self._last_written = not persists(head)

    def _write_response(self, head: ResponseHead, dst: WriteBuffer) -> None:
        self._check_next_head()
        asked = self._asked[0] if self._asked else None
        if head.status < 200 or (asked and accepts_tunnel(head, asked.method)):
            self._write_interim(head, asked, dst)
            return
        if head.status == 204 and has_framing(head):
            raise EncodeError("a status of 204 has neither Content-Length nor Transfer-Encoding")
        length = framing_of_response(head, asked.method if asked else b"GET")
        if length is Framing.CHUNKED and asked and asked.version == b"1.0":
            raise EncodeError("an HTTP/1.0 client does not know chunks: give a Content-Length, or no framing at all")
        dst.put_slice(response_head(head))
        self._writing = body_writer(length)
        self._last_written = _is_last(head, length, asked)

    def _write_interim(self, head: ResponseHead, asked: RequestHead | None, dst: WriteBuffer) -> None:
        """A head that no body and no end follows: 1xx, or an accepted tunnel."""
        if has_framing(head):
            raise EncodeError(f"a status of {head.status} here has neither Content-Length nor Transfer-Encoding")
        upgrade = head.status == 101 or head.status >= 200
        if upgrade and not (asked and wants_upgrade(asked)):
            raise EncodeError("an upgrade that was not asked for")
        if upgrade and self._reading is not None:
            raise EncodeError("read the request to its end before accepting its upgrade")
        dst.put_slice(response_head(head))
        if upgrade:
            self._accept_upgrade()

    def _message_written(self) -> None:
        self._writing = None
        if self._server:
            self._last_read = self._last_read or self._last_written
            if self._asked:
                self._asked.popleft()

    def _accept_upgrade(self) -> None:
        self._asked.popleft()
        self._spent = True


def _is_last(head: ResponseHead, length: Length, asked: RequestHead | None) -> bool:
    """Whether the connection ends behind this response: it says so, its body needs it, or the request asked for it."""
    return not persists(head) or length is Framing.UNTIL_EOF or (asked is not None and not persists(asked))
