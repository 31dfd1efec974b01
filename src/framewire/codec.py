"""What a codec is: three small protocols that connections rely on and every codec obeys.

What belongs here: the contract, and nothing that knows a concrete wire format. It follows tokio-util's `codec`
module, translated: "not yet" is `None`, the buffer belongs to the caller, an error is for a broken stream only.

The duties of a decoder, by what `src` holds:

* less than a frame: return `None`. It may consume the part that it has understood, and must then remember it; it never
  looks at a byte twice. For one large payload it may call `src.expect(n)`, so that the payload is received in place.
* exactly a frame, or more: consume that frame, return it, leave the rest. (Frames may come of what was consumed before;
  one that gives them without end and consumes nothing is stopped with `CodecStuck`.)
* something else: raise `ProtocolError`, now and at each later call (`Refusal` remembers it). What is wrong with one
  frame alone, and can be consumed or skipped, raises it once, with `recoverable=True`, and decoding goes on behind it.

A codec may offer two things more, which connections use: `decode_batch(src, max_items)`, a list of the frames that are
ready, without an offender behind them, whose error the next call raises; and `is_switch_point(frame)`, whether what
follows `frame` may need another codec, so that a batch ends with it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Generic, Protocol, TypeVar

from framewire._impl import BytesMut
from framewire.buf.write_buffer import WriteBuffer
from framewire.errors import EncodeError, FramewireError, IncompleteFrame, ProtocolError

__all__ = ["Codec", "Decoder", "Encoder", "MappedCodec", "Refusal", "check_clean_end", "check_codec",
           "check_factory", "decode_eof"]  # fmt: skip

F_co = TypeVar("F_co", covariant=True)
F_contra = TypeVar("F_contra", contravariant=True)
F = TypeVar("F")
G = TypeVar("G")


class Decoder(Protocol[F_co]):
    """Bytes in, frames out; never waits, never reads."""

    __slots__ = ()

    @property
    def idle(self) -> bool:
        """True at a frame boundary: nothing of a frame has been consumed. True by default."""
        return True

    @abstractmethod
    def decode(self, src: BytesMut) -> F_co | None:
        """Take one frame off the front of `src`, or return `None` for "need more bytes"."""

    def decode_eof(self, src: BytesMut) -> F_co | None:
        """The stream has ended: the next frame, or `None` at a clean end; raise `IncompleteFrame` for leftovers."""
        return decode_eof(self, src)


class Encoder(Protocol[F_contra]):
    """Frames in, bytes out."""

    __slots__ = ()

    @abstractmethod
    def encode(self, frame: F_contra, dst: WriteBuffer) -> None:
        """Append the wire form of `frame` to `dst`; on `EncodeError` nothing was appended."""


class Codec(Decoder[F], Encoder[F], Protocol[F]):
    """Both directions of one protocol. A subclass gives `decode` and `encode`; `idle` too if it consumes parts."""

    __slots__ = ()

    def map(self, *, decode: Callable[[F], G], encode: Callable[[G], F]) -> Codec[G]:
        """This codec with `decode` applied to each frame that comes in, and `encode` to each that goes out.

        JSON lines: `LinesCodec().map(decode=json.loads, encode=lambda value: json.dumps(value).encode())`. See
        `MappedCodec` for what becomes of their exceptions.
        """
        return MappedCodec(self, decode, encode)


class MappedCodec(Codec[G], Generic[F, G]):
    """What `Codec.map` returns: another codec's frames, turned into something else on their way in and out.

    Whatever `decode` raises is the peer's fault and becomes `ProtocolError`, with the exception as its cause; so does a
    result of `None` (JSON's `null`), since a frame is never `None`. It is recoverable: the frame is consumed.
    Whatever `encode` raises becomes `EncodeError`.
    """

    __slots__ = ("_at_switch_point", "_decode", "_encode", "inner")

    def __init__(self, inner: Codec[F], decode: Callable[[F], G], encode: Callable[[G], F]) -> None:
        check_codec(inner)
        self.inner = inner
        self._decode = decode
        self._encode = encode
        self._at_switch_point = False

    def __repr__(self) -> str:
        return f"<map of {self.inner!r}>"

    def is_switch_point(self, frame: G) -> bool:
        """What the inner codec says of the just decoded frame; false where it says nothing."""
        return self._at_switch_point

    @property
    def idle(self) -> bool:
        """Whether the inner codec stands at a frame boundary."""
        return self.inner.idle

    def decode(self, src: BytesMut) -> G | None:
        """The next frame of the inner codec, turned by `decode`, or `None` for "need more bytes"."""
        frame = self.inner.decode(src)
        return None if frame is None else self._turned(frame)

    def decode_eof(self, src: BytesMut) -> G | None:
        """The same after the end of the stream."""
        frame = self.inner.decode_eof(src)
        return None if frame is None else self._turned(frame)

    def encode(self, frame: G, dst: WriteBuffer) -> None:
        """Append what the inner codec makes of `encode(frame)`."""
        try:
            turned = self._encode(frame)
        except FramewireError:
            raise
        except Exception as error:
            raise EncodeError(f"the frame cannot be encoded: {error!r}") from error
        self.inner.encode(turned, dst)

    def _turned(self, frame: F) -> G:
        is_switch_point = getattr(self.inner, "is_switch_point", None)
        self._at_switch_point = is_switch_point is not None and is_switch_point(frame)
        try:
            turned = self._decode(frame)
        except FramewireError:
            raise
        except Exception as error:
            raise ProtocolError(f"a frame cannot be decoded: {error!r}", recoverable=True) from error
        if turned is None:
            raise ProtocolError("a frame was decoded to None, which means that there is none", recoverable=True)
        return turned


class Refusal:
    """The error after which a codec refuses everything; for codecs that consume parts of frames.

    `with refusal:` around the body of `decode` keeps a `ProtocolError` that leaves it, and raises it again at each
    later call; it is false until then. What it keeps is a copy without the traceback, which would hold on to the buffer
    and to every local variable on the way. An error that another codec calls recoverable is so no more.
    """

    __slots__ = ("_error",)

    def __init__(self) -> None:
        self._error: ProtocolError | None = None

    def __bool__(self) -> bool:
        return self._error is not None

    def __enter__(self) -> None:
        if self._error is not None:
            raise _copy(self._error)

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(exc, ProtocolError):
            exc.recoverable = False
            self._error = _copy(exc)


def _copy(error: ProtocolError) -> ProtocolError:
    """Another error like this one, without traceback; not made by its class, which may want other arguments."""
    made = type(error).__new__(type(error), *error.args)
    made.__dict__.update(error.__dict__)
    return made


def check_codec(codec: object) -> None:
    """Raise `TypeError` for anything but a codec, such as the class or the function that makes one."""
    if isinstance(codec, type) or not all(callable(getattr(codec, name, None)) for name in ("decode", "encode")):
        raise TypeError(f"codec is a codec, made and ready: give LinesCodec(), say, and not {codec!r:.80}")


def check_factory(codec: object) -> None:
    """Raise `TypeError` for a codec where a function that makes one is wanted: each connection has its own."""
    if not callable(codec):
        raise TypeError(f"codec makes a codec for each connection: give a class or a function, not {codec!r:.80}")


def decode_eof(decoder: Decoder[F], src: BytesMut) -> F | None:
    """The usual `decode_eof`: frames while there are any, `None` when idle and empty, else `IncompleteFrame`."""
    frame = decoder.decode(src)
    if frame is not None:
        return frame
    check_clean_end(decoder.idle, src)
    return None


def check_clean_end(idle: bool, src: BytesMut) -> None:
    """Raise `IncompleteFrame` unless the stream has ended between two frames: idle, and with nothing left in `src`."""
    if not idle or src:
        raise IncompleteFrame(f"the stream ended inside a frame, with {len(src)} bytes undecoded", buffered=len(src))
