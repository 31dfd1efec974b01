"""The decoder and the scanner of RESP, in plain Python: the specification of the compiled ones.

What belongs here: their calls (one item, a batch, only a length), what an error does to them, and when bytes leave the
caller's buffer. What the bytes mean is in `resp_replies` and `resp_requests`.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

from framewire._pure.buffer import BytesMut
from framewire._pure.resp_outputs import FRAMES, NOTHING, VALUES
from framewire._pure.resp_reader import LARGE, Reader
from framewire._pure.resp_replies import Replies
from framewire._pure.resp_requests import Requests
from framewire.errors import ProtocolError
from framewire.frames.resp import RespLimits

__all__ = ["FrameScanner", "RespDecoder"]

READERS: dict[str, Callable[[RespLimits], Reader]] = {
    "frames": lambda limits: Replies(FRAMES, limits),
    "values": lambda limits: Replies(VALUES, limits),
    "replies": lambda limits: Replies(VALUES, limits, surfacing=True),
    "requests": Requests,
}


class RespDecoder:
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
    that holds those same bytes. Nothing but `ProtocolError` is raised for any bytes, and every later call raises it
    again.
    """

    def __init__(self, output: str, limits: RespLimits = RespLimits()) -> None:  # noqa: B008  # frozen
        if output not in READERS:
            raise ValueError(f"output must be one of {', '.join(READERS)}, not {output!r}")
        self._reader = READERS[output](limits)
        self._error: ProtocolError | None = None
        self._authenticated = True

    @property
    def limits(self) -> RespLimits:
        """What the peer may ask; may be set at any time, even between the pieces of one item."""
        return self._reader.limits

    @limits.setter
    def limits(self, limits: RespLimits) -> None:
        self._reader.limits = limits

    @property
    def authenticated(self) -> bool:
        """For requests: False applies Redis' limits for strangers too, 10 arguments of 16 KiB each. True at first."""
        return self._authenticated

    @authenticated.setter
    def authenticated(self, yes: bool) -> None:
        self._authenticated = bool(yes)
        if isinstance(self._reader, Requests):
            self._reader.authenticated = self._authenticated

    @property
    def idle(self) -> bool:
        """True between items: not one byte of an unfinished item has been seen, and nothing was refused.

        Behind a push that interrupts a reply it is False.
        """
        return self._error is None and not self._reader.begun

    def decode(self, src: BytesMut, default: object = None) -> Any:
        """The next item, consumed from `src`, or `default` while it is not all there.

        The understood part of an unfinished item is consumed too, and remembered. Raises `ProtocolError`.
        """
        items = self._decode(src, 1)
        return items[0] if items else default

    def decode_batch(self, src: BytesMut, max_items: int) -> list[Any]:
        """Up to `max_items` items that are there, consumed from `src`; those before an offender too.

        Raises `ProtocolError` when an offender comes first, which is so at the call after the one that met it.
        """
        return self._decode(src, max_items)

    def _decode(self, src: BytesMut, max_items: int) -> list[Any]:
        if self._error is not None:
            raise copy(self._error)
        reader = self._reader
        reader.pos = 0
        items: list[object] = []
        with src.view() as view:
            try:
                while len(items) < max_items and reader.run(view, reader.pos):
                    items.append(reader.item)
            except ProtocolError as error:
                self._refuse(error)
        src.advance(reader.pos)
        reader.item = None  # it is the caller's alone: a huge one must not live on here
        if self._error is not None and not items:
            raise copy(self._error)
        if reader.wanted >= LARGE:
            src.expect(reader.wanted)
        return items

    def _refuse(self, error: ProtocolError) -> None:
        self._error = copy(error)  # one that was raised holds the frames it went through, and so the caller's buffers
        self._reader.reset()


class FrameScanner:
    """Finds where frames end without building them, for those who pass bytes on.

    It refuses what `RespDecoder("frames")` refuses, and remembers its place: no byte is searched twice.
    """

    def __init__(self, limits: RespLimits = RespLimits()) -> None:  # noqa: B008  # frozen
        self._reader = Replies(NOTHING, limits)
        self._error: ProtocolError | None = None

    def scan(self, src: Any) -> int | None:
        """Length of the first frame in `src`, its attributes included; `None` while it is not all there.

        `src` is a `BytesMut`, `Bytes`, `Cursor` (its unread bytes) or a bytes-like object. Nothing is consumed. After
        `None`, the next call must give the same bytes and more. After a length, the next call begins a new frame: the
        caller has advanced by that length. Raises `ProtocolError`, and at each later call again.
        """
        if self._error is not None:
            raise copy(self._error)
        reader = self._reader
        with _view(src) as view:
            try:
                found = reader.run(view, reader.pos)
            except ProtocolError as error:
                self._error = copy(error)
                reader.reset()
                raise
        if not found:
            return None
        length, reader.pos = reader.pos, 0
        return length


def _view(src: Any) -> memoryview:
    for method in ("view", "chunk"):
        if hasattr(src, method):
            view: memoryview = getattr(src, method)()
            return view
    return memoryview(src).cast("B")
