"""What SCAN, HSCAN, SSCAN and ZSCAN share: their arguments, and pages of a collection.

What belongs here: reading `cursor [MATCH pattern] [COUNT count] [TYPE type]`, and choosing among the members of a page.
Where the cursor leads is the business of `keyspace/scans.py`; what is replied, that of each command.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import TypeVar

from framewire.redis.glob import Matcher, compile_glob
from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.lookup import look_up
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError

__all__ = ["ScanOptions", "page", "parse_cursor", "scan_value"]

V = TypeVar("V")

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


def scan_value(
    client: Client,
    request: list[bytes],
    kind: type[V],
    members: Callable[[V], tuple[Collection[bytes], bool]],
    shown: Callable[[V, list[bytes]], list[bytes]],
) -> object:
    """HSCAN, SSCAN and ZSCAN. For a missing key there is nothing, whatever options follow.

    `members(value)` is what to go through, and whether to return it whole; `shown(value, found)`, what is replied.
    """
    cursor = parse_cursor(request[2])
    value = look_up(client, request[1], kind)
    if value is None:
        return [b"0", []]
    options = ScanOptions(Arguments(request, 3))
    collection, whole = members(value)
    following, found = page(client, collection, cursor, options, whole=whole)
    return [b"%d" % following, shown(value, found)]
