"""From a request to the command that it names, or to the error text that Redis has for it.

What belongs here: names, spellings and arities. Whether a client may run the command now is the session's question.
"""

from __future__ import annotations

from framewire.redis.server.clients.slowlog import Plain, timed
from framewire.redis.server.commands.binding import COMMANDS
from framewire.redis.server.commands.connection.connection import HTTP_REQUEST
from framewire.redis.server.commands.table import Command
from framewire.redis.server.parsing.arguments import CommandError

__all__ = ["PLAIN", "Plain", "lookup"]

# By name as clients spell it, the commands that may stand between others in a batch: neither barriers nor containers. A
# spelling that is not here yet takes the longer way through `lookup`, which adds it, up to a bound (peers choose them).
PLAIN: dict[bytes, Plain] = {}
_SPELLINGS_REMEMBERED = 1024

_PREVIEW = 128  # as many bytes of an unknown command, and of its arguments, appear in the error

# What a browser sends first when a web page tricks it into talking to a server on the user's machine.
_NOT_REDIS = {b"post": HTTP_REQUEST, b"host:": HTTP_REQUEST}


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
        raise CommandError(b"ERR wrong number of arguments for '%s' command" % command.name.encode())


def _remember(spelling: bytes, command: Command) -> None:
    if len(PLAIN) < _SPELLINGS_REMEMBERED and command.function and not (command.barrier or command.subcommands):
        PLAIN[spelling] = timed(command)


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
