"""XCLAIM and XAUTOCLAIM: taking over entries that were delivered to others, who may never come back.

What belongs here: these two. XCLAIM, with all that it can be told, is also what the append-only file holds of every
delivery, so it can make what is pending anew.
"""

from __future__ import annotations

from itertools import islice

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.streams.ids import parse_id, parse_start
from framewire.redis.server.commands.streams.lookup import existing_group
from framewire.redis.server.commands.streams.propagation import GroupLog, consumer_of
from framewire.redis.server.parsing.arguments import INT64_MAX, Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError
from framewire.redis.server.values.stream_groups import Consumer, Group, Pending
from framewire.redis.server.values.streams import StreamValue, id_text

__all__ = ["xautoclaim", "xclaim"]

_ATTEMPTS = 10  # so many entries are looked at for each that may be claimed
_MOST_CLAIMED = INT64_MAX // 16


def _least_idle(text: bytes, command: bytes) -> int:
    return max(Arguments([text], 0).next_int(b"ERR Invalid min-idle-time argument for %s" % command), 0)


# -- XCLAIM -----------------------------------------------------------------------------------------------------------


class _ClaimOptions:
    """What may stand behind the ids. `delivered` and `count` are `None` where they are not given."""

    __slots__ = ("count", "delivered", "force", "last_id", "only_ids")

    def __init__(self, arguments: Arguments, now: int) -> None:
        self.force = self.only_ids = False
        self.delivered: int | None = None
        self.count: int | None = None
        self.last_id = 0
        while arguments:
            self._take(arguments, now)

    def _take(self, arguments: Arguments, now: int) -> None:
        sent = arguments.next_bytes()
        word = sent.upper()
        if word == b"FORCE":
            self.force = True
        elif word == b"JUSTID":
            self.only_ids = True
        elif word == b"LASTID" and arguments:
            self.last_id = parse_id(arguments.next_bytes())
        elif word in (b"IDLE", b"TIME", b"RETRYCOUNT") and arguments:
            self._take_number(word, arguments, now)
        else:
            raise CommandError(b"ERR Unrecognized XCLAIM option '%s'" % sent.split(b"\0", 1)[0])

    def _take_number(self, word: bytes, arguments: Arguments, now: int) -> None:
        number = arguments.next_int(b"ERR Invalid %s option argument for XCLAIM" % word)
        if word == b"RETRYCOUNT":
            self.count = number
        else:
            self.delivered = number if word == b"TIME" else now - number

    def time(self, now: int, loading: bool) -> int:
        """When the entries count as delivered: what was said, but neither before the epoch nor in the future.

        What an append-only file says is true, whatever our clock says.
        """
        said = self.delivered
        return now if said is None or said < 0 or (said > now and not loading) else said


def xclaim(client: Client, request: list[bytes]) -> object:
    stream, group = existing_group(client, request[1], request[2])
    least_idle = _least_idle(request[4], b"XCLAIM")
    now = client.state.present
    ids = _leading_ids(request)
    options = _ClaimOptions(Arguments(request, 5 + len(ids)), now)
    logged: list[list[bytes]] = []
    log = GroupLog(client, logged, request[1], request[2], group)
    moved_on = options.last_id > group.last_id
    group.last_id = max(group.last_id, options.last_id)
    claim = _Claim(client, request, stream, group, log)
    replies = [claim.named(id_, least_idle, options) for id_ in ids]
    if moved_on:
        log.position()
    client.propagate(*logged)
    return [reply for reply in replies if reply is not None]


def _leading_ids(request: list[bytes]) -> list[int]:
    """The ids; what is none begins the options."""
    ids: list[int] = []
    for text in request[5:]:
        try:
            ids.append(parse_id(text))
        except CommandError:
            break
    return ids


