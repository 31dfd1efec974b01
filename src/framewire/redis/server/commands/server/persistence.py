"""Commands about what is kept on disk.

What belongs here: what clients may ask for. How it is done is in `redis/persistence/`.
"""

from __future__ import annotations

from framewire.frames.resp import Simple
from framewire.redis.facts.command import Command
from framewire.redis.server.clients.client import Client
from framewire.redis.server.parsing.errors import CommandError

__all__ = ["COMMANDS"]


def bgrewriteaof(client: Client, request: list[bytes]) -> object:
    persistence = client.state.persistence
    if persistence is None:
        raise CommandError(b"ERR nothing is kept on disk here")
    return Simple(persistence.rewrite())


def lastsave(client: Client, request: list[bytes]) -> object:
    """When everything was last written as a whole: by a rewrite, else at the start, when it was all read."""
    state = client.state
    return state.persistence.saved_at if state.persistence is not None else state.started // 1000


COMMANDS = [
    Command(
        "bgrewriteaof", bgrewriteaof, 1, "admin noscript no_async_loading", None, "",
        summary="Writes the append-only file anew, beside the running commands.", group="server", complexity="O(1)",
    ),
    Command(
        "lastsave", lastsave, 1, "loading stale fast", None, "@admin @dangerous", tips=("nondeterministic_output",),
        summary="Returns when everything was last written to disk.", group="server", complexity="O(1)",
    ),
]  # fmt: skip
