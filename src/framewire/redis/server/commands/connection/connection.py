"""Commands about the client's own connection: greeting, authentication, database, leaving. CLIENT is in `client.py`."""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.connection.client import checked_name
from framewire.redis.server.commands.server.info import REDIS_VERSION
from framewire.redis.server.commands.shared.databases import database
from framewire.redis.server.commands.shared.replies import OK, PONG, RESET
from framewire.redis.server.parsing.arguments import Arguments, parse_int64
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError, wrong_arity

__all__ = ["auth", "echo", "hello", "ping", "quit_", "reset", "select"]


def ping(client: Client, request: list[bytes]) -> object:
    if len(request) > 2:
        raise wrong_arity(b"ping")
    if client.restricted:
        return [b"pong", request[1] if len(request) == 2 else b""]
    return request[1] if len(request) == 2 else PONG


def echo(client: Client, request: list[bytes]) -> object:
    return request[1]


def select(client: Client, request: list[bytes]) -> object:
    client.db = database(client, request[1])
    return OK


def auth(client: Client, request: list[bytes]) -> object:
    if len(request) > 3:
        raise CommandError(SYNTAX_ERROR)
    if len(request) == 2 and not client.state.config.requirepass:
        raise CommandError(
            b"ERR AUTH <password> called without any password configured for the default user. "
            b"Are you sure your configuration is correct?"
        )
    client.authenticate(request[1] if len(request) == 3 else b"default", request[-1])
    return OK


def hello(client: Client, request: list[bytes]) -> object:
    """Options take effect one by one, so that an error in a later one leaves the earlier ones done, as in Redis."""
    arguments = Arguments(request)
    protocol = _protocol_version(arguments.next_bytes()) if arguments else client.protocol
    while arguments:
        _take_hello_option(client, arguments)
    if not client.authenticated:
        raise CommandError(
            b"NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> "
            b"<pass> option can be used to authenticate the client and select the RESP protocol version at "
            b"the same time"
        )
    client.protocol = protocol
    return {
        b"server": b"redis",
        b"version": REDIS_VERSION.encode(),
        b"proto": protocol,
        b"id": client.id,
        b"mode": b"standalone",
        b"role": b"master",
        b"modules": [],
    }


def _protocol_version(text: bytes) -> int:
    version = parse_int64(text)
    if version is None:
        raise CommandError(b"ERR Protocol version is not an integer or out of range")
    if version not in (2, 3):
        raise CommandError(b"NOPROTO unsupported protocol version")
    return version


def _take_hello_option(client: Client, arguments: Arguments) -> None:
    sent = arguments.next_bytes()
    option = sent.upper()
    if option == b"AUTH" and arguments.remaining >= 2:
        client.authenticate(arguments.next_bytes(), arguments.next_bytes())
    elif option == b"SETNAME" and arguments:
        client.name = checked_name(arguments.next_bytes())
    else:
        raise CommandError(b"ERR Syntax error in HELLO option '%s'" % sent)


def quit_(client: Client, request: list[bytes]) -> object:
    client.closing = True
    return OK


def reset(client: Client, request: list[bytes]) -> object:
    client.reset()
    return RESET
