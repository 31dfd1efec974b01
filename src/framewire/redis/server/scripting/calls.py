"""The table `redis` of a script: commands run from within it, and the small functions beside them.

What belongs here: what these functions take, refuse and return. Lua numbers arrive as `int` or `float`, strings as
`bytes`, `nil` as `None`. Whatever is returned must be a value that Lua has.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from framewire.frames.resp import Error
from framewire.redis.facts.command import Command
from framewire.redis.redaction import printable
from framewire.redis.server.clients.client import Client
from framewire.redis.server.scripting.conversions import Lua, argument
from framewire.redis.server.scripting.errors import ScriptError, Stopped
from framewire.redis.server.scripting.scripts import sha_of

__all__ = ["Calls"]

logger = logging.getLogger("framewire.redis.scripts")

_NO_ARGUMENT: Final = b"ERR Please specify at least one argument for this redis lib call"
_NO_STRING: Final = b"ERR Lua redis lib command arguments must be strings or integers"
_UNKNOWN: Final = b"ERR Unknown Redis command called from script"
_WRONG_ARITY: Final = b"ERR Wrong number of args calling Redis command from script"
_NOT_ALLOWED: Final = b"ERR This Redis command is not allowed from script"
_READ_ONLY: Final = b"ERR Write commands are not allowed from read-only scripts."
_WRONG_ARGUMENTS: Final = b"ERR wrong number or type of arguments"
_NEVER = frozenset({"eval", "evalsha", "eval_ro", "evalsha_ro", "fcall", "fcall_ro", "script|flush"})
_WAITING: Final = b"ERR %s isn't allowed for a DENY BLOCKING client"
_LISTENING = {"subscribe": _WAITING, "psubscribe": _WAITING, "ssubscribe": _WAITING,
              "monitor": b"ERR %s isn't allowed for DENY BLOCKING client"}  # fmt: skip
_LEVELS = (logging.DEBUG, logging.DEBUG, logging.INFO, logging.WARNING)
_SPELLINGS_REMEMBERED = 1024


class Calls:
    """What the script that runs does to the server, as a client of its own (`client`), which has no connection.

    `begin` is called before each script. `has_written` says whether it may have changed anything. `look` is called on
    every way in, and raises where the script is to end.
    """

    def __init__(self, client: Client, lua: Lua, look: Callable[[], None]) -> None:
        self.client = client
        client.in_script = True
        self._lua = lua
        self._look = look
        self._ahead: tuple[object, ...] = ()  # the first arguments of the next command
        self._found: dict[bytes, Command] = {}  # by the spelling that scripts use, bounded; no containers
        self.read_only = False
        self.has_written = False

    def begin(self, caller: Client, *, read_only: bool) -> None:
        """A script of `caller` begins."""
        if self.client.limited or self.client.watched or self.client.closing:  # by commands that scripts seldom may run
            self.client.reset()
            self.client.closing = False
        self.client.db = caller.db
        self.client.protocol = 2
        self.read_only = read_only
        self.has_written = False

    def table(self) -> dict[bytes, Any]:
        """The table `redis`, as the sandbox takes it."""
        functions = (
            self.error_reply, self.status_reply, self.sha1hex, self.log, self.setresp, self.set_repl,
            self.replicate_commands, self.breakpoint, self.debug, self.acl_check_cmd,
        )  # fmt: skip
        looked_at = {function.__name__.encode(): self._looking(function) for function in functions}
        return {b"call": self.call, b"pcall": self.pcall, **looked_at, **_CONSTANTS}

    def _looking(self, function: Callable[..., object]) -> Callable[..., object]:
        """The function, entered only where the script may go on."""

        def call(*arguments: object) -> object:
            self._look()
            return function(*arguments)

        return call

    # -- commands -----------------------------------------------------------------------------------------------------

    def ahead(self, *arguments: object) -> None:
        """The first arguments of the next command, which has more than a function of Python is given at once."""
        self._ahead = arguments

    def call(self, *arguments: object) -> object:
        """Run a command; an error is raised."""
        reply = self._run(arguments)
        if isinstance(reply, Error):
            raise ScriptError(reply.data, as_table=True, counted=True)
        return self._lua.of(reply, self.client.protocol)

    def pcall(self, *arguments: object) -> object:
        """Run a command; an error is returned, as a table. Raises `OutOfMemory` and `Stopped`."""
        counted = True
        try:
            reply = self._run(arguments)
        except Stopped:
            raise
        except ScriptError as error:
            reply, counted = Error(error.text), error.counted
        if not isinstance(reply, Error):
            return self._lua.of(reply, self.client.protocol)
        if counted:
            return self._lua.table({b"err": reply.data, b"ignore_error_stats_update": True})
        return self._lua.error(reply.data)

    def _run(self, arguments: tuple[object, ...]) -> object:
        """The reply, which may be an error. Raises `ScriptError` where the command is not run at all."""
        self._look()
        if self._ahead:
            arguments, self._ahead = self._ahead + arguments, ()
        request = _request(arguments)
        try:
            command = self._find(request)
            if not command.accepts(len(request)):
                raise ScriptError(_WRONG_ARITY, as_table=True)
            self._check_allowed(command)
        except ScriptError as error:
            self.client.state.stats.count_error(error.text)
            error.counted = True
            raise
        replies = self.client.runner.run_nested(command, request)
        return replies[0] if replies else None

    def _find(self, request: list[bytes]) -> Command:
        name = request[0]
        command = self._found.get(name)
        if command is not None:
            return command
        command = self.client.runner.commands.get(name.lower())
        if command is not None and command.subcommands and len(request) > 1:
            command = command.subcommands.get(request[1].lower())
        elif command is not None and not command.subcommands and len(self._found) < _SPELLINGS_REMEMBERED:
            self._found[name] = command
        if command is None:
            raise ScriptError(_UNKNOWN, as_table=True)
        return command

    def _check_allowed(self, command: Command) -> None:
        writes = command.has_flag("write")
        if command.has_flag("noscript"):
            self._check_denied(command)
        if self.read_only and (writes or command.may_replicate):
            raise ScriptError(_READ_ONLY, as_table=True)
        if writes and not self.has_written:
            if self.client.state.write_error is not None:
                raise ScriptError(self.client.state.write_error, as_table=True)
            self.has_written = True

    def _check_denied(self, command: Command) -> None:
        """Whether one that scripts may not run is allowed all the same, by DEBUG SET-DISABLE-DENY-SCRIPTS."""
        if not self.client.state.scripts_may_all or command.name in _NEVER:
            raise ScriptError(_NOT_ALLOWED, as_table=True)
        if command.name in _LISTENING:
            raise ScriptError(_LISTENING[command.name] % command.name.upper().encode(), as_table=True)

    def acl_check_cmd(self, *arguments: object) -> bool:
        """Whether this client may run a command: there is one user, who may run all."""
        request = _request(arguments)
        try:
            self._find(request)
        except ScriptError:
            raise ScriptError(b"ERR Invalid command passed to redis.acl_check_cmd()", as_table=True) from None
        return True

    # -- replies ------------------------------------------------------------------------------------------------------

    def error_reply(self, *arguments: object) -> object:
        """`{err = text}`; a text of one word gets the code word ERR."""
        if len(arguments) != 1 or not isinstance(arguments[0], bytes):
            return self._lua.error(_WRONG_ARGUMENTS)
        text = arguments[0].split(b"\0", 1)[0].removeprefix(b"-")
        code, space, message = text.partition(b" ")
        return self._lua.error(b"%s %s" % ((code, message.strip(b"\r\n")) if space else (b"ERR", text.strip(b"\r\n"))))

    def status_reply(self, *arguments: object) -> object:
        """`{ok = text}`."""
        if len(arguments) != 1 or not isinstance(arguments[0], bytes):
            return self._lua.error(_WRONG_ARGUMENTS)
        return self._lua.table({b"ok": arguments[0]})

    # -- the rest -----------------------------------------------------------------------------------------------------

    def sha1hex(self, *arguments: object) -> bytes:
        """The SHA1 of a string, in hexadecimal digits."""
        if len(arguments) != 1:
            raise ScriptError(b"ERR wrong number of arguments", as_table=True)
        return sha_of(_text(arguments[0]) or b"")

    def log(self, *arguments: object) -> None:
        """Write a line to the server's log."""
        if len(arguments) < 2:
            raise ScriptError(b"ERR redis.log() requires two arguments or more.", as_table=True)
        level = arguments[0]
        if not _is_number(level):
            raise ScriptError(b"ERR First argument must be a number (log level).", as_table=True)
        if _whole(level) not in range(len(_LEVELS)):
            raise ScriptError(b"ERR Invalid debug level.", as_table=True)
        texts = [text for text in map(_text, arguments[1:]) if text is not None]
        text = b" ".join(texts).decode("utf-8", "backslashreplace")
        logger.log(_LEVELS[_whole(level)], "%s", printable(text))

    def setresp(self, *arguments: object) -> None:
        """Choose the protocol that replies to the script follow, 2 or 3."""
        if len(arguments) != 1:
            raise ScriptError(b"ERR redis.setresp() requires one argument.", as_table=True)
        protocol = _whole(arguments[0])
        if protocol not in (2, 3):
            raise ScriptError(b"ERR RESP version must be 2 or 3.", as_table=True)
        self.client.protocol = protocol

    def set_repl(self, *arguments: object) -> None:
        """Takes what Redis takes and changes nothing: there are no replicas, and what is written is always logged."""
        if len(arguments) != 1:
            raise ScriptError(b"ERR redis.set_repl() requires two arguments.", as_table=True)
        if _whole(arguments[0]) not in range(4):
            raise ScriptError(
                b"ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.", as_table=True
            )

    def replicate_commands(self, *arguments: object) -> bool:
        """What a script does is always logged as the commands that it ran."""
        return True

    def breakpoint(self, *arguments: object) -> bool:
        """There is no debugger."""
        return False

    def debug(self, *arguments: object) -> None:
        """There is no debugger."""


