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

from typing import TypeVar

from framewire._impl import BytesMut, DelimitedItems
from framewire.buf.write_buffer import WriteBuffer
from framewire.codec import Codec
from framewire.codecs.payload import as_bytes
from framewire.errors import EncodeError, FrameTooLong

__all__ = ["DEFAULT_MAX_LENGTH", "DelimiterCodec", "DelimiterSearch", "first_of"]

T = TypeVar("T")

DEFAULT_MAX_LENGTH = 64 * 1024
"""Bytes in one item, its delimiter not counted, unless told otherwise (asyncio's streams allow as many)."""


class DelimiterSearch:
    """What the taker of delimited items (`items`) leaves over: too long items, skipping, and the end of the stream.

    Both share one memory of how far the buffer was searched, so that no byte is looked at twice.
    """

    __slots__ = ("delimiter", "items", "max_length")

    def __init__(self, delimiter: bytes, max_length: int, optional: bytes = b"", encoding: str | None = None) -> None:
        """The parameters are those of `DelimitedItems`."""
        self.items = DelimitedItems(delimiter, max_length, optional, encoding)
        self.delimiter = delimiter
        self.max_length = max_length

    @property
    def skipping(self) -> bool:
        """Whether the rest of a too long item is being dropped."""
        return self.items.skipping

    def next(self, src: BytesMut) -> bytes | None:
        """The next item as it stands before its delimiter, however `items` would take it, or `None` for "need more".

        Copies the item; the search is linear. Raises `FrameTooLong` where there is no delimiter within reach; an item
        that has one is for the caller to `check`.
        """
        items = self.items
        if items.skipping and not self._skip(src):
            return None
        end = src.find(self.delimiter, items.searched, items.reach)
        if end >= 0:
            return self._take(src, end)
        if len(src) >= items.reach:
            items.searched = 0
            items.skipping = True
            raise self._too_long(None)
        items.searched = max(0, len(src) - len(self.delimiter) + 1)
        return None

    def rest(self, src: BytesMut) -> bytes | None:
        """After the end of the stream: the unterminated last item, of whatever length, or `None`."""
        if self.items.skipping:
            src.clear()
        self.items.searched, self.items.skipping = 0, False
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
        self.items.searched = 0
        return item

    def _skip(self, src: BytesMut) -> bool:
        """Drop bytes up to and with the next delimiter; whether it was found."""
        end = src.find(self.delimiter)
        if end < 0:  # the delimiter may have begun: its first bytes stay
            src.advance(max(0, len(src) - len(self.delimiter) + 1))
            return False
        src.advance(end + len(self.delimiter))
        self.items.skipping = False
        return True


def first_of(item: T | None) -> list[T]:
    """A batch that is this item, or empty."""
    return [] if item is None else [item]


class DelimiterCodec(Codec[bytes]):
    """`Codec[bytes]`: items that end with `delimiter`, one or more bytes; an item may be empty.

    An item of more than `max_length` bytes raises `FrameTooLong` (recoverable) once, and the codec goes on behind its
    delimiter. At the end of the stream an unterminated last item is returned. After tokio-util's `AnyDelimiterCodec`.
    """

    __slots__ = ("_search", "_take")

    def __init__(self, delimiter: bytes, *, max_length: int = DEFAULT_MAX_LENGTH) -> None:
        self._search = DelimiterSearch(delimiter, max_length)
        self._take = self._search.items.take

    @property
    def idle(self) -> bool:
        """True but while a too long item is being skipped: nothing of another item is ever consumed."""
        return not self._search.skipping

    def decode(self, src: BytesMut) -> bytes | None:
        """Take the next item off `src`, or return `None` for "need more". O(bytes) over all calls; copies the item."""
        item: bytes | None = self._take(src)
        return self._search.next(src) if item is None else item

    def decode_batch(self, src: BytesMut, max_items: int) -> list[bytes]:
        """Take up to `max_items` items off `src`. Raises `FrameTooLong` when an offender comes first."""
        return self._search.items.take_batch(src, max_items) or first_of(self.decode(src) if max_items else None)

    def decode_eof(self, src: BytesMut) -> bytes | None:
        """The next item, the unterminated last one, or `None`."""
        item = self._search.next(src)
        if item is None:
            item = self._search.rest(src)
        return None if item is None else self._search.check(item)

    def encode(self, frame: bytes, dst: WriteBuffer) -> None:
        """Append item and delimiter. Raises `EncodeError` if they would not be read back as one, or if too long."""
        search, item = self._search, as_bytes(frame)
        if search.delimiter in item or search.begins_in(item):
            raise EncodeError(f"the item holds the delimiter {search.delimiter!r}, or its end completes one")
        if len(item) > search.max_length:
            raise EncodeError(f"the item has {len(item)} bytes, limit {search.max_length}")
        dst.put_slice(item)
        dst.put_slice(search.delimiter)
