"""Items that end with a delimiter, and the searching that `lines.py` shares.

What belongs here: finding the next delimiter without looking at a byte twice, and getting past a too long item.

                       delimiter found: the item
                   +-----------------------------+
                   v                             |
              (searching) -- longer than max_length: FrameTooLong, recoverable --> (skipping)
                   ^                                                                   |
                   +------------------------- delimiter found -------------------------+
"""

from __future__ import annotations

from framewire._impl import BytesMut
from framewire.buf import WriteBuffer
from framewire.codec import Codec
from framewire.errors import EncodeError, FrameTooLong

__all__ = ["DEFAULT_MAX_LENGTH", "DelimiterCodec", "DelimiterSearch"]

DEFAULT_MAX_LENGTH = 64 * 1024
"""Bytes in one item, its delimiter not counted, unless told otherwise (asyncio's streams allow as many)."""


class DelimiterSearch:
    """Takes items off the front of a buffer, up to a delimiter. Remembers how far it has looked from the front."""

    __slots__ = ("_reach", "_searched", "_skipping", "delimiter", "max_length")

    def __init__(self, delimiter: bytes, max_length: int, slack: int = 0) -> None:
        """`slack` bytes more than `max_length` are let through, for a caller that strips them and calls `check`."""
        if not delimiter:
            raise ValueError("a delimiter has at least one byte")
        if max_length < 1:
            raise ValueError(f"max_length is at least 1, not {max_length}")
        self.delimiter = delimiter
        self.max_length = max_length
        self._reach = max_length + slack + len(delimiter)  # a longest item and its delimiter end here
        self._searched = 0  # no delimiter begins before this
        self._skipping = False

    @property
    def skipping(self) -> bool:
        """Whether the rest of a too long item is being dropped."""
        return self._skipping

    def next(self, src: BytesMut) -> bytes | None:
        """The next item without its delimiter, or `None` for "need more". Copies the item; the search is linear."""
        if self._skipping and not self._skip(src):
            return None
        end = src.find(self.delimiter, self._searched, self._reach)
        if end >= 0:
            return self._take(src, end)
        if len(src) >= self._reach:
            self._searched = 0
            self._skipping = True
            raise self._too_long(None)
        self._searched = max(0, len(src) - len(self.delimiter) + 1)
        return None

    def rest(self, src: BytesMut) -> bytes | None:
        """After the end of the stream: the unterminated last item, of whatever length, or `None`."""
        if self._skipping:
            src.clear()
        self._searched, self._skipping = 0, False
        item = src.to_bytes()
        src.clear()
        return item or None

    def check(self, item: bytes) -> bytes:
        """The item, or `FrameTooLong` if it is longer than `max_length`."""
        if len(item) > self.max_length:
            raise self._too_long(len(item))
        return item

    def begins_in(self, item: bytes) -> bool:
        """Whether, with the delimiter behind it, one is found that begins before the end of the item."""
        last = item[max(0, len(item) - len(self.delimiter) + 1) :]
        return (last + self.delimiter).find(self.delimiter) < len(last)

    def _too_long(self, size: int | None) -> FrameTooLong:
        what = "an item is longer" if size is None else f"an item of {size} bytes is longer"
        message = f"{what} than {self.max_length} bytes"
        return FrameTooLong(message, limit=self.max_length, size=size, recoverable=True)

    def _take(self, src: BytesMut, end: int) -> bytes:
        item = src.split_to(end).to_bytes()
        src.advance(len(self.delimiter))
        self._searched = 0
        return item

    def _skip(self, src: BytesMut) -> bool:
        """Drop bytes up to and with the next delimiter; whether it was found."""
        end = src.find(self.delimiter)
        if end < 0:  # the delimiter may have begun: its first bytes stay
            src.advance(max(0, len(src) - len(self.delimiter) + 1))
            return False
        src.advance(end + len(self.delimiter))
        self._skipping = False
        return True


class DelimiterCodec(Codec[bytes]):
    """`Codec[bytes]`: items that end with `delimiter`, one or more bytes; an item may be empty.

    An item of more than `max_length` bytes raises `FrameTooLong` (recoverable) once, and the codec goes on behind its
    delimiter. At the end of the stream an unterminated last item is returned. After tokio-util's `AnyDelimiterCodec`.
    """

    __slots__ = ("_search",)

    def __init__(self, delimiter: bytes, *, max_length: int = DEFAULT_MAX_LENGTH) -> None:
        self._search = DelimiterSearch(delimiter, max_length)

    @property
    def idle(self) -> bool:
        """True but while a too long item is being skipped: nothing of another item is ever consumed."""
        return not self._search.skipping

    def decode(self, src: BytesMut) -> bytes | None:
        """Take the next item off `src`, or return `None` for "need more". O(bytes) over all calls; copies the item."""
        return self._search.next(src)

    def decode_eof(self, src: BytesMut) -> bytes | None:
        """The next item, the unterminated last one, or `None`."""
        item = self._search.next(src)
        if item is None:
            item = self._search.rest(src)
        return None if item is None else self._search.check(item)

    def encode(self, frame: bytes, dst: WriteBuffer) -> None:
        """Append item and delimiter. Raises `EncodeError` if they would not be read back as one, or if too long."""
        search = self._search
        if search.delimiter in frame or search.begins_in(frame):
            raise EncodeError(f"the item holds the delimiter {search.delimiter!r}, or its end completes one")
        if len(frame) > search.max_length:
            raise EncodeError(f"the item has {len(frame)} bytes, limit {search.max_length}")
        dst.put_slice(frame)
        dst.put_slice(search.delimiter)
