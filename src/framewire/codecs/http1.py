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
from typing import Literal

from framewire._impl import BytesMut
from framewire.buf.write_buffer import WriteBuffer
from framewire.codec import Codec, Refusal, check_clean_end
from framewire.codecs.http1_body import BodyReader, body_reader
from framewire.codecs.http1_framing import Facts, Framing, Length, framing_of_request, framing_of_response
from framewire.codecs.http1_head import HeadReader, available
from framewire.codecs.http1_line import check_host, check_target
from framewire.codecs.http1_write import BodyWriter, body_writer, request_head, response_head
from framewire.errors import CodecSpent, EncodeError, IncompleteFrame, ProtocolError
from framewire.frames.http import BodyChunk, EndOfMessage, HttpFrame, HttpLimits, RequestHead, ResponseHead

__all__ = ["HttpCodec"]

DEFAULT_LIMITS = HttpLimits()


class HttpCodec(Codec[HttpFrame]):
    """`Codec[HttpFrame]`: HTTP/1.1 messages as heads, body chunks and ends (see `framewire.frames.http`).

    With `role="server"` requests are decoded and responses encoded, with `role="client"` the other way round. One codec
    serves one connection: it remembers which requests are not answered yet, since a response to `HEAD` has no body.
    Pipelining is allowed; answers go out in the order of the requests.

    Reading follows RFC 9112: what two parties could read differently (Content-Length twice or beside Transfer-Encoding,
    folded lines, a bare CR or LF, ...) raises `ProtocolError`. So does what hardly anybody writes but who hopes that it
    is read in two ways, though RFC 9110 allows some of it; `lenient` takes that (docs/http.md has the list). Any token
    is a method: who does not know one answers 501. Writing refuses with `EncodeError` what would break out of its
    place. Nothing is added: which headers a message has is up to the caller. A response with neither Content-Length nor
    Transfer-Encoding lasts until the connection is closed.

    After a head that accepts an upgrade (101, or 2xx to CONNECT, which have no `EndOfMessage`) the codec is spent: give
    the connection another one with `switch_codec`, which finds every byte behind that head.

    Needs `httptools` (`pip install 'framewire[http]'`), else raises `ModuleNotFoundError`.
    """

    __slots__ = (
        "_asked",
        "_heads",
        "_last_read",
        "_last_written",
        "_lenient",
        "_limits",
        "_reading",
        "_refusal",
        "_server",
        "_spent",
        "_writing",
    )

    def __init__(
        self, role: Literal["server", "client"], limits: HttpLimits = DEFAULT_LIMITS, *, lenient: bool = False
    ) -> None:
        if role not in ("server", "client"):
            raise ValueError(f"role is 'server' or 'client', not {role!r}")
        if not available():
            raise ModuleNotFoundError("HttpCodec needs httptools: pip install 'framewire[http]'", name="httptools")
        self._server = role == "server"
        self._limits = limits
        self._lenient = lenient
        self._heads = HeadReader(limits, lenient)
        self._reading: BodyReader | None = None  # the rest of the message whose head was decoded
        self._writing: BodyWriter | None = None  # the rest of the message whose head was encoded
        self._asked: deque[_Asked] = deque()  # requests whose final response is not whole
        self._last_read = False  # the peer's messages end with the one that is, or was, being read
        self._last_written = False
        self._spent = False  # an upgrade was accepted
        self._refusal = Refusal()

    @property
    def idle(self) -> bool:
        """True between messages in both directions."""
        return self._reading is None and self._writing is None and not self._refusal

    @property
    def keep_alive(self) -> bool:
        """Whether other messages may follow the present ones; where not, close the connection after them."""
        return not (self._last_read or self._last_written or self._spent or self._refusal)

    def is_switch_point(self, frame: HttpFrame) -> bool:
        """Whether what follows the just decoded `frame` may be another protocol."""
        asked = self._asked
        return self._spent or (isinstance(frame, EndOfMessage) and bool(asked) and asked[-1].upgrade)

    # -- reading ------------------------------------------------------------------------------------------------------

    def decode(self, src: BytesMut) -> HttpFrame | None:
        """Take the next frame off `src`, or return `None` for "need more". Cost: O(bytes) over all calls.

        Body chunks come as the bytes do, large ones uncopied. Raises `ProtocolError`, and again at each later call,
        `FrameTooLong` for what is beyond the limits, `CodecSpent` after an upgrade. What follows a message that said it
        was the last one is dropped.
        """
        with self._refusal:
            return self._read_head(src) if self._reading is None else self._read_body(self._reading, src)

    def decode_eof(self, src: BytesMut) -> HttpFrame | None:
        """After the end of the stream: what is left, `None` between two messages, else raises `IncompleteFrame`.

        A client that waits for a response is not between two messages.
        """
        frame = self.decode(src)
        if frame is None and self._reading is not None:
            frame = self._reading.read_eof()
            if frame is not None:
                self._message_read()
        if frame is None:
            check_clean_end(self._reading is None, src)
            if not self._server and self._asked:
                raise IncompleteFrame(f"the stream ended before the response to {len(self._asked)} requests")
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
            facts = Facts(head, lowered=True, lenient=self._lenient)
            _check_host(facts, self._lenient)
            self._reading = body_reader(framing_of_request(facts), self._heads, self._limits, self._lenient)
            self._asked.append(_Asked(head, facts))
            self._last_read = not facts.persists
        return head

    def _read_response(self, src: BytesMut) -> ResponseHead | None:
        head = self._heads.response(src)
        if head is None:
            return None
        if not self._asked:
            raise ProtocolError(f"a response (status {head.status}) that was not asked for")
        facts, asked = Facts(head, lowered=True, lenient=self._lenient), self._asked[0]
        if asked.accepted_by(head.status):
            self._accept_upgrade()
        elif head.status < 200:
            _check_interim(head.status, facts)
        else:
            length = framing_of_response(facts, head.status, asked.method)
            self._reading = body_reader(length, self._heads, self._limits, self._lenient)
            self._last_read = _is_last(facts, length, asked)
        return head

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
        if self._last_written or (self._last_read and not self._server):
            raise EncodeError("no message may follow one after which the connection closes")

    def _write_request(self, head: RequestHead, dst: WriteBuffer) -> None:
        self._check_next_head()
        if self._asked and self._asked[-1].upgrade:
            raise EncodeError("an upgrade was asked for: no request may follow before its answer")
        facts = Facts(head, lenient=self._lenient)
        _check_host(facts, self._lenient)
        length = framing_of_request(facts)
        dst.put_slice(request_head(head))
        check_target(head.method, head.target, self._lenient)
        self._writing = body_writer(length)
        self._asked.append(_Asked(head, facts))
        self._last_written = not facts.persists

    def _write_response(self, head: ResponseHead, dst: WriteBuffer) -> None:
        self._check_next_head()
        facts, asked = Facts(head, lenient=self._lenient), self._asked[0] if self._asked else None
        dst.put_slice(response_head(head))
        if asked and asked.accepted_by(head.status):
            self._check_upgrade(facts)
            self._accept_upgrade()
        elif head.status < 200:
            _check_interim(head.status, facts)
            if asked and asked.version == b"1.0":
                raise EncodeError(f"an HTTP/1.0 client does not know a status of {head.status}")
        else:
            length = self._response_length(head.status, facts, asked)
            self._writing = body_writer(length)
            self._last_written = _is_last(facts, length, asked)

    def _response_length(self, status: int, facts: Facts, asked: _Asked | None) -> Length:
        length = framing_of_response(facts, status, asked.method if asked else b"GET")
        if status == 204 and facts.length is not None:
            raise EncodeError("a status of 204 has neither Content-Length nor Transfer-Encoding")
        if isinstance(facts.length, Framing) and asked and asked.version == b"1.0":
            raise EncodeError("an HTTP/1.0 client knows no Transfer-Encoding: give a Content-Length, or neither")
        return length

    def _check_upgrade(self, facts: Facts) -> None:
        if facts.length is not None:
            raise EncodeError("what accepts an upgrade has neither Content-Length nor Transfer-Encoding")
        if self._reading is not None:
            raise EncodeError("read the request to its end before accepting its upgrade")

    def _message_written(self) -> None:
        self._writing = None
        if self._server:
            self._last_read = self._last_read or self._last_written
            if self._asked:
                self._asked.popleft()

    def _accept_upgrade(self) -> None:
        self._asked.popleft()
        self._spent = True


