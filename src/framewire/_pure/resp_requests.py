"""The grammar of requests: what a server accepts from its clients, in Redis' own words where it refuses.

What belongs here: the two forms of a request, and their limits. An array of bulks, or one line of text; nothing nests.

    START --"*", count > 0--> ARGUMENT --"$", length--> PAYLOAD --was the last--> finished
      | ^                        ^                         |
      | |                        +------ wants more -------+
      | +--"*", count <= 0; blank line (skipped without an answer)
      +---any other first byte: a line of words--> finished

It is stricter than Redis in one thing: what must be CR LF is looked at.
"""

from __future__ import annotations

from framewire._pure.resp_inline import split_inline
from framewire._pure.resp_reader import DONE, GO_ON, NEED_MORE, Reader, Step
from framewire.errors import ProtocolError
from framewire.frames import refusals
from framewire.frames.decimals import parse_signed_count
from framewire.frames.resp import RespLimits

__all__ = ["Requests"]

ARRAY, BULK = b"*$"

UNAUTHENTICATED_ARGUMENTS = 10
UNAUTHENTICATED_BULK = 16 * 1024
# Redis' third limit for such clients, 1 MiB of unread input, cannot be reached by one request within these two.


class Requests(Reader):
    """Reads one request after the other into lists of bytes."""

    def __init__(self, limits: RespLimits) -> None:
        super().__init__(limits)
        self.authenticated = True
        self._arguments: list[bytes] = []
        self._missing = 0  # arguments still to come
        self._kind = 0  # first byte of the line that is being read

    def reset(self) -> None:
        super().reset()
        self._arguments = []

    # -- START and ARGUMENT -------------------------------------------------------------------------------------------

    def _line_step(self) -> Step:
        if self.pos == len(self._view):
            return NEED_MORE
        self._kind = self._view[self.pos]
        if self._missing:
            return self._length_step()
        return self._count_step() if self._kind == ARRAY else self._inline_step()

    def _count_step(self) -> Step:
        text = self._take_crlf_line()
        if text is None:
            return NEED_MORE
        self._charge(0)
        count = self._number("count", text)
        if count <= 0:
            return self._skip()
        self._check_count(count)
        self._arguments, self._missing = [], count
        return GO_ON

    def _length_step(self) -> Step:
        if self._kind != BULK:
            raise refusals.request_expected_bulk(self._kind)
        text = self._take_crlf_line()
        if text is None:
            return NEED_MORE
        self._charge(0)
        length = self._number("length", text)
        if length < 0:
            raise refusals.request_invalid("length")
        self._check_length(length)
        self._charge(length + 2)
        self._length = length
        return GO_ON

    def _inline_step(self) -> Step:
        line = self._take_line(0, self.limits.max_line)
        if line is None:
            return NEED_MORE
        self._charge(0)
        arguments = split_inline(line.removesuffix(b"\r"))
        if arguments is None:
            raise refusals.request_invalid("quotes")
        return self._finish(arguments) if arguments else self._skip()

    def _skip(self) -> Step:
        self._used = 0
        return GO_ON

    # -- PAYLOAD ------------------------------------------------------------------------------------------------------

    def _payload_step(self) -> Step:
        payload = self._take_payload()
        if payload is None:
            return NEED_MORE
        self._arguments.append(payload)
        self._missing -= 1
        return GO_ON if self._missing else self._finish(self._arguments)

    def _finish(self, arguments: list[bytes]) -> Step:
        self.item, self._arguments = arguments, []
        return DONE

    # -- limits -------------------------------------------------------------------------------------------------------

    def _number(self, what: str, text: bytes) -> int:
        number = parse_signed_count(text)
        if number is None:
            raise refusals.request_invalid(what)
        return number

    def _check_count(self, count: int) -> None:
        if count > self.limits.max_elements:
            raise refusals.request_count_too_long(count, self.limits.max_elements, authenticated=True)
        if not self.authenticated and count > UNAUTHENTICATED_ARGUMENTS:
            raise refusals.request_count_too_long(count, UNAUTHENTICATED_ARGUMENTS, authenticated=False)

    def _check_length(self, length: int) -> None:
        if length > self.limits.max_bulk:
            raise refusals.request_bulk_too_long(length, self.limits.max_bulk, authenticated=True)
        if not self.authenticated and length > UNAUTHENTICATED_BULK:
            raise refusals.request_bulk_too_long(length, UNAUTHENTICATED_BULK, authenticated=False)

    def _charge(self, coming: int) -> None:
        size = self._used + coming
        if size > self.limits.max_frame:
            raise refusals.request_too_long(size, self.limits.max_frame)

    # -- refusals that the reader asks for ----------------------------------------------------------------------------

    def _line_too_long(self) -> ProtocolError:
        inline = not self._missing and self._kind != ARRAY
        return refusals.request_line_too_long(0 if inline else self._kind, self.limits.max_line)

    def _bad_line_end(self) -> ProtocolError:
        return refusals.request_invalid("crlf")

    def _bad_payload_end(self) -> ProtocolError:
        return refusals.request_invalid("crlf")
