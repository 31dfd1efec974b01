"""CLIENT: what a connection can say about itself. What it can do to others stands in `clients.py`.

What belongs here: names, descriptions, and how this connection is treated; and the table of all CLIENT subcommands.
"""

from __future__ import annotations

import re

from framewire.frames.resp import Verbatim
from framewire.redis.facts.command import Command
from framewire.redis.server.clients.client import NO_REPLY, Client
from framewire.redis.server.clients.reply_mode import ReplyMode
from framewire.redis.server.commands.connection import clients
from framewire.redis.server.commands.containers import help_command, subcommands
from framewire.redis.server.commands.replies import OK
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError

__all__ = ["COMMANDS", "checked_name"]

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


_ABOUT_CLIENT = "noscript loading stale"
_ABOUT_OTHERS = "admin noscript loading stale"
_VARIES = ("nondeterministic_output",)

_CLIENT = subcommands([
    Command(
        "client|id", id_, 2, _ABOUT_CLIENT, None, "@connection",
        summary="Returns the number of this connection.", since="5.0.0", group="connection", complexity="O(1)",
    ),
    Command(
        "client|getname", getname, 2, _ABOUT_CLIENT, None, "@connection",
        summary="Returns the name of this connection.", since="2.6.9", group="connection", complexity="O(1)",
    ),
    Command(
        "client|setname", setname, 3, _ABOUT_CLIENT, None, "@connection",
        summary="Gives this connection a name.", since="2.6.9", group="connection", complexity="O(1)",
    ),
    Command(
        "client|setinfo", setinfo, 4, _ABOUT_CLIENT, None, "@connection",
        summary="Notes which library the client is, and its version.", since="7.2.0", group="connection",
        complexity="O(1)",
    ),
    Command(
        "client|info", info, 2, _ABOUT_CLIENT, None, "@connection", tips=_VARIES,
        summary="Describes this connection in one line.", since="6.2.0", group="connection", complexity="O(1)",
    ),
    Command(
        "client|list", clients.list_, -2, _ABOUT_OTHERS, None, "@connection", tips=_VARIES,
        summary="Describes connections, one line for each.", since="2.4.0", group="connection",
        complexity="O(N), N connections",
    ),
    Command(
        "client|kill", clients.kill, -3, _ABOUT_OTHERS, None, "@connection", barrier=True,
        summary="Closes connections.", since="2.4.0", group="connection", complexity="O(N), N connections",
    ),
    Command(
        "client|pause", clients.pause, -3, _ABOUT_OTHERS, None, "@connection", barrier=True,
        summary="Lets commands wait for a time, all or those that write.", since="2.9.50", group="connection",
        complexity="O(N), N connections",
    ),
    Command(
        "client|unpause", clients.unpause, 2, _ABOUT_OTHERS, None, "@connection",
        summary="Lets all commands go on.", since="6.2.0", group="connection", complexity="O(N), N connections",
    ),
    Command(
        "client|unblock", clients.unblock, -3, _ABOUT_OTHERS, None, "@connection",
        summary="Ends the waiting of a blocked client.", since="5.0.0", group="connection", complexity="O(1)",
    ),
    Command(
        "client|reply", reply, 3, _ABOUT_CLIENT, None, "@connection", barrier=True,
        summary="Says whether this connection wants replies.", since="3.2.0", group="connection", complexity="O(1)",
    ),
    Command(
        "client|no-evict", no_evict, 3, _ABOUT_OTHERS, None, "@connection",
        summary="Keeps this connection from being evicted; none ever is.", since="7.0.0", group="connection",
        complexity="O(1)",
    ),
    Command(
        "client|no-touch", no_touch, 3, _ABOUT_CLIENT, None, "@connection",
        summary="Lets commands of this connection leave the age of keys alone; it is not kept.", since="7.2.0",
        group="connection", complexity="O(1)",
    ),
    Command(
        "client|getredir", getredir, 2, _ABOUT_CLIENT, None, "@connection",
        summary="Returns -1: there is no client-side caching.", since="6.0.0", group="connection", complexity="O(1)",
    ),
    Command(
        "client|trackinginfo", trackinginfo, 2, _ABOUT_CLIENT, None, "@connection",
        summary="Tells that client-side caching is off.", since="6.2.0", group="connection", complexity="O(1)",
    ),
    help_command("client", "5.0.0", "connection", "@connection", {
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
    }),
])  # fmt: skip

COMMANDS = [
    Command(
        "client", None, -2, summary="Commands about connections.", since="2.4.0", group="connection",
        complexity="Depends on the subcommand.", subcommands=_CLIENT,
    ),
]  # fmt: skip
