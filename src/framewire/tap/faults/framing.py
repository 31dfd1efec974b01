"""Where frames end in the bytes of either direction, and what happens to bytes that are none.

What belongs here: cutting bytes into frames, as they came. A direction whose bytes are broken protocol is passed on as
it comes from there on: a frame is then whatever has arrived.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from framewire._impl import BytesMut, FrameScanner, RespDecoder
from framewire.errors import ProtocolError
from framewire.frames.resp import RespLimits

__all__ = ["Frame", "Framing", "RawFraming", "ReplyFraming", "RequestFraming"]

LIMITS = RespLimits()


class Frame(NamedTuple):
    """The bytes of one frame; of a request, its arguments. `whole` is false for bytes that are no frame."""

    data: bytes
    request: list[bytes] | None = None
    whole: bool = True


class Framing(Protocol):
    """One direction. `broken` says why there are no frames in it, or no more."""

    broken: str

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes make whole."""

    def rest(self) -> bytes:
        """What has come of a frame that is not whole, taken: its sender has ended the stream."""


class RawFraming:
    """No frames: bytes as they come."""

    def __init__(self, broken: str = "not looked for") -> None:
        self.broken = broken

    def feed(self, data: bytes) -> list[Frame]:
        return [Frame(data, whole=False)] if data else []

    def rest(self) -> bytes:
        return b""


class RequestFraming:
    """Requests, inline ones too. What means nothing between two (blank lines) belongs to the one behind it."""

    def __init__(self) -> None:
        self.broken = ""
        self._decoder = RespDecoder("requests", LIMITS)
        self._left = BytesMut()  # what the decoder has not consumed
        self._begun = bytearray()  # all bytes of the frames that are not whole

    def feed(self, data: bytes) -> list[Frame]:
        self._begun += data
        frames: list[Frame] = []
        if not self.broken:
            self._left.extend(data)
            self._take(frames)
        if self.broken and self._begun:
            frames.append(Frame(self.rest(), whole=False))
        return frames

    def _take(self, frames: list[Frame]) -> None:
        try:
            while (request := self._decoder.decode(self._left)) is not None:
                length = len(self._begun) - len(self._left)
                frames.append(Frame(bytes(self._begun[:length]), request))
                del self._begun[:length]
        except ProtocolError as error:
            self.broken = str(error)
            self._left.clear()

    def rest(self) -> bytes:
        rest, self._begun = bytes(self._begun), bytearray()
        return rest


class ReplyFraming:
    """Replies and pushes, each with the attributes before it."""

    def __init__(self) -> None:
        self.broken = ""
        self._scanner = FrameScanner(LIMITS)
        self._left = BytesMut()

    def feed(self, data: bytes) -> list[Frame]:
        frames: list[Frame] = []
        self._left.extend(data)
        if not self.broken:
            self._take(frames)
        if self.broken and self._left:
            frames.append(Frame(self.rest(), whole=False))
        return frames

    def _take(self, frames: list[Frame]) -> None:
        try:
            while self._left and (length := self._scanner.scan(self._left)) is not None:
                frames.append(Frame(self._left.split_to(length).to_bytes()))
        except ProtocolError as error:
            self.broken = str(error)

    def rest(self) -> bytes:
        return self._left.split().to_bytes()
