"""Every exception of framewire; this docstring is the tree.

    FramewireError
    |-- ProtocolError          the peer broke the protocol; the stream cannot go on
    |   `-- FrameTooLong       the peer asked for more than a limit allows
    |-- IncompleteFrame        the stream ended inside a frame
    |-- BufferUnderflow        the caller read past the end of a buffer (also an IndexError)
    |-- EncodeError            the caller gave a frame that has no wire form (also a ValueError)
    |-- CodecInUse             the caller switched codecs inside a frame
    |-- CodecSpent             the caller used a codec beyond the frame that ended its protocol
    |-- CodecStuck             the codec gives frames without end and consumes nothing
    `-- ConnectionClosedError  the caller used a connection that is closed (also a ConnectionError)

What belongs here: classes that say whose fault it is and carry the numbers. No logic beyond the message.
`ProtocolError` and `IncompleteFrame` are the only two that bytes from a peer can cause.
"""

from __future__ import annotations

__all__ = [
    "BufferUnderflow",
    "CodecInUse",
    "CodecSpent",
    "CodecStuck",
    "ConnectionClosedError",
    "EncodeError",
    "FrameTooLong",
    "FramewireError",
    "IncompleteFrame",
    "ProtocolError",
]


class FramewireError(Exception):
    """Base of all errors that framewire raises on purpose."""


class ProtocolError(FramewireError):
    """The peer sent bytes that are not the protocol. The decoder that raised it refuses more input.

    Unless `recoverable` is true: then what was wrong is consumed, or will be skipped, and decoding can go on.
    """

    def __init__(self, *args: object, recoverable: bool = False) -> None:
        super().__init__(*args)
        self.recoverable = recoverable


class FrameTooLong(ProtocolError):
    """The peer announced or sent more than a limit allows.

    `size` is what it asked for (`None` where only "more than the limit" is known), `limit` what is allowed, both in
    the unit that the message names. `recoverable` is true where decoding can go on at the next delimiter.
    """

    def __init__(self, message: str, *, limit: int, size: int | None = None, recoverable: bool = False) -> None:
        super().__init__(message, recoverable=recoverable)
        self.limit = limit
        self.size = size

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_frame_too_long, (self.args[0], self.limit, self.size, self.recoverable)


def _rebuild_frame_too_long(message: str, limit: int, size: int | None, recoverable: bool) -> FrameTooLong:
    return FrameTooLong(message, limit=limit, size=size, recoverable=recoverable)


class IncompleteFrame(FramewireError):
    """The stream ended inside a frame. `buffered` counts the bytes that were left undecoded."""

    def __init__(self, message: str = "the stream ended inside a frame", *, buffered: int = 0) -> None:
        super().__init__(message)
        self.buffered = buffered


class BufferUnderflow(FramewireError, IndexError):
    """A read wanted `requested` bytes where `available` are left. Nothing was consumed."""

    def __init__(self, requested: int, available: int) -> None:
        super().__init__(requested, available)
        self.requested = requested
        self.available = available

    def __str__(self) -> str:
        return f"not enough bytes in the buffer: requested {self.requested}, available {self.available}"


class EncodeError(FramewireError, ValueError):
    """The frame or value has no form on the wire (a line break in a simple string, an unknown type)."""


class CodecInUse(FramewireError):
    """The codec stands inside a frame, so it cannot be replaced."""


class CodecSpent(FramewireError):
    """What follows is another protocol (after an HTTP upgrade): give the connection its codec. No byte was consumed."""


class CodecStuck(FramewireError):
    """The codec that the message names has a defect: it gives one frame after the other and consumes no byte."""


class ConnectionClosedError(FramewireError, ConnectionError):
    """The connection was closed, by this side or by the peer, before the call could finish."""
