"""Streams: XADD, XRANGE, XREAD and their kin.

What belongs here: the commands of Redis' group "stream" that know no consumer groups; those are in `stream_groups`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from framewire.redis.client.arguments import Key, Pairs, at_most_one, flat, some
from framewire.redis.client.definition import Reply, Runs, S, command, either, signature
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.basic import ok
from framewire.redis.client.shapes.streams import Entry, entries, read, stream_in_full, stream_info

__all__ = ["StreamId", "Streams", "reading"]

StreamId = bytes | str | int
"""`"1526919030474-55"`, or its first number alone, or a sign that the command knows (`*`, `$`, `-`, `+`, `>`)."""


class Streams(Runs[S]):
    """Streams and their entries."""

    @signature
    def _xadd(
        self, name: Key, fields: Pairs, id: StreamId = "*", maxlen: int | None = None, approximate: bool = True,
        nomkstream: Literal[False] = False, minid: StreamId | None = None, limit: int | None = None,
    ) -> Reply[S]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _xadd_if_there(
        self, name: Key, fields: Pairs, id: StreamId = "*", maxlen: int | None = None, approximate: bool = True,
        *, nomkstream: bool, minid: StreamId | None = None, limit: int | None = None,
    ) -> Reply[S | None]:  # fmt: skip
        raise NotImplementedError

    @either(_xadd, _xadd_if_there)
    def xadd(
        self, name: Key, fields: Pairs, id: StreamId = "*", maxlen: int | None = None, approximate: bool = True,
        nomkstream: bool = False, minid: StreamId | None = None, limit: int | None = None,
    ) -> Reply[Any]:  # fmt: skip
        """XADD: append an entry; returns its id. O(1), and what is cut off.

        Without an `id` the server makes one of its clock. The stream is cut to `maxlen` entries, or to those from
        `minid` on: about so, where that is cheaper, unless `approximate` is false; then at most `limit` entries go at
        once. With `nomkstream` no stream is created: `None` where there is none.
        """
        pairs: list[Any] = flat(fields)
        if nomkstream or maxlen is not None or minid is not None or limit is not None:
            request: tuple[Any, ...] = (b"XADD", name, b"NOMKSTREAM") if nomkstream else (b"XADD", name)
            return self._run((*request, *_cut(maxlen, minid, approximate, limit), id, *pairs))
        return self._run((b"XADD", name, id, *pairs))

    @command
    def xtrim(
        self, name: Key, maxlen: int | None = None, approximate: bool = True, minid: StreamId | None = None,
        limit: int | None = None,
    ) -> Reply[int]:  # fmt: skip
        """XTRIM: cut the stream to `maxlen` entries, or to those from `minid` on; see `xadd`. O(N) of those that go.

        Returns how many went.
        """
        if maxlen is None and minid is None:
            raise DataError("XTRIM needs maxlen or minid")
        return self._run((b"XTRIM", name, *_cut(maxlen, minid, approximate, limit)))

    @command
    def xdel(self, name: Key, *ids: StreamId) -> Reply[int]:
        """XDEL: delete the entries; returns how many there were. O(1) for each."""
        return self._run((b"XDEL", name, *some(ids)))

    @command
    def xlen(self, name: Key) -> Reply[int]:
        """XLEN: how many entries the stream has. O(1)."""
        return self._run((b"XLEN", name))

    @command
    def xrange(
        self, name: Key, min: StreamId = "-", max: StreamId = "+", count: int | None = None
    ) -> Reply[list[Entry[S]]]:
        """XRANGE: entries from id `min` to `max` (`"(1-2"` leaves 1-2 out), at most `count`; O(N) of them.

        Each is its id and a dict of its fields.
        """
        request: tuple[Any, ...] = (b"XRANGE", name, min, max)
        return self._run(request if count is None else (*request, b"COUNT", count), entries)

    @command
    def xrevrange(
        self, name: Key, max: StreamId = "+", min: StreamId = "-", count: int | None = None
    ) -> Reply[list[Entry[S]]]:
        """XREVRANGE: as `xrange`, the last one first. O(N) of those returned."""
        request: tuple[Any, ...] = (b"XREVRANGE", name, max, min)
        return self._run(request if count is None else (*request, b"COUNT", count), entries)

    @command
    def xread(
        self, streams: Mapping[Any, StreamId], count: int | None = None, block: int | None = None
    ) -> Reply[dict[S, list[Entry[S]]]]:
        """XREAD: of each stream the entries behind the id given, at most `count`; O(N) of them.

        Streams without such are left out. Where none has any, the server waits `block` milliseconds for one (0: for
        ever); `$` is the last id that there is when it begins to wait. Nothing came: an empty dict.
        """
        words: tuple[Any, ...] = () if count is None and block is None else reading(count, block)
        request: tuple[Any, ...] = (b"XREAD", *words, b"STREAMS", *(streams or some(streams)), *streams.values())
        if block is None:
            return self._run(request, read)
        return self._run_blocking(request, read, block / 1000)

    @command
    def xsetid(
        self, name: Key, last_id: StreamId, entries_added: int | None = None, max_deleted_id: StreamId | None = None
    ) -> Reply[bool]:
        """XSETID: say which id the stream has given last, as replication does. `True`. O(1)."""
        request: tuple[Any, ...] = (b"XSETID", name, last_id)
        if entries_added is not None:
            request += (b"ENTRIESADDED", entries_added)
        if max_deleted_id is not None:
            request += (b"MAXDELETEDID", max_deleted_id)
        return self._run(request, ok)

    @command
    def xinfo_stream(self, name: Key, full: bool = False, count: int | None = None) -> Reply[dict[str, Any]]:
        """XINFO STREAM: what the server knows of a stream, by its own names (`length`, `last-generated-id`, ...). O(1).

        `first-entry` and `last-entry` are entries as `xrange` gives them. With `full`, `entries` is a dict of `count`
        entries by their ids (10 unsaid, 0 for all), and `groups` tells of each group, its consumers and what is
        pending; O(N) of these.
        """
        if full:
            request: tuple[Any, ...] = (b"XINFO", b"STREAM", name, b"FULL")
            return self._run(request if count is None else (*request, b"COUNT", count), stream_in_full)
        if count is not None:
            raise DataError("count is for a full account")
        return self._run((b"XINFO", b"STREAM", name), stream_info)


def reading(count: int | None, block: int | None) -> tuple[Any, ...]:
    """The words for how much XREAD or XREADGROUP shall read, and how long it may wait."""
    if count is not None and count < 1:
        raise DataError(f"count must be at least 1, not {count}")
    if block is not None and block < 0:
        raise DataError(f"block must not be negative: {block}")
    most: tuple[Any, ...] = () if count is None else (b"COUNT", count)
    return most if block is None else (*most, b"BLOCK", block)


def _cut(maxlen: int | None, minid: StreamId | None, approximate: bool, limit: int | None) -> tuple[Any, ...]:
    """The words for how much of a stream shall stay."""
    if maxlen is None and minid is None:
        if limit is not None:
            raise DataError("limit needs maxlen or minid")
        return ()
    if maxlen is not None and minid is not None:
        at_most_one(maxlen=maxlen, minid=minid)
    if limit is not None and not approximate:
        raise DataError("limit is only for approximate trimming")
    sign = b"~" if approximate else b"="
    words = (b"MAXLEN", sign, maxlen) if minid is None else (b"MINID", sign, minid)
    return words if limit is None else (*words, b"LIMIT", limit)
