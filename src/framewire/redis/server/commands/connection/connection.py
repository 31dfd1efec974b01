"""Commands about the client's own connection: greeting, authentication, database, leaving. CLIENT is in `client.py`."""

from __future__ import annotations

from framewire.redis.facts.command import Command
from framewire.redis.server.clients.client import NO_REPLY, Client
from framewire.redis.server.commands.connection.client import checked_name
from framewire.redis.server.commands.replies import OK, PONG, RESET
from framewire.redis.server.commands.server.info import REDIS_VERSION
from framewire.redis.server.parsing.arguments import Arguments, parse_int64
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError

__all__ = ["COMMANDS", "HTTP_REQUEST"]


def ping(client: Client, request: list[bytes]) -> object:
    if len(request) > 2:
        raise CommandError(b"ERR wrong number of arguments for 'ping' command")
    if client.restricted:
        return [b"pong", request[1] if len(request) == 2 else b""]
    return request[1] if len(request) == 2 else PONG


def echo(client: Client, request: list[bytes]) -> object:
    return request[1]


def select(client: Client, request: list[bytes]) -> object:
    index = Arguments(request).next_int()
    if not -(2**31) <= index < 2**31:
        raise CommandError(b"ERR value is out of range, value must between -2147483648 and 2147483647")
    if not 0 <= index < len(client.state.databases):
        raise CommandError(b"ERR DB index is out of range")
    client.db = client.state.databases[index]
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


def drop_http_client(client: Client, request: list[bytes]) -> object:
    client.closing = True
    return NO_REPLY


# -- the table --------------------------------------------------------------------------------------------------------

_AT_ANY_TIME = "noscript loading stale fast no_auth allow_busy"

COMMANDS = [
    Command(
        "ping", ping, -1, "fast", None, "@connection", while_subscribed=True,
        tips=("request_policy:all_shards", "response_policy:all_succeeded"),
        summary="Shows that the server is there; sends its argument back if there is one.",
        group="connection", complexity="O(1)",
    ),
    Command(
        "echo", echo, 2, "loading stale fast", None, "@connection",
        summary="Sends its argument back.", group="connection", complexity="O(1)",
    ),
    Command(
        "hello", hello, -1, _AT_ANY_TIME, None, "@connection", barrier=True,
        summary="Greets the server, and chooses the protocol.", since="6.0.0", group="connection", complexity="O(1)",
    ),
    Command(
        "auth", auth, -2, _AT_ANY_TIME, None, "@connection", barrier=True,
        summary="Gives the password.", group="connection", complexity="O(1)",
    ),
    Command(
        "select", select, 2, "loading stale fast", None, "@connection",
        summary="Chooses the database that later commands work on.", group="connection", complexity="O(1)",
    ),
    Command(
        "quit", quit_, -1, _AT_ANY_TIME, None, "@connection", barrier=True, while_subscribed=True, in_multi=True,
        summary="Closes the connection.", group="connection", complexity="O(1)",
    ),
    Command(
        "reset", reset, 1, _AT_ANY_TIME, None, "@connection", barrier=True, while_subscribed=True, in_multi=True,
        summary="Puts the connection back into the state of a new one.", since="6.2.0", group="connection",
        complexity="O(1)",
    ),
]  # fmt: skip

# Not in the table: the words that open an HTTP request get no answer, whatever follows them.
HTTP_REQUEST = Command("post", drop_http_client, -1, "no_auth", barrier=True, while_subscribed=True)
