"""XTRIM, and the options that it shares with XADD: how much of a stream is kept.

What belongs here: `TrimOptions`, and XTRIM, which has no others.
"""

from __future__ import annotations

from typing import Final

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.lookup import find
from framewire.redis.server.commands.streams.ids import parse_id
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError
from framewire.redis.server.values.streams import Keep, KeepFrom, KeepLength, StreamValue, id_text

__all__ = ["TrimOptions", "xtrim"]

_NODES_AT_ONCE: Final = 100
_ENTRIES_AT_ONCE: Final = range(1, 1_000_001)


class TrimOptions:
    """`MAXLEN | MINID [= | ~] threshold [LIMIT count]`, and which options they were.

    Caller gives `take` one option after the other, then calls `check`. `keep` is `None` where nothing is to be trimmed.
    """

    __slots__ = ("_limit", "_word", "exact", "keep", "limit")

    def __init__(self) -> None:
        self.keep: Keep | None = None
        self.exact = True
        self.limit = 0  # how many entries may go at most; 0 is any number
        self._limit: int | None = None
        self._word = b""

    def take(self, arguments: Arguments) -> bool:
        """Take one of these options with its arguments; whether there was one. Raises `CommandError`."""
        word = arguments.peek_word()
        if arguments.remaining < 2 or word not in (b"MAXLEN", b"MINID", b"LIMIT"):
            return False
        arguments.next_bytes()
        if word == b"LIMIT":
            self._limit = _not_negative(arguments, b"LIMIT")
        else:
            self._take_strategy(word, arguments)
        return True

    def _take_strategy(self, word: bytes, arguments: Arguments) -> None:
        if self.keep is not None:
            raise CommandError(b"ERR syntax error, MAXLEN and MINID options at the same time are not compatible")
        self._word = word
        self.exact = True
        if arguments.remaining > 1 and arguments.peek_word() in (b"~", b"="):
            self.exact = arguments.next_bytes() == b"="
        if word == b"MAXLEN":
            self.keep = KeepLength(_not_negative(arguments, b"MAXLEN"))
        else:
            self.keep = KeepFrom(parse_id(arguments.next_bytes()))

    def check(self, client: Client, needed: bool) -> None:
        """Whether the options make sense together, and one is there if it is `needed`. Raises `CommandError`.

        An append-only file may hold a LIMIT that had its effect already.
        """
        if self._limit and self.keep is None:
            raise CommandError(b"ERR syntax error, LIMIT cannot be used without specifying a trimming strategy")
        if needed and self.keep is None:
            raise CommandError(b"ERR syntax error, XTRIM must be called with a trimming strategy")
        if client.state.loading:
            return
        if self._limit is not None and self.exact:
            raise CommandError(b"ERR syntax error, LIMIT cannot be used without the special ~ option")
        if not self.exact:
            self.limit = self._default_limit(client) if self._limit is None else self._limit

    def _default_limit(self, client: Client) -> int:
        limit = _NODES_AT_ONCE * client.state.config.stream_node_max_entries
        return limit if limit in _ENTRIES_AT_ONCE else 10_000 if limit <= 0 else 1_000_000

    def trim(self, stream: StreamValue) -> int:
        """Trim; how many entries went. O(nodes)."""
        return 0 if self.keep is None else stream.trim(self.keep, self.exact, self.limit)

    def spell(self, stream: StreamValue) -> list[bytes]:
        """The options that trim to what the stream is now, whatever nodes it has; for the append-only file."""
        if self.keep is None:
            return []
        if self.exact:
            threshold = self.keep.length if isinstance(self.keep, KeepLength) else self.keep.id
        else:
            threshold = len(stream) if isinstance(self.keep, KeepLength) else stream.first_id
        return [self._word, b"=", b"%d" % threshold if self._word == b"MAXLEN" else id_text(threshold)]


def _not_negative(arguments: Arguments, word: bytes) -> int:
    number = arguments.next_int()
    if number < 0:
        raise CommandError(b"ERR The %s argument must be >= 0." % word)
    return number


def xtrim(client: Client, request: list[bytes]) -> object:
    arguments, options = Arguments(request, 2), TrimOptions()
    while arguments:
        if not options.take(arguments):
            raise CommandError(SYNTAX_ERROR)
    options.check(client, needed=True)
    key = request[1]
    stream = find(client, key, StreamValue)
    trimmed = 0 if stream is None else options.trim(stream)
    if stream is not None and trimmed:
        client.propagate([b"XTRIM", key, *options.spell(stream)])
        client.db.touch(key, b"xtrim")
    return trimmed
