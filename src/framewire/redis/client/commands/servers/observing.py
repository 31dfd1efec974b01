"""What a server tells of its work: INFO, SLOWLOG, LATENCY, MEMORY, DEBUG OBJECT, LOLWUT.

What belongs here: the commands of Redis' group "server" that look and change nothing but their own counters.
"""

from __future__ import annotations

from typing import Any

from framewire.redis.client.arguments import Key
from framewire.redis.client.definition import Reply, Runs, S, command
from framewire.redis.client.shapes.basic import ok, plain
from framewire.redis.client.shapes.info import info
from framewire.redis.client.shapes.observing import Histogram, SlowCommand, histograms, memory_stats, slow_commands
from framewire.redis.client.shapes.records import rows
from framewire.redis.client.shapes.server import debugged

__all__ = ["Observing"]


class Observing(Runs[S]):
    """What a server tells of its work."""

    @command
    def info(self, section: str | None = None, *args: str) -> Reply[dict[str, Any]]:
        """INFO: what the server says of itself, in these sections or in those that it thinks of first. O(1).

        By its own names. Numbers are numbers; records (`db0`, `cmdstat_get`, `slave0`, ...) are dicts of such; modules
        are a list of records under `modules`.
        """
        return self._run((b"INFO",) if section is None else (b"INFO", section, *args), info)

    @command
    def lolwut(self, *version_numbers: float | str) -> Reply[S]:
        """LOLWUT: a drawing, and which version this is; that of another version, and with arguments, if said. O(1)."""
        return self._run((b"LOLWUT", b"VERSION", *version_numbers) if version_numbers else (b"LOLWUT",), plain)

    @command
    def debug_object(self, key: Key) -> Reply[dict[str, Any]]:
        """DEBUG OBJECT: how the value of `key` is kept, by the server's names. An error where there is none. O(N)."""
        return self._run((b"DEBUG", b"OBJECT", key), debugged)

    # -- slow commands ------------------------------------------------------------------------------------------------

    @command
    def slowlog_get(self, num: int | None = None) -> Reply[list[SlowCommand[S]]]:
        """SLOWLOG GET: the last commands that took long, the newest first. O(N).

        `num` of them: 10 unsaid, -1 for all.
        """
        return self._run((b"SLOWLOG", b"GET") if num is None else (b"SLOWLOG", b"GET", num), slow_commands)

    @command
    def slowlog_len(self) -> Reply[int]:
        """SLOWLOG LEN: how many commands are in the slow log. O(1)."""
        return self._run((b"SLOWLOG", b"LEN"))

    @command
    def slowlog_reset(self) -> Reply[bool]:
        """SLOWLOG RESET: empty the slow log. `True`. O(N)."""
        return self._run((b"SLOWLOG", b"RESET"), ok)

    # -- latency ------------------------------------------------------------------------------------------------------

    @command
    def latency_latest(self) -> Reply[list[tuple[S, *tuple[int, ...]]]]:
        """LATENCY LATEST: of each event its name, when it last was, how long then, and how long at most. O(1).

        In Unix seconds, and milliseconds. Newer servers add further numbers.
        """
        return self._run((b"LATENCY", b"LATEST"), rows)

    @command
    def latency_history(self, event: Key) -> Reply[list[tuple[int, int]]]:
        """LATENCY HISTORY: when an event was (Unix seconds) and how long it took (ms), for up to 160 times. O(1)."""
        return self._run((b"LATENCY", b"HISTORY", event), rows)

    @command
    def latency_histogram(self, *args: Key) -> Reply[dict[str, Histogram]]:
        """LATENCY HISTOGRAM: how long these commands took, or all that were run. O(N)."""
        return self._run((b"LATENCY", b"HISTOGRAM", *args), histograms)

    @command
    def latency_graph(self, event: Key) -> Reply[S]:
        """LATENCY GRAPH: a chart of an event, in text. O(1)."""
        return self._run((b"LATENCY", b"GRAPH", event), plain)

    @command
    def latency_doctor(self) -> Reply[S]:
        """LATENCY DOCTOR: what the server makes of its events, in text. O(1)."""
        return self._run((b"LATENCY", b"DOCTOR"), plain)

    @command
    def latency_reset(self, *events: Key) -> Reply[int]:
        """LATENCY RESET: forget these events, or all; returns how many were known. O(1)."""
        return self._run((b"LATENCY", b"RESET", *events))

    # -- memory -------------------------------------------------------------------------------------------------------

    @command
    def memory_usage(self, key: Key, samples: int | None = None) -> Reply[int | None]:
        """MEMORY USAGE: bytes that the key and its value take; `None` where it is not there. O(N) of the samples.

        Of a collection so many elements are looked at: 5 unsaid, 0 for all.
        """
        request: tuple[Any, ...] = (b"MEMORY", b"USAGE", key)
        return self._run(request if samples is None else (*request, b"SAMPLES", samples))

    @command
    def memory_stats(self) -> Reply[dict[str, Any]]:
        """MEMORY STATS: what memory is used for, by the server's names; `db.0` and its like are dicts. O(1)."""
        return self._run((b"MEMORY", b"STATS"), memory_stats)

    @command
    def memory_doctor(self) -> Reply[S]:
        """MEMORY DOCTOR: what the server makes of its memory, in text. O(1)."""
        return self._run((b"MEMORY", b"DOCTOR"), plain)

    @command
    def memory_malloc_stats(self) -> Reply[S]:
        """MEMORY MALLOC-STATS: what the allocator says, in text. O(N) of its arenas."""
        return self._run((b"MEMORY", b"MALLOC-STATS"), plain)

    @command
    def memory_purge(self) -> Reply[bool]:
        """MEMORY PURGE: ask the allocator to give back what is free. `True`. O(N) of its arenas."""
        return self._run((b"MEMORY", b"PURGE"), ok)
