"""Functions: FCALL and FUNCTION.

What belongs here: the commands of Redis' group "scripting" about libraries that the server stores.
"""

from __future__ import annotations

from typing import Any, Literal

from framewire.redis.client.arguments import Key, Value
from framewire.redis.client.commands.scripting import keyed
from framewire.redis.client.definition import Reply, Runs, S, command
from framewire.redis.client.shapes.basic import ok, plain
from framewire.redis.client.shapes.scripting import FunctionStats, Library, function_stats, libraries

__all__ = ["Functions"]


class Functions(Runs[S]):
    """Functions that the server has."""

    @command
    def fcall(self, function: Key, numkeys: int, *keys_and_args: Value) -> Reply[Any]:
        """FCALL: run a function; the first `numkeys` of the rest are its keys. It returns what `eval` may return.

        The server does nothing else as long as it runs.
        """
        return self._run((b"FCALL", function, *keyed(numkeys, keys_and_args)), plain)

    @command
    def fcall_ro(self, function: Key, numkeys: int, *keys_and_args: Value) -> Reply[Any]:
        """FCALL_RO: as `fcall`, and as long as it takes, for a function that writes nothing; on replicas too."""
        return self._run((b"FCALL_RO", function, *keyed(numkeys, keys_and_args)), plain)

    @command
    def function_load(self, code: Key, replace: bool = False) -> Reply[S]:
        """FUNCTION LOAD: store a library, whose first line names it; returns that name. O(N) of the code.

        Where there is one of that name it is replaced, if `replace` is said; else that is an error.
        """
        return self._run((b"FUNCTION", b"LOAD", b"REPLACE", code) if replace else (b"FUNCTION", b"LOAD", code))

    @command
    def function_delete(self, library: Key) -> Reply[bool]:
        """FUNCTION DELETE: remove a library. `True`; an error where there is none. O(1)."""
        return self._run((b"FUNCTION", b"DELETE", library), ok)

    @command
    def function_flush(self, mode: Literal["SYNC", "ASYNC"] = "SYNC") -> Reply[bool]:
        """FUNCTION FLUSH: remove all libraries, at once or in another thread. `True`. O(N)."""
        return self._run((b"FUNCTION", b"FLUSH", mode), ok)

    @command
    def function_list(self, library: Key = "*", withcode: bool = False) -> Reply[list[Library[S]]]:
        """FUNCTION LIST: the libraries whose names the pattern matches, with their functions; O(N) of these."""
        request: tuple[Any, ...] = (b"FUNCTION", b"LIST", b"LIBRARYNAME", library)
        return self._run((*request, b"WITHCODE") if withcode else request, libraries)

    @command
    def function_stats(self) -> Reply[FunctionStats[S]]:
        """FUNCTION STATS: what runs now, if anything, and how much each engine has. O(1)."""
        return self._run((b"FUNCTION", b"STATS"), function_stats)

    @command
    def function_dump(self) -> Reply[bytes]:
        """FUNCTION DUMP: all libraries in the server's own form, for `function_restore`. O(N).

        Always bytes, in text views too.
        """
        return self._run_raw((b"FUNCTION", b"DUMP"))

    @command
    def function_restore(
        self, payload: bytes | bytearray | memoryview, policy: Literal["FLUSH", "APPEND", "REPLACE"] = "APPEND"
    ) -> Reply[bool]:
        """FUNCTION RESTORE: store what `function_dump` gave. `True`. O(N).

        FLUSH removes what is there, REPLACE what has the same name; else that is an error.
        """
        return self._run((b"FUNCTION", b"RESTORE", payload, policy), ok)

    @command
    def function_kill(self) -> Reply[bool]:
        """FUNCTION KILL: stop the function that runs. `True`; an error where none does, or it has written. O(1)."""
        return self._run((b"FUNCTION", b"KILL"), ok)
