"""From a request to the command that it names, or to the error text that Redis has for it.

What belongs here: names, spellings and arities. Whether a client may run the command now is the session's question.
"""

from __future__ import annotations

from typing import Final

from framewire.redis.facts.command import Command
from framewire.redis.server.clients.client import NO_REPLY, Client
from framewire.redis.server.clients.hooks import Handler
from framewire.redis.server.clients.state import Shortcuts, State
from framewire.redis.server.commands.binding import BARRIERS, COMMANDS, HANDLERS
from framewire.redis.server.parsing.errors import CommandError, wrong_arity
from framewire.redis.server.running.timing import shortcut

__all__ = ["PLAIN", "handler_of", "is_barrier", "lookup", "shortcuts"]

# By name as clients spell it, the commands that may stand between others in a batch: neither barriers nor containers. A
# spelling that is not here yet takes the longer way through `lookup`, which adds it, up to a bound (peers choose them).
PLAIN: dict[bytes, tuple[Handler[Client], int, int]] = {}
_SPELLINGS_REMEMBERED = 1024

_NONE: Shortcuts[Client] = {}

_PREVIEW = 128  # as many bytes of an unknown command, and of its arguments, appear in the error

# What a browser sends first when a web page tricks it into talking to a server on the user's machine. The words that
# open an HTTP request get no answer, whatever follows them.
_HTTP_REQUEST: Final = Command("post", -1, ("no_auth",), while_subscribed=True)
_NOT_REDIS = {b"post": _HTTP_REQUEST, b"host:": _HTTP_REQUEST}


def lookup(request: list[bytes]) -> Command:
    """The command, or subcommand, of `request`; raises `CommandError` where it is unknown or the arity is wrong."""
    name = request[0].lower()
    command = COMMANDS.get(name) or _NOT_REDIS.get(name)
    if command is None:
        raise CommandError(_unknown_command(request))
    if command.subcommands and len(request) > 1:
        return _lookup_subcommand(command, request)
    _check_arity(command, request)
    _remember(request[0], command)
    return command


def _lookup_subcommand(container: Command, request: list[bytes]) -> Command:
    command = container.subcommands.get(request[1].lower())
    if command is None:
        word, parent = _preview(request[1], _PREVIEW), container.name.upper().encode()
        raise CommandError(b"ERR unknown subcommand '%s'. Try %s HELP." % (word, parent))
    _check_arity(command, request)
    return command


def _check_arity(command: Command, request: list[bytes]) -> None:
    if not command.accepts(len(request)):
        raise wrong_arity(command.name.encode())


def handler_of(command: Command) -> Handler[Client]:
    """What runs it. Caller must have it from `lookup`: the arity keeps a mere container from being asked for."""
    return _drop if command is _HTTP_REQUEST else HANDLERS[command.name]


def _drop(client: Client, request: list[bytes]) -> object:
    client.closing = True
    client.state.alarms.tell("%s: closed, it speaks HTTP: a web page may try to reach this server", client)
    return NO_REPLY


def is_barrier(command: Command) -> bool:
    """Whether it changes the protocol, the limits or the number of replies, so that it runs alone."""
    return command.name in BARRIERS or command is _HTTP_REQUEST


# -- the short path ---------------------------------------------------------------------------------------------------


def shortcuts(state: State[Client]) -> Shortcuts[Client]:
    """By name as clients spell it, what may be run without a look at the command, with the hooks that there are now."""
    hooks = state.hooks
    if state.busy or state.pause or state.slowlog.times_all:
        return _NONE
    if not hooks:
        return PLAIN
    if hooks.only_shortcut and hooks.shortcut is not None:
        through = hooks.shortcut
        return {
            spelling: (through(COMMANDS[spelling.lower()], handler), least, most)
            for spelling, (handler, least, most) in PLAIN.items()
        }
    return _NONE


def _remember(spelling: bytes, command: Command) -> None:
    if len(PLAIN) < _SPELLINGS_REMEMBERED and not (is_barrier(command) or command.subcommands):
        PLAIN[spelling] = shortcut(command, HANDLERS[command.name])


# -- errors -----------------------------------------------------------------------------------------------------------


def _unknown_command(request: list[bytes]) -> bytes:
    """The error shows the first 128 bytes of the name and of the quoted arguments. A NUL ends each of them, as in C."""
    shown = b""
    for argument in request[1:]:
        if len(shown) >= _PREVIEW:
            break
        shown += b"'%s' " % _preview(argument, _PREVIEW - len(shown))
    return b"ERR unknown command '%s', with args beginning with: %s" % (_preview(request[0], _PREVIEW), shown)


def _preview(text: bytes, length: int) -> bytes:
    return text[:length].split(b"\0", 1)[0]


for _name, _command in COMMANDS.items():
    _remember(_name, _command)
    _remember(_name.upper(), _command)
