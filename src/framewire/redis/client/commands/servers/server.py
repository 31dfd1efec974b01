"""The server itself: CONFIG, DBSIZE, FLUSHALL, SAVE, TIME, MODULE and their kin.

What belongs here: the commands of Redis' group "server" that run it. Those that look at it are in `observing`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from framewire.redis.client.arguments import Key, Value
from framewire.redis.client.definition import Reply, Runs, S, command
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.basic import ok
from framewire.redis.client.shapes.server import config, instant, modules, moment

__all__ = ["Administration"]


class Administration(Runs[S]):
    """What runs a server."""

    # -- databases ----------------------------------------------------------------------------------------------------

    @command
    def dbsize(self) -> Reply[int]:
        """DBSIZE: how many keys the database has. O(1)."""
        return self._run((b"DBSIZE",))

    @command
    def flushdb(self, asynchronous: bool = False) -> Reply[bool]:
        """FLUSHDB: remove all keys of the database; with `asynchronous`, in another thread. `True`. O(N)."""
        return self._run((b"FLUSHDB", b"ASYNC") if asynchronous else (b"FLUSHDB",), ok)

    @command
    def flushall(self, asynchronous: bool = False) -> Reply[bool]:
        """FLUSHALL: remove all keys of all databases; with `asynchronous`, in another thread. `True`. O(N)."""
        return self._run((b"FLUSHALL", b"ASYNC") if asynchronous else (b"FLUSHALL",), ok)

    @command
    def swapdb(self, first: int, second: int) -> Reply[bool]:
        """SWAPDB: let the two databases change places, for all links. `True`. O(N) of who watches or waits there."""
        return self._run((b"SWAPDB", first, second), ok)

    @command
    def time(self) -> Reply[tuple[int, int]]:
        """TIME: the server's clock, in Unix seconds and microseconds. O(1)."""
        return self._run((b"TIME",), instant)

    # -- on disk ------------------------------------------------------------------------------------------------------

    @command
    def save(self) -> Reply[bool]:
        """SAVE: write all data to disk; the server does nothing else meanwhile. `True`. O(N)."""
        return self._run_blocking((b"SAVE",), ok, None)

    @command
    def bgsave(self, schedule: bool = True) -> Reply[bool]:
        """BGSAVE: begin to write all data to disk. `True`. O(1) for who asks.

        Where the append-only file is being rewritten, it is done after that; an error with `schedule=False`.
        """
        return self._run((b"BGSAVE", b"SCHEDULE") if schedule else (b"BGSAVE",), ok)

    @command
    def bgrewriteaof(self) -> Reply[bool]:
        """BGREWRITEAOF: begin to rewrite the append-only file. `True`. O(1) for who asks."""
        return self._run((b"BGREWRITEAOF",), ok)

    @command
    def lastsave(self) -> Reply[datetime]:
        """LASTSAVE: when all data were last on disk; local time, without a zone. O(1)."""
        return self._run((b"LASTSAVE",), moment)

    @command
    def shutdown(
        self, save: bool = False, nosave: bool = False, now: bool = False, force: bool = False, abort: bool = False
    ) -> Reply[bool]:
        """SHUTDOWN: end the server. Done, it sends no reply: `ConnectionError`; it answers only if it refuses. O(N).

        `save` or `nosave`: write the data before, or do not; else as it is configured. `now`: do not wait for replicas;
        `force`: even if saving fails; `abort`: do not go on with a shutdown that waits, and `True`.
        """
        if save and nosave:
            raise DataError("save and nosave exclude one another")
        if abort and (save or nosave or now or force):
            raise DataError("abort stands alone")
        request: tuple[Any, ...] = (b"SHUTDOWN",)
        for given, word in ((save, b"SAVE"), (nosave, b"NOSAVE"), (now, b"NOW"), (force, b"FORCE"), (abort, b"ABORT")):
            if given:
                request += (word,)
        return self._run(request, ok)

    # -- parameters ---------------------------------------------------------------------------------------------------

    @command
    def config_get(self, pattern: Key = "*", *args: Key) -> Reply[dict[str, str]]:
        """CONFIG GET: the parameters that any of the patterns matches, as texts. O(N) of all, for each pattern."""
        return self._run((b"CONFIG", b"GET", pattern, *args), config)

    @command
    def config_set(self, name: Key, value: Value, *args: Value) -> Reply[bool]:
        """CONFIG SET: set parameters, all or none; `args` are further names and values by turns. `True`. O(N)."""
        if len(args) % 2:
            raise DataError("each parameter needs a value")
        return self._run((b"CONFIG", b"SET", name, value, *args), ok)

    @command
    def config_resetstat(self) -> Reply[bool]:
        """CONFIG RESETSTAT: begin the counters of INFO anew. `True`. O(1)."""
        return self._run((b"CONFIG", b"RESETSTAT"), ok)

    @command
    def config_rewrite(self) -> Reply[bool]:
        """CONFIG REWRITE: write the parameters into the file that the server was started with. `True`. O(N)."""
        return self._run((b"CONFIG", b"REWRITE"), ok)

    # -- modules ------------------------------------------------------------------------------------------------------

    @command
    def module_list(self) -> Reply[list[dict[str, Any]]]:
        """MODULE LIST: each module's name, version (`ver`), path and arguments. O(N)."""
        return self._run((b"MODULE", b"LIST"), modules)

    @command
    def module_load(self, path: Key, *args: Value) -> Reply[bool]:
        """MODULE LOAD: load a module from the server's disk. `True`. It takes as long as the module takes to begin."""
        return self._run((b"MODULE", b"LOAD", path, *args), ok)

    @command
    def module_loadex(
        self, path: Key, options: Sequence[str] | Mapping[str, Value] | None = None, args: Sequence[Value] | None = None
    ) -> Reply[bool]:
        """MODULE LOADEX: as `module_load`, and as long as it takes, with parameters for it. `True`.

        They are a mapping, or names and values by turns.
        """
        return self._run((b"MODULE", b"LOADEX", path, *_settings(options or ()), *_arguments(args)), ok)

    @command
    def module_unload(self, name: Key) -> Reply[bool]:
        """MODULE UNLOAD: let a module go. `True`. O(1)."""
        return self._run((b"MODULE", b"UNLOAD", name), ok)


def _settings(options: Sequence[Any] | Mapping[str, Any]) -> list[Any]:
    """The words for parameters of a module."""
    if isinstance(options, Mapping):
        return [part for name, value in options.items() for part in (b"CONFIG", name, value)]
    if len(options) % 2:
        raise DataError("each parameter needs a value")
    return _settings(dict(zip(options[::2], options[1::2], strict=True)))


def _arguments(args: Sequence[Any] | None) -> list[Any]:
    """The words for arguments of a module."""
    return [b"ARGS", *args] if args else []
