"""Commands about replication. This server has neither replicas nor a master.

What belongs here: the answers that a Redis without them gives, and an error to who asks for them.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.replies import OK
from framewire.redis.server.commands.shared.timeouts import next_timeout
from framewire.redis.server.parsing.arguments import Arguments, parse_int64
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError

__all__ = ["failover", "replicaof", "role", "wait"]


def wait(client: Client, request: list[bytes]) -> object:
    """No replica has anything, and none ever will: there is nothing to wait for."""
    arguments = Arguments(request)
    arguments.next_int()
    next_timeout(arguments)
    return 0


def role(client: Client, request: list[bytes]) -> object:
    return [b"master", 0, []]


def replicaof(client: Client, request: list[bytes]) -> object:
    if (request[1].upper(), request[2].upper()) == (b"NO", b"ONE"):
        return OK
    port = parse_int64(request[2])
    if port is None or not 0 <= port <= 65535:
        raise CommandError(b"ERR Invalid master port")
    raise CommandError(b"ERR this server cannot be a replica")


def failover(client: Client, request: list[bytes]) -> object:
    arguments = Arguments(request)
    while arguments:
        _take_failover_option(arguments)
    raise CommandError(b"ERR FAILOVER requires connected replicas.")


def _take_failover_option(arguments: Arguments) -> None:
    word = arguments.next_word()
    if word == b"TO" and arguments.remaining >= 2:
        arguments.next_bytes()
        arguments.next_int()
    elif word == b"TIMEOUT" and arguments:
        if arguments.next_int() <= 0:
            raise CommandError(b"ERR FAILOVER timeout must be greater than 0")
    elif word == b"ABORT" and not arguments:
        raise CommandError(b"ERR No failover in progress.")
    elif word != b"FORCE":
        raise CommandError(SYNTAX_ERROR)
