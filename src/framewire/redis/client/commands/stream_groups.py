"""Consumer groups: XGROUP, XREADGROUP, XACK and their kin.

What belongs here: the commands of Redis' group "stream" that are about groups, their consumers, and what is pending.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

from framewire.redis.client.arguments import Key, at_most_one, some
from framewire.redis.client.commands.streams import StreamId, reading
from framewire.redis.client.definition import Reply, Runs, S, command, either, signature
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.basic import flag, ok
from framewire.redis.client.shapes.records import records
from framewire.redis.client.shapes.streams import (
    Entry,
    PendingEntry,
    PendingSummary,
    autoclaimed,
    autoclaimed_ids,
    entries,
    pending_entries,
    pending_summary,
    read,
)

__all__ = ["StreamGroups"]


class StreamGroups(Runs[S]):
    """Streams read by groups of consumers."""

    # -- groups -------------------------------------------------------------------------------------------------------

    @command
    def xgroup_create(
        self, name: Key, groupname: Key, id: StreamId = "$", mkstream: bool = False, entries_read: int | None = None
    ) -> Reply[bool]:
        """XGROUP CREATE: let a group begin behind `id` (`$`: the last one, `0`: all are new to it). `True`. O(1).

        With `mkstream` an empty stream is created where there is none. `entries_read` is what the group is to believe
        it has read. An error where there is such a group.
        """
        request: tuple[Any, ...] = (b"XGROUP", b"CREATE", name, groupname, id)
        if mkstream:
            request += (b"MKSTREAM",)
        return self._run(request if entries_read is None else (*request, b"ENTRIESREAD", entries_read), ok)

    @command
    def xgroup_setid(
        self, name: Key, groupname: Key, id: StreamId, entries_read: int | None = None
    ) -> Reply[bool]:  # fmt: skip
        """XGROUP SETID: let the group go on behind `id`. `True`. O(1)."""
        request: tuple[Any, ...] = (b"XGROUP", b"SETID", name, groupname, id)
        return self._run(request if entries_read is None else (*request, b"ENTRIESREAD", entries_read), ok)

    @command
    def xgroup_destroy(self, name: Key, groupname: Key) -> Reply[bool]:
        """XGROUP DESTROY: remove the group; `False` where there is none. O(N) of what is pending there."""
        return self._run((b"XGROUP", b"DESTROY", name, groupname), flag)

    @command
    def xgroup_createconsumer(self, name: Key, groupname: Key, consumername: Key) -> Reply[int]:
        """XGROUP CREATECONSUMER: how many consumers were created: 1, or 0 where there is such a one. O(1)."""
        return self._run((b"XGROUP", b"CREATECONSUMER", name, groupname, consumername))

    @command
    def xgroup_delconsumer(self, name: Key, groupname: Key, consumername: Key) -> Reply[int]:
        """XGROUP DELCONSUMER: remove a consumer; returns how many entries were pending there, which are lost. O(N)."""
        return self._run((b"XGROUP", b"DELCONSUMER", name, groupname, consumername))

    @command
    def xinfo_groups(self, name: Key) -> Reply[list[dict[str, Any]]]:
        """XINFO GROUPS: what the server knows of each group (`name`, `consumers`, `pending`, `lag`, ...). O(1)."""
        return self._run((b"XINFO", b"GROUPS", name), records)

    @command
    def xinfo_consumers(self, name: Key, groupname: Key) -> Reply[list[dict[str, Any]]]:
        """XINFO CONSUMERS: what the server knows of each consumer (`name`, `pending`, `idle`, ...). O(1)."""
        return self._run((b"XINFO", b"CONSUMERS", name, groupname), records)

    # -- entries ------------------------------------------------------------------------------------------------------

    @command
    def xreadgroup(
        self, groupname: Key, consumername: Key, streams: Mapping[Any, StreamId], count: int | None = None,
        block: int | None = None, noack: bool = False,
    ) -> Reply[dict[S, list[Entry[S]]]]:  # fmt: skip
        """XREADGROUP: as `xread`, for one consumer of a group; O(N) of the entries returned.

        Behind the id `>` are those that no consumer was given yet; behind another id, those that are pending with this
        consumer. New ones are pending from now on, until `xack`, unless `noack` is said. A pending one that was deleted
        meanwhile has no fields.
        """
        words: tuple[Any, ...] = () if count is None and block is None else reading(count, block)
        if noack:
            words += (b"NOACK",)
        head: tuple[Any, ...] = (b"XREADGROUP", b"GROUP", groupname, consumername, *words)
        request: tuple[Any, ...] = (*head, b"STREAMS", *(streams or some(streams)), *streams.values())
        if block is None:
            return self._run(request, read)
        return self._run_blocking(request, read, block / 1000)

    @command
    def xack(self, name: Key, groupname: Key, *ids: StreamId) -> Reply[int]:
        """XACK: these entries are done with; returns how many were pending. O(1) for each."""
        return self._run((b"XACK", name, groupname, *(ids or some(ids))))

    @command
    def xpending(self, name: Key, groupname: Key) -> Reply[PendingSummary[S]]:
        """XPENDING: how many entries are pending, from which id to which, and how many with whom. O(N) of consumers."""
        return self._run((b"XPENDING", name, groupname), pending_summary)

    @command
    def xpending_range(
        self, name: Key, groupname: Key, min: StreamId, max: StreamId, count: int, consumername: Key | None = None,
        idle: int | None = None,
    ) -> Reply[list[PendingEntry[S]]]:  # fmt: skip
        """XPENDING with a range: pending entries from id `min` to `max`, at most `count`; O(N) of them.

        `consumername`: only what is pending there; `idle`: only what was delivered so many milliseconds ago, or more.
        """
        request: tuple[Any, ...] = (b"XPENDING", name, groupname)
        if idle is not None:
            request += (b"IDLE", idle)
        request += (min, max, count)
        return self._run(request if consumername is None else (*request, consumername), pending_entries)

    @signature
    def _xclaim(
        self, name: Key, groupname: Key, consumername: Key, min_idle_time: int, message_ids: Collection[StreamId],
        idle: int | None = None, time: int | None = None, retrycount: int | None = None, force: bool = False,
        justid: Literal[False] = False, lastid: StreamId | None = None,
    ) -> Reply[list[Entry[S]]]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _xclaim_ids(
        self, name: Key, groupname: Key, consumername: Key, min_idle_time: int, message_ids: Collection[StreamId],
        idle: int | None = None, time: int | None = None, retrycount: int | None = None, force: bool = False,
        *, justid: Literal[True], lastid: StreamId | None = None,
    ) -> Reply[list[S]]:  # fmt: skip
        raise NotImplementedError

    @either(_xclaim, _xclaim_ids)
    def xclaim(
        self, name: Key, groupname: Key, consumername: Key, min_idle_time: int, message_ids: Collection[StreamId],
        idle: int | None = None, time: int | None = None, retrycount: int | None = None, force: bool = False,
        justid: bool = False, lastid: StreamId | None = None,
    ) -> Reply[Any]:  # fmt: skip
        """XCLAIM: take over pending entries that were delivered `min_idle_time` milliseconds ago, or more. O(log N).

        Returns those that were; with `justid` their ids alone, and it counts as no delivery. They count as delivered
        `idle` milliseconds ago, or at `time` (Unix, milliseconds), and `retrycount` times; with `force` they need not
        be pending anywhere yet. `lastid` is what the group has read at least.
        """
        if isinstance(message_ids, (str, bytes)) or not message_ids:
            raise DataError("message_ids must be a collection of at least one id")
        if idle is not None and time is not None:
            at_most_one(idle=idle, time=time)
        request: tuple[Any, ...] = (b"XCLAIM", name, groupname, consumername, min_idle_time, *message_ids)
        for word, value in ((b"IDLE", idle), (b"TIME", time), (b"RETRYCOUNT", retrycount), (b"LASTID", lastid)):
            if value is not None:
                request += (word, value)
        if force:
            request += (b"FORCE",)
        return self._run((*request, b"JUSTID")) if justid else self._run(request, entries)

    @signature
    def _xautoclaim(
        self, name: Key, groupname: Key, consumername: Key, min_idle_time: int, start_id: StreamId = "0-0",
        count: int | None = None, justid: Literal[False] = False,
    ) -> Reply[tuple[S, list[Entry[S]], list[S]]]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _xautoclaim_ids(
        self, name: Key, groupname: Key, consumername: Key, min_idle_time: int, start_id: StreamId = "0-0",
        count: int | None = None, *, justid: Literal[True],
    ) -> Reply[tuple[S, list[S], list[S]]]:  # fmt: skip
        raise NotImplementedError

    @either(_xautoclaim, _xautoclaim_ids)
    def xautoclaim(
        self, name: Key, groupname: Key, consumername: Key, min_idle_time: int, start_id: StreamId = "0-0",
        count: int | None = None, justid: bool = False,
    ) -> Reply[Any]:  # fmt: skip
        """XAUTOCLAIM: as `xclaim`, for whatever is pending from `start_id` on, at most `count` (100 unsaid); O(count).

        Returns where to go on (`0-0` at the end), the entries (with `justid` their ids), and the ids of those that were
        deleted meanwhile and are pending no more (an empty list before Redis 7).
        """
        request: tuple[Any, ...] = (b"XAUTOCLAIM", name, groupname, consumername, min_idle_time, start_id)
        if count is not None:
            request += (b"COUNT", count)
        return self._run((*request, b"JUSTID"), autoclaimed_ids) if justid else self._run(request, autoclaimed)