_CONSTANTS: dict[bytes, object] = {
    b"LOG_DEBUG": 0, b"LOG_VERBOSE": 1, b"LOG_NOTICE": 2, b"LOG_WARNING": 3,
    b"REPL_NONE": 0, b"REPL_AOF": 1, b"REPL_SLAVE": 2, b"REPL_REPLICA": 2, b"REPL_ALL": 3,
    b"REDIS_VERSION": b"7.0.15", b"REDIS_VERSION_NUM": 0x07000F,
}  # fmt: skip


def _request(arguments: tuple[object, ...]) -> list[bytes]:
    if not arguments:
        raise ScriptError(_NO_ARGUMENT, as_table=True)
    for item in arguments:
        if item.__class__ is not bytes:
            return _spelled(arguments)
    return list(arguments)  # type: ignore[arg-type]


def _spelled(arguments: tuple[object, ...]) -> list[bytes]:
    """The request, with its numbers as texts. Raises `ScriptError` where there is anything else."""
    request = [item for item in map(argument, arguments) if item is not None]
    if len(request) != len(arguments):
        raise ScriptError(_NO_STRING, as_table=True)
    return request


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: object) -> int:
    """The integer of a number, or of a string that spells one; 0 for anything else."""
    try:
        return int(float(value)) if isinstance(value, bytes) or _is_number(value) else 0  # type: ignore[arg-type]
    except (ValueError, OverflowError):
        return 0


def _text(value: object) -> bytes | None:
    """A string, or a number as Lua itself spells it."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return b"%.14g" % value
    return None