class _Claim:
    """Entries on their way to a consumer, who is made when there is one."""

    __slots__ = ("_client", "_log", "_request", "group", "now", "stream")

    def __init__(self, client: Client, request: list[bytes], stream: StreamValue, group: Group, log: GroupLog) -> None:
        self._client = client
        self._request = request
        self._log = log
        self.stream = stream
        self.group = group
        self.now = client.state.present

    def _consumer(self) -> Consumer:
        return consumer_of(self._client, self._request[1], self.group, self._request[3], self._log)

    def named(self, id_: int, least_idle: int, options: _ClaimOptions) -> object | None:
        """Take an entry as XCLAIM does; its reply, `None` where it is not to be had."""
        pending = self.group.pending.get(id_)
        if id_ not in self.stream:
            if pending is not None:
                self.forget(id_, pending)
            return None
        if pending is None and options.force:
            pending = Pending(self._consumer(), self.now)
            self.group.put(id_, pending)
        elif pending is None or not self.is_idle(pending, least_idle):
            return None
        count = options.count if options.count is not None and options.count >= 0 else None
        return self.take(id_, pending, options.time(self.now, self._client.state.loading), count, options.only_ids)

    def is_idle(self, pending: Pending, least: int) -> bool:
        """Whether it was delivered long enough ago."""
        return not least or self.now - pending.delivered >= least

    def take(self, id_: int, pending: Pending, delivered: int, count: int | None, only_id: bool) -> object:
        """Take a pending entry; its reply. Where no count is given, this was one delivery more, unless `only_id`."""
        pending.delivered = delivered
        pending.count = count if count is not None else pending.count + (not only_id)
        self.group.give(id_, pending, self._consumer())
        self._log.claim(id_, pending)
        return id_text(id_) if only_id else [id_text(id_), self.stream.get(id_)]

    def forget(self, id_: int, pending: Pending) -> None:
        """An entry is not in the stream any more: nobody can be done with it."""
        self._log.claim(id_, pending)
        self.group.release(id_)


# -- XAUTOCLAIM -------------------------------------------------------------------------------------------------------


def xautoclaim(client: Client, request: list[bytes]) -> object:
    least_idle = _least_idle(request[4], b"XAUTOCLAIM")
    start = parse_start(request[5])
    count, only_ids = _scan_options(Arguments(request, 6))
    stream, group = existing_group(client, request[1], request[2])
    logged: list[list[bytes]] = []
    log = GroupLog(client, logged, request[1], request[2], group)
    reply = _scan(_Claim(client, request, stream, group, log), start, count, least_idle, only_ids)
    client.propagate(*logged)
    return reply


def _scan_options(arguments: Arguments) -> tuple[int, bool]:
    count, only_ids = 100, False
    while arguments:
        word = arguments.next_word()
        if word == b"COUNT" and arguments:
            count = arguments.next_int(b"ERR COUNT must be > 0")
            if not 1 <= count <= _MOST_CLAIMED:
                raise CommandError(b"ERR COUNT must be > 0")
        elif word == b"JUSTID":
            only_ids = True
        else:
            raise CommandError(SYNTAX_ERROR)
    return count, only_ids


def _scan(claim: _Claim, start: int, count: int, least_idle: int, only_ids: bool) -> list[object]:
    """Where to go on (0-0 at the end), what was claimed, and the ids of those that are not in the stream any more."""
    claimed: list[object] = []
    deleted: list[bytes] = []
    following = 0
    ids = list(islice(claim.group.pending.irange(start), count * _ATTEMPTS + 1))
    for attempt, id_ in enumerate(ids):
        if len(claimed) + len(deleted) == count or attempt == count * _ATTEMPTS:
            following = id_
            break
        pending = claim.group.pending[id_]
        if id_ not in claim.stream:
            claim.forget(id_, pending)
            deleted.append(id_text(id_))
        elif claim.is_idle(pending, least_idle):
            claimed.append(claim.take(id_, pending, claim.now, None, only_ids))
    return [id_text(following), claimed, deleted]
