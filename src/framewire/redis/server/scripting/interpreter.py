"""`Interpreter`: the Lua state of one server.

What belongs here: making it, compiling and running scripts in it. What a script sees of Lua is in `lua/`, what stops it
in `limits.py`.

Errors. An error of Lua's leaves by `longjmp`, over whatever functions are between: it must never meet one of Python's.
So Python gets and gives nothing but numbers, texts and tables of replies, and never walks through a table of a script.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.resources import files
from typing import Any, Final

from lupa.lua51 import LuaError, LuaMemoryError, LuaRuntime

from framewire.frames.resp import Error
from framewire.redis.server.clients.client import Client
from framewire.redis.server.parsing.errors import CommandError
from framewire.redis.server.scripting import limits
from framewire.redis.server.scripting.calls import Calls
from framewire.redis.server.scripting.conversions import Lua, reply_of
from framewire.redis.server.scripting.errors import NOT_ENOUGH_MEMORY, OutOfMemory, ScriptError
from framewire.redis.server.scripting.libraries.table import IN_LUA, libraries
from framewire.redis.server.scripting.limits import Limits
from framewire.redis.server.scripting.scripts import Script

__all__ = ["Interpreter"]

logger = logging.getLogger("framewire.redis.scripts")

_PER_BYTE_OF_CODE: Final = 16  # bytes of memory that compiling may take
_NAME_OF_OURS: Final = b"=\x01"  # of all chunks of ours; no error text shows it (see errors.lua)


class Interpreter:
    """One Lua state. `client` is any client of the server; scripts run as one of their own."""

    def __init__(self, client: Client) -> None:
        self._state = client.state
        self._lua = _new_runtime()
        own_client = client.runner.without_connection()
        self._limits = Limits(self._state, self._lua, lambda: self._calls.has_written)
        self._values = Lua(self._lua.table_from, self._limits.reserve)
        self._calls = Calls(own_client, self._values, self._limits.look)
        self._pieces: list[Any] = []  # of a long result
        self._script: Script | None = None  # that runs
        self._open()

    def _open(self) -> None:
        """Build the sandbox; from then on Lua's own globals hold nothing that reaches out of it."""
        host = self._lua.table_from(self._host(), recursive=True)
        self._run, self._compile, self._limits.end_run = self._load(b"sandbox")(host, self._load)

    def _load(self, name: bytes) -> Any:
        """The chunk in the file of that name, as a function."""
        path = f"{'libraries' if name.decode() in IN_LUA else 'lua'}/{name.decode()}.lua"
        text = files("framewire.redis.server.scripting").joinpath(path).read_bytes()
        return self._lua.compile(text, name=_NAME_OF_OURS)

    def _host(self) -> dict[bytes, Any]:
        """What the sandbox needs of Python."""
        return {
            b"translate": self._translate,
            b"instructions": limits.INSTRUCTIONS,
            b"overdue": self._limits.is_over,
            b"reason": self._limits.error_text,
            b"line_of": self._line_of,
            b"collect": self._collect,
            b"ahead": self._calls.ahead,
            b"count_error": self._state.stats.count_error,
            b"redis": self._calls.table(),
            **{name: self._all_looking(library) for name, library in libraries().items()},
        }

    def close(self) -> None:
        """No script will run here any more."""
        self._calls.client.runner.close()

    # -- scripts ------------------------------------------------------------------------------------------------------

    def compile(self, code: bytes) -> object:
        """The function that a script is. Raises `CommandError` where it is none."""
        self._limits.make_room(_PER_BYTE_OF_CODE * len(code))
        try:
            compiled = self._compile(code)
        except LuaMemoryError:
            raise CommandError(b"ERR " + NOT_ENOUGH_MEMORY) from None
        if isinstance(compiled, tuple):
            raise CommandError(b"ERR Error compiling script (new function): " + compiled[1])
        return compiled

    def run(
        self, caller: Client, script: Script, keys: list[bytes], arguments: list[bytes], *, read_only: bool
    ) -> object:
        """The reply to a script of `caller`; nobody else does anything meanwhile. An error is returned, as `Error`."""
        self._calls.begin(caller, read_only=read_only)
        self._script = script
        blocked = self._state.databases.blocked
        blocked.hold()
        try:
            with caller.pushes_held():
                return self._reply(caller, script, self._results(script, keys, arguments))
        finally:
            self._pieces = []
            self._limits.next_look = limits.NEVER
            if self._limits.reason is not None:
                self._limits.recover()
            if blocked:
                self._state.tick()  # a key may have come to its end since the script began
            blocked.release()

    def _results(self, script: Script, keys: list[bytes], arguments: list[bytes]) -> tuple[Any, ...]:
        try:
            self._limits.begin()
            tables = self._values.table(keys), self._values.table(arguments)
            results: tuple[Any, ...] = self._run(script.function, *tables)
        except (LuaMemoryError, OutOfMemory):
            results = False, b"ERR " + NOT_ENOUGH_MEMORY, False
        except LuaError as error:
            results = False, self._text_of(error), False
        if self._limits.interruption is not None:
            interruption, self._limits.interruption = self._limits.interruption, None
            raise interruption
        return results

    def _text_of(self, error: LuaError) -> bytes:
        """What the client is told of an error that the sandbox itself let through: mostly, the time was over there."""
        if self._limits.reason is not None:
            return self._limits.error_text()
        logger.error("a script failed outside of itself: %s", error)
        return b"ERR internal error"

    def _reply(self, caller: Client, script: Script, results: tuple[Any, ...]) -> object:
        if not results[0]:
            return self._failed(script, *results[1:])
        booleans = self._calls.client.protocol == 3
        results = results[1:]
        return reply_of([*self._pieces, *results] if self._pieces else results, booleans, caller.protocol)

    def _failed(
        self, script: Script, text: bytes, counted: bool, source: object = b"@user_script", line: object = 1
    ) -> Error:
        place = source if isinstance(source, bytes) else b"@user_script"
        text = b"%s script: %s, on %s:%d." % (text, script.sha, place, line if isinstance(line, int) else 1)
        if not counted:
            self._state.stats.count_error(text)
        return Error(text)

    # -- used by the sandbox ------------------------------------------------------------------------------------------

    def _collect(self, *pieces: object) -> None:
        self._pieces += pieces

    def _line_of(self, name: object) -> int:
        return self._script.line_of(name) if self._script is not None and isinstance(name, bytes) else 1

    def _translate(self, error: object) -> object:
        """An exception as Lua has it: whether as a table, its text, whether it was counted; `nil` if it is none."""
        if isinstance(error, ScriptError):
            return error.as_table, error.text, error.counted
        if isinstance(error, OutOfMemory | LuaMemoryError | MemoryError):
            return False, NOT_ENOUGH_MEMORY
        if not isinstance(error, BaseException):
            return None
        if not isinstance(error, Exception):
            self._limits.interruption = error
        logger.error("a function that a script called failed", exc_info=error)
        return True, b"ERR internal error"

    def _all_looking(self, library: dict[bytes, Callable[..., Any]]) -> dict[bytes, Any]:
        return {name: self._looking(function) for name, function in library.items()}

    def _looking(self, function: Callable[..., object]) -> Callable[..., object]:
        """The function, entered only where the script may go on."""
        look = self._limits.look

        def call(*arguments: object) -> object:
            look()
            return function(*arguments)

        return call


def _new_runtime() -> Any:
    return LuaRuntime(
        encoding=None,
        unpack_returned_tuples=True,
        register_eval=False,
        register_builtins=False,
        attribute_filter=_no_attributes,
        max_memory=limits.MEMORY_LIMIT - limits.KEPT_BACK,
    )


def _no_attributes(thing: object, name: object, setting: bool) -> object:
    raise AttributeError("scripts see no attributes of Python objects")
