"""Lines: items that end with LF or CRLF, as `bytes` or as `str`.

What belongs here: what a line is beyond its delimiter: the CR before the LF, and text. `delimiter.py` searches.
"""

from __future__ import annotations

from typing import AnyStr, Generic, overload

from framewire._impl import BytesMut
from framewire.buf.write_buffer import SHARE_THRESHOLD, WriteBuffer
from framewire.codec import Codec
from framewire.codecs.delimiter import DEFAULT_MAX_LENGTH, DelimiterSearch, first_of
from framewire.codecs.payload import as_bytes
from framewire.errors import EncodeError, ProtocolError

__all__ = ["LinesCodec"]


class LinesCodec(Codec[AnyStr], Generic[AnyStr]):
    """`Codec[bytes]`, or `Codec[str]` with an `encoding`: lines without their ends.

    A line ends with LF; one CR before it belongs to the end. `newline` is what `encode` writes. A line of more than
    `max_length` bytes raises `FrameTooLong` (recoverable) once, and the codec goes on at the next line. A line that is
    not text in `encoding` raises `ProtocolError` and is consumed, so that decoding can go on too. In that encoding LF
    is one byte, as in ASCII; UTF-16 and EBCDIC, say, raise `ValueError`. At the end of the stream an unterminated last
    line is returned, without a lone CR. After tokio-util's `LinesCodec`.
    """

    __slots__ = ("_encoding", "_newline", "_search", "_take")

    @overload
    def __init__(
        self: LinesCodec[bytes], *, max_length: int = ..., encoding: None = None, newline: bytes = ...
    ) -> None: ...

    @overload
    def __init__(self: LinesCodec[str], *, max_length: int = ..., encoding: str, newline: bytes = ...) -> None: ...

    def __init__(
        self, *, max_length: int = DEFAULT_MAX_LENGTH, encoding: str | None = None, newline: bytes = b"\n"
    ) -> None:
        if newline not in (b"\n", b"\r\n"):
            raise ValueError(f"a line ends with LF or CRLF, not {newline!r}")
        if encoding is not None:
            _check_encoding(encoding)
        self._search = DelimiterSearch(b"\n", max_length, b"\r", encoding)
        self._take = self._search.items.take
        self._encoding = encoding
        self._newline = newline

    @property
    def idle(self) -> bool:
        """True but while a too long line is being skipped: nothing of another line is ever consumed."""
        return not self._search.skipping

    def decode(self, src: BytesMut) -> AnyStr | None:
        """Take the next line off `src`, or return `None` for "need more". O(bytes) over all calls; copies the line."""
        taken: AnyStr | None = self._take(src)
        if taken is not None or not src:
            return taken
        line = self._search.next(src)
        return None if line is None else self._finish(line)

    def decode_batch(self, src: BytesMut, max_items: int) -> list[AnyStr]:
        """Take up to `max_items` lines off `src`. Raises as `decode` does when an offender comes first."""
        return self._search.items.take_batch(src, max_items) or first_of(self.decode(src) if max_items else None)

    def decode_eof(self, src: BytesMut) -> AnyStr | None:
        """The next line, the unterminated last one, or `None`."""
        line = self._search.next(src)
        if line is None:
            line = self._search.rest(src)
            if line is None or line == b"\r":
                return None
        return self._finish(line)

    def encode(self, frame: AnyStr, dst: WriteBuffer) -> None:
        """Append the line and its end. Raises `EncodeError` for a line break inside, or a line that is too long.

        A line is text where there is an encoding, and otherwise anything that holds bytes; the other kind is refused.
        """
        encoding = self._encoding
        if encoding is None:
            line = frame if isinstance(frame, bytes) else as_bytes(frame)
        else:
            line = self._encoded(frame, encoding)
        if b"\n" in line or line.endswith(b"\r"):
            raise EncodeError("a line holds no line break")
        size = len(line)
        if size > self._search.max_length:
            raise EncodeError(f"the line has {size} bytes, limit {self._search.max_length}")
        if size < SHARE_THRESHOLD:
            dst.tail.extend(line + self._newline)  # what `put_slice` does, twice
        else:
            dst.put_slice(line)
            dst.put_slice(self._newline)

    def _finish(self, line: bytes) -> AnyStr:
        line = self._search.check(line.removesuffix(b"\r"))
        if self._encoding is None:
            return line  # type: ignore[return-value]  # AnyStr is bytes here
        try:
            return line.decode(self._encoding)  # type: ignore[return-value]  # AnyStr is str here
        except UnicodeError as error:
            why = f"{error.reason} at byte {error.start}" if isinstance(error, UnicodeDecodeError) else str(error)
            raise ProtocolError(f"a line is not {self._encoding}: {why}", recoverable=True) from None

    def _encoded(self, line: object, encoding: str) -> bytes:
        if not isinstance(line, str):
            raise EncodeError(f"lines are text in {encoding} here, and not {type(line).__name__}")
        try:
            return line.encode(encoding)
        except UnicodeError as error:  # not all encodings raise the kind that has a reason
            raise EncodeError(f"the line has no form in {encoding}: {getattr(error, 'reason', error)}") from None


def _check_encoding(encoding: str) -> None:
    """Refuse an encoding in which LF is not the byte 10: what ends a line would be a part of something else there."""
    if "\n".encode(encoding) != b"\n" or b"\n".decode(encoding) != "\n":
        raise ValueError(f"lines are cut at the byte LF, which in {encoding} is not what ends a line")
