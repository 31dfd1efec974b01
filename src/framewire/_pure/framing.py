"""The plain takers: whole frames off the front of a buffer, one call for each, or one call for many.

What belongs here: what a codec of a simple framing does for nearly every frame, and only that. A taker takes a frame
that is whole and within its limits. Anything else it leaves where it is, and returns nothing; the codec finds out what
it is, and owns the errors.
"""

from __future__ import annotations

from typing import Any, Literal

from framewire._pure.block import count
from framewire._pure.buffer import BytesMut

__all__ = ["DelimitedItems", "PrefixedFrames"]


class DelimitedItems:
    """Takes items that end with a delimiter, and remembers how far it has looked for it.

    Items are `bytes`, or `str` with an `encoding`. Where the byte `optional` stands before a delimiter, it belongs to
    that (the CR of lines). `searched` (no delimiter begins before it) and `skipping` (take nothing) may be set: they
    are the codec's and the taker's common memory of one buffer.
    """

    __slots__ = ("_encoding", "_optional", "delimiter", "max_length", "reach", "searched", "skipping")

    def __init__(self, delimiter: bytes, max_length: int, optional: bytes = b"", encoding: str | None = None) -> None:
        """Raises `ValueError` for an empty delimiter, a limit below 1, or more than one optional byte."""
        if not delimiter:
            raise ValueError("a delimiter has at least one byte")
        if max_length < 1:
            raise ValueError(f"max_length is at least 1, not {max_length}")
        if len(optional) > 1:
            raise ValueError(f"at most one byte before a delimiter is optional, not {len(optional)}")
        self.delimiter = delimiter
        self.max_length = max_length
        self.reach = max_length + len(optional) + len(delimiter)  # a longest item and its delimiter end here
        self.searched = 0
        self.skipping = False
        self._optional = optional
        self._encoding = encoding

    def take(self, src: BytesMut, /) -> Any:
        """The next item without its delimiter, or `None`; O(bytes) over all calls, copies the item.

        `None` where there is no delimiter within reach, where the item is longer than the limit, where it is no text,
        and while skipping. Nothing is consumed then.
        """
        if self.skipping:
            return None
        end = src.find(self.delimiter, self.searched, self.reach)
        if end < 0:
            self.searched = max(self.searched, min(len(src), self.reach) - len(self.delimiter) + 1)
            return None
        data = bytes(src.view()[:end])
        if self._optional:
            data = data.removesuffix(self._optional)
        if len(data) > self.max_length:
            return None
        item = self._text(data, self._encoding) if self._encoding else data
        if item is not None:
            src.advance(end + len(self.delimiter))
            self.searched = 0
        return item

    def take_batch(self, src: BytesMut, max_items: int) -> list[Any]:
        """What `take` would return, call after call, up to `max_items` of them or to the first `None`."""
        items: list[Any] = []
        for _ in range(count(max_items)):
            item = self.take(src)
            if item is None:
                break
            items.append(item)
        return items

    @staticmethod
    def _text(data: bytes, encoding: str) -> str | None:
        try:
            return str(data, encoding)
        except UnicodeError:
            return None


class PrefixedFrames:
    """Takes frames that a number before them gives the length of.

    The number has `width` bytes (1 to 8) and stands `offset` bytes from the front; plus `adjustment` it is the length
    of the frame that begins `skip` bytes from the front.
    """

    __slots__ = ("_adjustment", "_byteorder", "_end", "_head", "_max", "_offset", "_skip")

    def __init__(
        self, offset: int, width: int, byteorder: Literal["big", "little"], adjustment: int, skip: int, max_length: int
    ) -> None:
        """Raises `ValueError` for a width that is not 1 to 8, a byte order that is neither, or a negative count."""
        if not 1 <= width <= 8:
            raise ValueError(f"a length field has 1 to 8 bytes, not {width}")
        if byteorder not in ("big", "little"):
            raise ValueError(f"byteorder is 'big' or 'little', not {byteorder!r}")
        if min(offset, skip, max_length) < 0:
            raise ValueError("an offset, a number of bytes to skip and a limit are not negative")
        self._offset = offset
        self._end = offset + width
        self._byteorder = byteorder
        self._adjustment = adjustment
        self._skip = skip
        self._head = max(self._end, skip)
        self._max = max_length

    def take(self, src: BytesMut, /) -> bytes | None:
        """The next frame without what is skipped, or `None`; copies the frame.

        `None` where the frame is not whole, its length is negative or above the limit, or where nothing would be
        consumed, so that the same would come for ever.
        """
        if len(src) < self._head:
            return None
        view = src.view()
        length = int.from_bytes(view[self._offset : self._end], self._byteorder) + self._adjustment
        stop = self._skip + length
        if not 0 <= length <= self._max or not 0 < stop <= len(src):
            return None
        frame = bytes(view[self._skip : stop])
        del view
        src.advance(stop)
        return frame

    def take_batch(self, src: BytesMut, max_items: int) -> list[bytes]:
        """What `take` would return, call after call, up to `max_items` of them or to the first `None`."""
        frames: list[bytes] = []
        for _ in range(count(max_items)):
            frame = self.take(src)
            if frame is None:
                break
            frames.append(frame)
        return frames
