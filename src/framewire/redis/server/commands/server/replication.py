"""Commands about other servers, and about the end of this one. It has neither replicas nor a master nor a cluster.

What belongs here: the answers that a Redis without them gives, and an error to who asks for them.
"""

from __future__ import annotations

from framewire.redis.facts.command import Command
from framewire.redis.server.clients.client import NO_REPLY, Client
from framewire.redis.server.commands.replies import OK
from framewire.redis.server.parsing.arguments import Arguments, parse_int64
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError

__all__ = ["COMMANDS"]


def wait(client: Client, request: list[bytes]) -> object:
    """No replica has anything, and none ever will: there is nothing to wait for."""
    arguments = Arguments(request)
    arguments.next_int()
    if arguments.next_int(b"ERR timeout is not an integer or out of range") < 0:
        raise CommandError(b"ERR timeout is negative")
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


def no_cluster(client: Client, request: list[bytes]) -> object:
    raise CommandError(b"ERR This instance has cluster support disabled")


# -- saving, and the end ----------------------------------------------------------------------------------------------

_NO_SNAPSHOTS = b"ERR this server writes no RDB files; with appendonly, BGREWRITEAOF writes everything anew"


def save(client: Client, request: list[bytes]) -> object:
    raise CommandError(_NO_SNAPSHOTS)


def bgsave(client: Client, request: list[bytes]) -> object:
    if len(request) > 1 and [word.upper() for word in request[1:]] != [b"SCHEDULE"]:
        raise CommandError(SYNTAX_ERROR)
    raise CommandError(_NO_SNAPSHOTS)


def shutdown(client: Client, request: list[bytes]) -> object:
    """The client gets no reply; its connection ends with the server."""
    words = {word.upper() for word in request[1:]}
    if not words <= {b"NOW", b"FORCE", b"SAVE", b"NOSAVE", b"ABORT"} or words >= {b"SAVE", b"NOSAVE"}:
        raise CommandError(SYNTAX_ERROR)
    if b"ABORT" in words:
        raise CommandError(b"ERR No shutdown in progress." if words == {b"ABORT"} else SYNTAX_ERROR)
    if b"SAVE" in words and b"FORCE" not in words:
        raise CommandError(_NO_SNAPSHOTS)
    if client.state.on_shutdown is None:
        raise CommandError(b"ERR this server is part of a program, which alone can end it")
    client.state.on_shutdown()
    client.closing = True
    return NO_REPLY


_REPLICATES = "admin noscript stale no_async_loading"

COMMANDS = [
    Command(
        "wait", wait, 3, "noscript", None, "@connection", tips=("request_policy:all_shards", "response_policy:agg_min"),
        summary="Returns 0, the number of replicas that have what was written.", since="3.0.0", group="generic",
        complexity="O(1)",
    ),
    Command(
        "role", role, 1, "noscript loading stale fast", None, "@admin @dangerous",
        summary="Says that this is a master without replicas.", since="2.8.12", group="server", complexity="O(1)",
    ),
    Command(
        "replicaof", replicaof, 3, _REPLICATES, None, "",
        summary="Takes NO ONE; this server cannot be a replica.", since="5.0.0", group="server", complexity="O(1)",
    ),
    Command(
        "slaveof", replicaof, 3, _REPLICATES, None, "",
        summary="The old name of REPLICAOF.", group="server", complexity="O(1)",
    ),
    Command(
        "failover", failover, -1, "admin noscript stale", None, "",
        summary="Refused: there is no replica to take over.", since="6.2.0", group="server", complexity="O(1)",
    ),
    Command(
        "readonly", no_cluster, 1, "loading stale fast", None, "@connection",
        summary="Refused: this is no cluster.", since="3.0.0", group="cluster", complexity="O(1)",
    ),
    Command(
        "readwrite", no_cluster, 1, "loading stale fast", None, "@connection",
        summary="Refused: this is no cluster.", since="3.0.0", group="cluster", complexity="O(1)",
    ),
    Command(
        "asking", no_cluster, 1, "fast", None, "@connection",
        summary="Refused: this is no cluster.", since="3.0.0", group="cluster", complexity="O(1)",
    ),
    Command(
        "save", save, 1, "admin noscript no_async_loading no_multi", None, "",
        summary="Refused: this server writes no RDB files.", group="server", complexity="O(1)",
    ),
    Command(
        "bgsave", bgsave, -1, "admin noscript no_async_loading", None, "",
        summary="Refused: this server writes no RDB files.", group="server", complexity="O(1)",
    ),
    Command(
        "shutdown", shutdown, -1, "admin noscript loading stale no_multi allow_busy", None, "", barrier=True,
        summary="Ends the server, where it is a process of its own.", group="server", complexity="O(1)",
    ),
]  # fmt: skip
