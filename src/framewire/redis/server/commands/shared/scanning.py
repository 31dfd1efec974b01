"""What SCAN, HSCAN, SSCAN and ZSCAN share: their arguments, and pages of a collection.

What belongs here: reading `cursor [MATCH pattern] [COUNT count] [TYPE type]`, and choosing among the members of a page.
Where the cursor leads is the business of `values.scanning`; what is replied, that of each command.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from framewire.redis.glob import Matcher, compile_glob
from framewire.redis.server.clients.client import Client
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError

__all__ = ["NOTHING_TO_SCAN", "ScanOptions", "page", "parse_cursor"]

NOTHING_TO_SCAN = [b"0", []]
"""The reply of HSCAN, SSCAN and ZSCAN for a missing key, whatever options follow."""

_UINT64_MAX = 2**64 - 1

# What C's strtoul takes for a number when nothing may follow it: also a sign, and also no digits at all.
_is_cursor = re.compile(rb"(?:([+-]?)0*([0-9]{1,20}))?").fullmatch


def parse_cursor(text: bytes) -> int:
    """The cursor that a client sent back; raises `CommandError`. A negative one counts from 2^64, as in Redis."""
    match = _is_cursor(text.split(b"\0", 1)[0])
    size = int(match[2] or 0) if match else _UINT64_MAX + 1
    if match is None or size > _UINT64_MAX:
        raise CommandError(b"ERR invalid cursor")
    return -size & _UINT64_MAX if match[1] == b"-" else size


class ScanOptions:
    """What stands behind the cursor. `matches` and `kind` (for SCAN, which alone has TYPE) are `None` if not given.

    Raises `CommandError`.
    """

    __slots__ = ("count", "kind", "matches")

    def __init__(self, arguments: Arguments, *, with_type: bool = False) -> None:
        self.count = 10
        self.matches: Matcher | None = None
        self.kind: bytes | None = None
        while arguments:
            option = arguments.next_word()
            if option == b"COUNT" and arguments:
                self._take_count(arguments)
            elif option == b"MATCH" and arguments:
                self._take_pattern(arguments.next_bytes())
            elif option == b"TYPE" and arguments and with_type:
                self.kind = arguments.next_bytes().lower()
            else:
                raise CommandError(SYNTAX_ERROR)

    def _take_count(self, arguments: Arguments) -> None:
        self.count = arguments.next_int()
        if self.count < 1:
            raise CommandError(SYNTAX_ERROR)

    def _take_pattern(self, pattern: bytes) -> None:
        """A lone star is no pattern: it lets also the empty member pass, which as a pattern it does not match."""
        self.matches = None if pattern == b"*" else compile_glob(pattern)


def page(
    client: Client, collection: Collection[bytes], cursor: int, options: ScanOptions, *, whole: bool = False
) -> tuple[int, list[bytes]]:
    """The next cursor and the members that are due and match; with `whole`, all members and 0.

    O(COUNT), and O(n) for the first page. Redis returns collections in a small encoding `whole`.
    """
    if whole:
        following, members = 0, list(collection)
    else:
        following, members = client.state.scans.page(collection, cursor, options.count)
    if options.matches is not None:
        members = list(filter(options.matches, members))
    return following, members
