"""`Interpreter`: the Lua state of one server.

What belongs here: making it, compiling and running scripts in it, and what keeps a script from taking all time and all
memory. What a script sees of Lua is in `sandbox.lua`.

Time. All clients share one thread, so while a script runs nobody else is answered, not even SCRIPT KILL. So a script
that is still running after `busy-reply-threshold` milliseconds and has written nothing is stopped with an error. One
that has written goes on: half of its work would be worse. Only Lua's own instructions are counted; a single call of a
library function is not interrupted.

Memory. Lua gets at most `MEMORY_LIMIT` bytes. Lua 5.1 leaves by `longjmp` when there is no more, which is fine within
Lua but must not cross Python code. So before anything is handed to Lua there must be memory for it (`_check_memory`,
`_reserve`); where there is not, the script ends, and does so in a piece that was kept back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.resources import files
from time import monotonic
from typing import Any, Final

from lupa.lua51 import LuaError, LuaMemoryError, LuaRuntime

from framewire.frames.resp import Error
from framewire.redis.server.clients.client import Client
from framewire.redis.server.parsing.errors import CommandError
from framewire.redis.server.scripting import libraries, msgpack
from framewire.redis.server.scripting.calls import Calls
from framewire.redis.server.scripting.conversions import Lua, reply_of
from framewire.redis.server.scripting.errors import NOT_ENOUGH_MEMORY, OutOfMemory, ScriptError
from framewire.redis.server.scripting.scripts import Script

__all__ = ["MEMORY_LIMIT", "Interpreter"]

logger = logging.getLogger("framewire.redis.scripts")

MEMORY_LIMIT: Final = 1024 * 1024 * 1024
_KEPT_BACK = 128 * 1024 * 1024
_MARGIN = 16 * 1024 * 1024  # what a function may return without asking before
_PER_BYTE_OF_CODE = 16  # what compiling may take


class Interpreter:
    """One Lua state. `client` is any client of the server; scripts run as one of their own."""

    def __init__(self, client: Client) -> None:
        self._state = client.state
        self._lua = _new_runtime()
        self._usable = MEMORY_LIMIT - _KEPT_BACK - _MARGIN
        self._out_of_memory = False  # the script that runs has used up what there is
        self._values = Lua(self._lua.table_from, self._reserve)
        self._calls = Calls(client.runner.without_connection(), self._values, self._check_memory)
        self._pieces: list[Any] = []  # of a long result
        self._deadline = 0.0
        self._interruption: BaseException | None = None
        self._open()

    def _open(self) -> None:
        """Build the sandbox; from then on Lua's own globals hold nothing that reaches out of it."""
        self._run, self._compile, self._where, self._guarded_call, self._end_run, add_in_lua, seal = (
            _load("sandbox", self._lua)(self._lua.table_from(self._host(), recursive=True))
        )
        add_in_lua(b"cjson", _load("cjson", self._lua))
        seal()

    def _host(self) -> dict[bytes, Any]:
        """What the sandbox needs of Python."""
        return {
            b"translate": self._translate,
            b"overdue": self._overdue,
            b"reason": self._reason,
            b"collect": self._collect,
            b"count_error": self._state.stats.count_error,
            b"through": self._through,
            b"redis": self._calls.table(),
            **{name: self._all_placed(library) for name, library in libraries.LIBRARIES.items()},
            b"math": self._all_placed(libraries.Random().functions()),
            b"cmsgpack": {**msgpack.CONSTANTS, **self._all_placed(msgpack.MessagePack(self._values).functions())},
        }

    def close(self) -> None:
        """No script will run here any more."""
        self._calls.client.runner.close()

    # -- scripts ------------------------------------------------------------------------------------------------------

    def compile(self, code: bytes) -> object:
        """The function that a script is. Raises `CommandError` where it is none."""
        self._make_room(_PER_BYTE_OF_CODE * len(code))
        compiled = self._compile(code)
        if isinstance(compiled, tuple):
            raise CommandError(b"ERR Error compiling script (new function): " + compiled[1])
        return compiled

    def run(
        self, caller: Client, script: Script, keys: list[bytes], arguments: list[bytes], *, read_only: bool
    ) -> object:
        """The reply to a script of `caller`; nobody else does anything meanwhile. An error is returned, as `Error`."""
        self._calls.begin(caller, read_only=read_only)
        threshold = self._state.config.busy_reply_threshold
        self._deadline = monotonic() + threshold / 1000 if threshold else float("inf")
        blocked = self._state.databases.blocked
        blocked.hold()
        try:
            with caller.pushes_held():
                return self._reply(caller, script, self._results(script, keys, arguments))
        finally:
            self._pieces = []
            if self._out_of_memory:
                self._recover()
            if blocked:
                self._state.tick()  # a key may have come to its end since the script began
            blocked.release()

    def _results(self, script: Script, keys: list[bytes], arguments: list[bytes]) -> tuple[Any, ...]:
        try:
            self._make_room(0)
            tables = self._values.table(keys), self._values.table(arguments)
            results: tuple[Any, ...] = self._run(script.function, *tables)
        except (LuaMemoryError, OutOfMemory):
            results = False, b"ERR " + NOT_ENOUGH_MEMORY, False
        except LuaError as error:
            results = False, b"ERR " + str(error).encode(), False
        if self._interruption is not None:
            interruption, self._interruption = self._interruption, None
            raise interruption
        return results

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

    def _translate(self, error: object) -> object:
        """An exception as Lua has it: whether as a table, its text, whether it was counted; `nil` if it is none."""
        if isinstance(error, ScriptError):
            return error.as_table, error.text, error.counted
        if isinstance(error, OutOfMemory | LuaMemoryError | MemoryError):
            return False, NOT_ENOUGH_MEMORY
        if not isinstance(error, BaseException):
            return None
        if not isinstance(error, Exception):
            self._interruption = error
        logger.error("a function that a script called failed", exc_info=error)
        return True, b"ERR internal error"

    def _all_placed(self, library: dict[bytes, Callable[..., Any]]) -> dict[bytes, Any]:
        return {name: self._placed(function) for name, function in library.items()}

    def _placed(self, function: Callable[..., object]) -> Callable[..., object]:
        """The function, its refusals beginning with the place where the script called it."""

        def call(*arguments: object) -> object:
            self._check_memory()
            try:
                return function(*arguments)
            except ScriptError as error:
                error.text = self._where() + error.text
                raise

        return call

    def _through(self, function: object) -> Callable[..., object]:
        """A function of Lua's as one of Python's, for the same reason."""

        def call(*arguments: object) -> object:
            results = self._guarded_call(function, *arguments)
            if not isinstance(results, tuple):
                return ()
            if not results[0]:
                raise ScriptError(results[1] if isinstance(results[1], bytes) else b"failed")
            return results[1:]

        return self._placed(call)

    # -- limits -------------------------------------------------------------------------------------------------------

    def _overdue(self) -> bool:
        """Whether the script that runs is to be stopped."""
        if self._interruption is not None:
            return True
        if monotonic() < self._deadline:
            return False
        if self._calls.has_written:
            logger.warning("a script that has written runs for longer than busy-reply-threshold; nobody is answered")
            self._deadline = float("inf")
            return False
        return True

    def _reason(self) -> bytes:
        """Why a script is stopped."""
        if self._out_of_memory:
            return b"ERR " + NOT_ENOUGH_MEMORY
        threshold = self._state.config.busy_reply_threshold
        return b"ERR Script stopped: it ran for longer than busy-reply-threshold, %d ms." % threshold

    def _check_memory(self) -> None:
        if self._lua.get_memory_used() > self._usable:
            self._end_for_memory()

    def _reserve(self, size: int) -> None:
        if self._lua.get_memory_used() + 2 * size > self._usable:
            self._end_for_memory()

    def _end_for_memory(self) -> None:
        """Let the script that runs end, with the piece kept back to do so in. Raises `OutOfMemory`."""
        if not self._out_of_memory:
            self._out_of_memory = True
            self._lua.set_max_memory(MEMORY_LIMIT)
            self._end_run()
        raise OutOfMemory

    def _recover(self) -> None:
        self._out_of_memory = False
        self._lua.gccollect()
        self._lua.set_max_memory(MEMORY_LIMIT - _KEPT_BACK)

    def _make_room(self, size: int) -> None:
        """What the script before has left behind may fill the memory. Raises `CommandError`."""
        if self._lua.get_memory_used() + size > self._usable // 2:
            self._lua.gccollect()
            if self._lua.get_memory_used() + size > self._usable:
                raise CommandError(b"ERR " + NOT_ENOUGH_MEMORY)


def _new_runtime() -> Any:
    return LuaRuntime(
        encoding=None,
        unpack_returned_tuples=True,
        register_eval=False,
        register_builtins=False,
        attribute_filter=_no_attributes,
        max_memory=MEMORY_LIMIT - _KEPT_BACK,
    )


def _no_attributes(thing: object, name: object, setting: bool) -> object:
    raise AttributeError("scripts see no attributes of Python objects")


def _load(name: str, lua: Any) -> Any:
    """The chunk in the file of that name, as a function."""
    text = files("framewire.redis.server.scripting").joinpath(name + ".lua").read_bytes()
    return lua.compile(text, name=b"=" + name.encode())
