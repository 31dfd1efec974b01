"""Commands about what is kept on disk, and SHUTDOWN, which may keep it first.

What belongs here: what clients may ask for. How it is done is in the room `persistence/`.
"""

from __future__ import annotations

from framewire.frames.resp import Simple
from framewire.redis.server.clients.client import NO_REPLY, Client
from framewire.redis.server.parsing.errors import BUSY, SYNTAX_ERROR, CommandError

__all__ = ["bgrewriteaof", "bgsave", "lastsave", "save", "shutdown"]

_NO_SNAPSHOTS = b"ERR this server writes no RDB files; with appendonly, BGREWRITEAOF writes everything anew"


def bgrewriteaof(client: Client, request: list[bytes]) -> object:
    persistence = client.state.persistence
    if persistence is None:
        raise CommandError(b"ERR nothing is kept on disk here")
    return Simple(persistence.rewrite())


def lastsave(client: Client, request: list[bytes]) -> object:
    """When everything was last written as a whole: by a rewrite, else at the start, when it was all read."""
    state = client.state
    return state.persistence.saved_at if state.persistence is not None else state.started // 1000


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
    if client.state.busy and b"NOSAVE" not in words:
        raise CommandError(BUSY)
    if b"SAVE" in words and b"FORCE" not in words:
        raise CommandError(_NO_SNAPSHOTS)
    if client.state.on_shutdown is None:
        raise CommandError(b"ERR this server is part of a program, which alone can end it")
    client.state.ending = True
    client.state.on_shutdown()
    client.closing = True
    return NO_REPLY
