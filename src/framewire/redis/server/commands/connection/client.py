"""CLIENT: what a connection can say about itself. What it can do to others stands in `clients.py`.

What belongs here: names, descriptions, and how this connection is treated; and the HELP of all CLIENT subcommands.
"""

from __future__ import annotations

import re

from framewire.frames.resp import Verbatim
from framewire.redis.server.clients.client import NO_REPLY, Client
from framewire.redis.server.clients.reply_mode import ReplyMode
from framewire.redis.server.commands.connection import clients
from framewire.redis.server.commands.shared.containers import help_of
from framewire.redis.server.commands.shared.replies import OK
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError

__all__ = [
    "checked_name",
    "client_help",
    "getname",
    "getredir",
    "id_",
    "info",
    "no_evict",
    "no_touch",
    "reply",
    "setinfo",
    "setname",
    "trackinginfo",
]

_is_printable = re.compile(rb"[!-~]*").fullmatch


def checked_name(name: bytes) -> bytes:
    """`name`, if a client may have it; raises `CommandError`."""
    if not _is_printable(name):
        raise CommandError(b"ERR Client names cannot contain spaces, newlines or special characters.")
    return name


def id_(client: Client, request: list[bytes]) -> object:
    return client.id


def getname(client: Client, request: list[bytes]) -> object:
    return client.name or None


def setname(client: Client, request: list[bytes]) -> object:
    client.name = checked_name(request[2])
    return OK


def setinfo(client: Client, request: list[bytes]) -> object:
    """From Redis 7.2, because client libraries say there who they are."""
    option, value = request[2].lower(), request[3]
    if option not in (b"lib-name", b"lib-ver"):
        raise CommandError(b"ERR Unrecognized option '%s'" % request[2])
    if not _is_printable(value):
        raise CommandError(b"ERR %s cannot contain spaces, newlines or special characters." % option)
    if option == b"lib-name":
        client.library_name = value
    else:
        client.library_version = value
    return OK


def info(client: Client, request: list[bytes]) -> object:
    return Verbatim(b"txt", clients.client_line(client) + b"\n")


def reply(client: Client, request: list[bytes]) -> object:
    word = request[2].upper()
    if word == b"ON":
        client.reply_mode = ReplyMode.ON
        return OK
    if word == b"OFF":
        client.reply_mode = ReplyMode.OFF
    elif word != b"SKIP":
        raise CommandError(SYNTAX_ERROR)
    elif client.reply_mode is not ReplyMode.OFF:
        client.reply_mode = ReplyMode.SKIP_NEXT
    return NO_REPLY


def no_evict(client: Client, request: list[bytes]) -> object:
    """Nobody is evicted here anyway; CLIENT LIST shows it."""
    client.no_evict = _is_on(request[2])
    return OK


def no_touch(client: Client, request: list[bytes]) -> object:
    """From Redis 7.2. When keys were last used is not kept here, so there is nothing to leave alone."""
    client.no_touch = _is_on(request[2])
    return OK


def _is_on(word: bytes) -> bool:
    if word.upper() not in (b"ON", b"OFF"):
        raise CommandError(SYNTAX_ERROR)
    return word.upper() == b"ON"


def getredir(client: Client, request: list[bytes]) -> object:
    """-1: there is no client-side caching."""
    return -1


def trackinginfo(client: Client, request: list[bytes]) -> object:
    return {b"flags": {b"off"}, b"redirect": -1, b"prefixes": []}


client_help = help_of("client", {
    "GETNAME": "The name of this connection.",
    "GETREDIR": "Always -1: there is no client-side caching.",
    "ID": "The number of this connection.",
    "INFO": "One line about this connection.",
    "KILL <address>": "Close the connection from that address.",
    "KILL <option> <value> [<option> <value> ...]":
        "Close all connections that fit. Options: ID, TYPE (NORMAL|MASTER|REPLICA|PUBSUB), USER, ADDR, LADDR, "
        "SKIPME (YES|NO).",
    "LIST [TYPE (NORMAL|MASTER|REPLICA|PUBSUB)|ID <id> [<id> ...]]": "One line about each connection.",
    "NO-EVICT (ON|OFF)": "Nobody is evicted here.",
    "NO-TOUCH (ON|OFF)": "The age of keys is not kept here.",
    "PAUSE <milliseconds> [WRITE|ALL]": "Let commands wait.",
    "REPLY (ON|OFF|SKIP)": "Whether this connection wants replies; SKIP is about the next one.",
    "SETINFO (LIB-NAME|LIB-VER) <value>": "Note the client library or its version.",
    "SETNAME <name>": "Name this connection.",
    "TRACKINGINFO": "There is no client-side caching.",
    "UNBLOCK <id> [TIMEOUT|ERROR]": "End the waiting of a blocked client.",
    "UNPAUSE": "Let all commands go on.",
})  # fmt: skip
