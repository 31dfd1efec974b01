"""A place in a byte stream: what the grammar of replies and the grammar of requests both stand on.

What belongs here: taking lines, payloads and line ends off one call's bytes, and what must be remembered from one call
to the next. No grammar. "Not here yet" is `None` or `False`; nothing is consumed then, and no byte is searched twice.
"""

from __future__ import annotations

import enum
import re

from framewire.errors import ProtocolError
from framewire.frames.resp import RespLimits

__all__ = ["DONE", "GO_ON", "LARGE", "NEED_MORE", "SURFACED", "Reader", "Step", "find_lf"]

LARGE = 64 * 1024
"""A payload this large that has not all arrived is announced to the buffer, which then receives it in one block."""

LF = re.compile(rb"\n")
NO_BYTES = memoryview(b"")


class Step(enum.Enum):
    """What became of one line or payload."""

    NEED_MORE = enum.auto()  # it is not all here; nothing of it was consumed
    GO_ON = enum.auto()  # it was consumed; the item is not finished
    DONE = enum.auto()  # it was consumed and finished the item
    SURFACED = enum.auto()  # it was consumed and finished an item inside another one, which goes on


NEED_MORE, GO_ON, DONE, SURFACED = Step


def find_lf(view: memoryview, start: int, stop: int) -> int:
    """Index of the first LF in `view[start:stop]`, or -1. Every search of the decoders comes through here."""
    found = LF.search(view, start, stop)
    return found.start() if found else -1


class Reader:
    """Bytes of one call (`view`, read up to `pos`) and the memory between calls (everything else)."""

    def __init__(self, limits: RespLimits) -> None:
        self.limits = limits
        self.item: object = None  # the finished item, after `run` has returned True
        self.pos = 0
        self.begun = False  # a byte of an unfinished item has been seen
        self._view = NO_BYTES
        self._used = 0  # bytes of the current top-level item before `pos`
        self._searched = 0  # bytes of the unfinished line, after its first, that hold no LF
        self._length = -1  # length of the payload that is awaited; -1: none
        self._payload: bytes | None = None  # that payload, while its CR LF is awaited

    @property
    def wanted(self) -> int:
        """Bytes of the payload that starts at `pos` and is not here yet, or 0."""
        return self._length if self._payload is None and self._length > 0 else 0

    def run(self, view: memoryview, pos: int) -> bool:
        """Read on at `view[pos]`. True: `item` is finished and ends at `pos`. False: more bytes are needed."""
        self._view, self.pos = view, pos
        step = GO_ON
        while step is GO_ON:
            step = self._line_step() if self._length < 0 else self._payload_step()
        self._view = NO_BYTES
        if step is DONE:
            self._used = 0
        self.begun = self._used > 0 or (step is NEED_MORE and self.pos < len(view))
        return step is not NEED_MORE

    def reset(self) -> None:
        """Forget everything and let go of its memory."""
        self._view, self._payload, self._length = NO_BYTES, None, -1
        self._used = self._searched = 0

    def _line_step(self) -> Step:
        """Take the line at `pos` and act on it."""
        raise NotImplementedError

    def _payload_step(self) -> Step:
        """Take the payload at `pos`, which `_length` announced, and act on it."""
        raise NotImplementedError

    def _take(self, count: int) -> None:
        self.pos += count
        self._used += count

    def _take_line(self, first: int, max_text: int) -> bytes | None:
        """The line at `pos` as its text, without the `first` bytes in front and without its LF; consumed whole.

        `None`: the LF is not here yet. Raises `_line_too_long` when it is not within `max_text` bytes.
        """
        begin = self.pos + first
        stop = min(len(self._view), begin + max_text + 1)
        lf = find_lf(self._view, begin + self._searched, stop)
        if lf < 0:
            if stop - begin > max_text:
                raise self._line_too_long()
            self._searched = stop - begin
            return None
        self._searched = 0
        text = bytes(self._view[begin:lf])
        self._take(lf + 1 - self.pos)
        return text

    def _take_crlf_line(self) -> bytes | None:
        """The line at `pos` as its text, without its first byte and CR LF; `None` if it is not here yet."""
        text = self._take_line(1, self.limits.max_line + 1)
        if text is None:
            return None
        if text.find(b"\r") != len(text) - 1 or not text:
            raise self._bad_line_end()
        return text[:-1]

    def _take_payload(self) -> bytes | None:
        """The awaited payload, consumed with its CR LF; `None` if they are not all here."""
        if self._payload is None:
            if len(self._view) - self.pos < self._length:
                return None
            self._payload = self._copy(self._length)
            self._take(self._length)
        end = bytes(self._view[self.pos : self.pos + 2])
        if end != b"\r\n":
            if b"\r\n".startswith(end):
                return None
            raise self._bad_payload_end()
        self._take(2)
        payload, self._payload, self._length = self._payload, None, -1
        return payload

    def _copy(self, count: int) -> bytes:
        return bytes(self._view[self.pos : self.pos + count])

    def _line_too_long(self) -> ProtocolError:
        raise NotImplementedError

    def _bad_line_end(self) -> ProtocolError:
        raise NotImplementedError

    def _bad_payload_end(self) -> ProtocolError:
        raise NotImplementedError
