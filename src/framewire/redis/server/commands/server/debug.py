"""DEBUG: what test suites of clients, and of Redis itself, use.

What belongs here: its subcommands, which Redis' command table does not know. What would crash a server, or shows how
Redis keeps things inside, is an unknown subcommand here.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from typing import Final, NamedTuple

from framewire.frames.resp import (
    Array,
    Attributed,
    BigNumber,
    Boolean,
    Bulk,
    Double,
    Error,
    Integer,
    Map,
    Null,
    Push,
    RespFrame,
    Set,
    Simple,
    Verbatim,
)  # fmt: skip
from framewire.redis.redaction import printable
from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.server.sizes import size_of
from framewire.redis.server.commands.shared.containers import unknown_form
from framewire.redis.server.commands.shared.replies import OK
from framewire.redis.server.keyspace.blocked import NOT_YET, Wait
from framewire.redis.server.parsing.arguments import parse_int64, require_int64
from framewire.redis.server.parsing.errors import NO_SUCH_KEY, NOT_POSITIVE, CommandError
from framewire.redis.server.parsing.memory import parse_memory
from framewire.redis.server.values.strings import encoding_of, references_of

__all__ = ["debug"]

logger = logging.getLogger("framewire.redis")

_MOST_SECONDS = 3600.0


class Subcommand(NamedTuple):
    """What runs it, and how many items a request for it may have, DEBUG and its own name included."""

    run: Callable[[Client, list[bytes]], object]
    least: int
    most: int
    usage: str


def debug(client: Client, request: list[bytes]) -> object:
    _check_allowed(client)
    subcommand = _SUBCOMMANDS.get(request[1].upper())
    if subcommand is None or not subcommand.least <= len(request) <= subcommand.most:
        raise unknown_form(request)
    return subcommand.run(client, request)


def _check_allowed(client: Client) -> None:
    allowed = client.state.config.enable_debug_command
    if allowed == "no" or (allowed == "local" and not _is_local(client.address)):
        raise CommandError(
            b'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it '
            b"from a local connection, otherwise you need to set this option in the configuration file, and then "
            b"restart the server."
        )


def _is_local(address: str) -> bool:
    return address.startswith(("127.", "[::1]:", "/")) or address in ("", ":0")


# -- time -------------------------------------------------------------------------------------------------------------

_number = re.compile(rb"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)").match


def sleep(client: Client, request: list[bytes]) -> object:
    """Nobody is answered for so long. The loop goes on meanwhile: commands wait as in a CLIENT PAUSE.

    Who waits for a key is not served before the end either: the transaction that sleeps may let the key expire. At
    most an hour: a client's typing error must not stop a program for ever.
    """
    match = _number(request[2])
    seconds = min(float(match[0]), _MOST_SECONDS) if match else 0.0
    milliseconds = round(seconds * 1000)
    if milliseconds <= 0:
        return OK
    state = client.state
    until = state.clock + milliseconds
    state.begin_pause(until, everything=True)
    blocked = state.databases.blocked
    blocked.hold()
    state.pause.postpone(lambda: blocked.release())  # another function for each sleep
    state.slowlog.add(milliseconds * 1000, state.now() // 1000, request, client.address, client.name)
    return Wait([], until, lambda key: NOT_YET, OK)


def set_active_expire(client: Client, request: list[bytes]) -> object:
    client.state.expire_actively(parse_int64(request[2]) not in (0, None))
    return OK


def set_disable_deny_scripts(client: Client, request: list[bytes]) -> object:
    client.state.scripts_may_all = parse_int64(request[2]) not in (0, None)
    return OK


def pause_cron(client: Client, request: list[bytes]) -> object:
    """Of what is done regularly, only expiry could be seen."""
    client.state.expire_actively(parse_int64(request[2]) in (0, None))
    return OK


# -- keys -------------------------------------------------------------------------------------------------------------


def object_(client: Client, request: list[bytes]) -> object:
    value = client.db.values.get(request[2])  # also one whose time has come, as long as nobody has removed it
    if value is None:
        raise CommandError(NO_SUCH_KEY)
    return Simple(
        b"Value at:0x%x refcount:%d encoding:%s serializedlength:%d lru:0 lru_seconds_idle:0"
        % (id(value), references_of(value), encoding_of(value, client.state.config), size_of(value))
    )


def populate(client: Client, request: list[bytes]) -> object:
    """`key:0` to `key:N-1` hold `value:0` and so on, cut or filled up to a size. Keys that exist stay as they are."""
    count = require_int64(request[2], NOT_POSITIVE, 0)
    prefix = request[3] if len(request) > 3 else b"key"
    size = require_int64(request[4], NOT_POSITIVE, 0) if len(request) > 4 else 0
    db = client.db
    for index in range(count):
        key, value = b"%s:%d" % (prefix, index), b"value:%d" % index
        if db.peek(key, client.state.clock) is None:
            db.set(key, value[:size].ljust(size, b"\0") if size else value)
            db.touch(key, b"")
    return OK


def reload(client: Client, request: list[bytes]) -> object:
    """Saving and loading would give what is there, without the keys whose time has come."""
    options = {word.upper() for word in request[2:]}
    if not options <= {b"MERGE", b"NOFLUSH", b"NOSAVE"}:
        raise CommandError(b"ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.")
    if b"NOSAVE" in options:
        raise CommandError(b"ERR Error trying to load the RDB dump, check server logs.")
    _discard_dead_keys(client)
    return OK


def loadaof(client: Client, request: list[bytes]) -> object:
    """Loading it would give what is there: every change is in it before its reply."""
    if client.state.persistence is None or not client.state.persistence.enabled:
        raise CommandError(b"ERR there is no append-only file")
    _discard_dead_keys(client)
    return OK


def _discard_dead_keys(client: Client) -> None:
    for db in client.state.databases:
        db.expire_due(client.state.clock)


# -- the server -------------------------------------------------------------------------------------------------------


def change_repl_id(client: Client, request: list[bytes]) -> object:
    client.state.replication_id = os.urandom(20).hex()
    return OK


def log(client: Client, request: list[bytes]) -> object:
    logger.warning("%s: DEBUG LOG: %s", client, printable(request[2].decode("utf-8", "backslashreplace")))
    return OK


def error(client: Client, request: list[bytes]) -> object:
    return Error(request[2].replace(b"\r", b" ").replace(b"\n", b" "))


def quicklist_packed_threshold(client: Client, request: list[bytes]) -> object:
    """Lists are not packed here; the size is only looked at."""
    size = parse_memory(request[2]) if request[2][:1].isdigit() else None
    if size is None or size > 4 * 1024**3:
        raise CommandError(b"ERR argument must be a memory value bigger than 1 and smaller than 4gb")
    return OK


def nothing(client: Client, request: list[bytes]) -> object:
    """What it changes in Redis does not exist here."""
    return OK


# -- replies of every type --------------------------------------------------------------------------------------------

_NUMBERS = tuple(map(Integer, range(3)))

_SAMPLES: Final[dict[bytes, RespFrame]] = {
    b"string": Bulk(b"Hello World"),
    b"integer": Integer(12345),
    b"double": Double(3.141),
    b"bignum": BigNumber(1234567999999999999999999999999999999),
    b"null": Null(b"_"),
    b"array": Array(_NUMBERS),
    b"set": Set(_NUMBERS),
    b"map": Map(tuple((number, Boolean(number.value == 1)) for number in _NUMBERS)),
    b"attrib": Attributed(
        ((Bulk(b"key-popularity"), Array((Bulk(b"key:123"), Integer(90)))),),
        Bulk(b"Some real reply following the attribute"),
    ),
    b"verbatim": Verbatim(b"txt", b"This is a verbatim\nstring"),
    b"true": Boolean(True),
    b"false": Boolean(False),
}


def protocol(client: Client, request: list[bytes]) -> object:
    name = request[2].lower()
    if name == b"push":
        return _push(client)
    if name not in _SAMPLES:
        raise CommandError(
            b"ERR Wrong protocol type name. Please use one of the following: "
            b"string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false"
        )
    return _SAMPLES[name]


def _push(client: Client) -> object:
    if client.protocol == 2:
        raise CommandError(b"ERR RESP2 is not supported by this command")
    client.reply(Push((b"server-cpu-usage", 42)))
    return b"Some real reply following the push reply"


def help_(client: Client, request: list[bytes]) -> object:
    lines = ["DEBUG <subcommand> [<argument> ...]. The subcommands are:"]
    lines += [f"{name.decode()} {subcommand.usage}".strip() for name, subcommand in _SUBCOMMANDS.items()]
    return [Simple(line.encode()) for line in lines]


_SUBCOMMANDS: Final[dict[bytes, Subcommand]] = {
    b"CHANGE-REPL-ID": Subcommand(change_repl_id, 2, 2, ""),
    b"ERROR": Subcommand(error, 3, 3, "<text>"),
    b"LOADAOF": Subcommand(loadaof, 2, 2, ""),
    b"LOG": Subcommand(log, 3, 3, "<text>"),
    b"OBJECT": Subcommand(object_, 3, 4, "<key>"),
    b"PAUSE-CRON": Subcommand(pause_cron, 3, 3, "<0|1>"),
    b"POPULATE": Subcommand(populate, 3, 5, "<count> [<prefix>] [<size>]"),
    b"PROTOCOL": Subcommand(protocol, 3, 3, "<type>"),
    b"QUICKLIST-PACKED-THRESHOLD": Subcommand(quicklist_packed_threshold, 3, 3, "<size>"),
    b"RELOAD": Subcommand(reload, 2, 5, "[MERGE] [NOFLUSH] [NOSAVE]"),
    b"REPLYBUFFER": Subcommand(nothing, 4, 4, "(PEAK-RESET-TIME|RESIZING) <value>"),
    b"SET-ACTIVE-EXPIRE": Subcommand(set_active_expire, 3, 3, "<0|1>"),
    b"SET-DISABLE-DENY-SCRIPTS": Subcommand(set_disable_deny_scripts, 3, 3, "<0|1>"),
    b"SET-SKIP-CHECKSUM-VALIDATION": Subcommand(nothing, 3, 3, "<0|1>"),
    b"SLEEP": Subcommand(sleep, 3, 3, "<seconds>"),
    b"STRINGMATCH-TEST": Subcommand(
        lambda client, request: Simple(b"Apparently Redis did not crash: test passed"), 2, 2, ""
    ),
    b"HELP": Subcommand(help_, 2, 2, ""),
}