class _Asked:
    """What must be remembered of a request until it is answered."""

    __slots__ = ("method", "persists", "upgrade", "version")

    def __init__(self, head: RequestHead, facts: Facts) -> None:
        self.method = head.method
        self.version = head.version
        self.persists = facts.persists
        self.upgrade = facts.upgrade or head.method == b"CONNECT"

    def accepted_by(self, status: int) -> bool:
        """Whether a response of this status ends HTTP on the connection (RFC 9110, 7.8 and 9.3.6)."""
        return self.upgrade and (status == 101 or (self.method == b"CONNECT" and 200 <= status < 300))


def _check_host(facts: Facts, lenient: bool) -> None:
    if len(facts.hosts) == 1:
        check_host(facts.hosts[0], lenient)
    elif facts.hosts or facts.version == b"1.1":
        raise ProtocolError(f"a request has exactly one Host, not {len(facts.hosts)} (RFC 9112, 3.2)")


def _check_interim(status: int, facts: Facts) -> None:
    """A head below 200 that accepts no upgrade: neither a body nor an end follows it."""
    if status == 101:
        raise ProtocolError("an upgrade that was not asked for")
    if facts.length is not None:
        raise ProtocolError(f"a status of {status} has neither Content-Length nor Transfer-Encoding")


def _is_last(facts: Facts, length: Length, asked: _Asked | None) -> bool:
    """Whether the connection ends behind this response: it says so, its body needs it, or the request asked for it.

    Behind one that nobody asked for too (408, say): the client would take it for the answer to its next request.
    """
    return not facts.persists or length is Framing.UNTIL_EOF or asked is None or not asked.persists
