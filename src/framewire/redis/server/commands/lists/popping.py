"""Commands that pop from the first of several lists that has something, and those that wait until one has.

What belongs here: each of these twice, as a command that answers at once and as one that blocks. LPOP and RPOP, which
take from one list, are in `lists.py`.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.lists.lists import ENDS, LEFT, RIGHT
from framewire.redis.server.commands.shared.popping import blocking_mpop, blocking_pop, mpop

__all__ = ["blmpop", "blpop", "brpop", "lmpop"]


def lmpop(client: Client, request: list[bytes]) -> object:
    return mpop(client, request, ENDS, _all)


def blmpop(client: Client, request: list[bytes]) -> object:
    return blocking_mpop(client, request, ENDS, _all)


def _all(client: Client, taken: list[bytes]) -> object:
    return taken


def blpop(client: Client, request: list[bytes]) -> object:
    return blocking_pop(client, request, LEFT, _one)


def brpop(client: Client, request: list[bytes]) -> object:
    return blocking_pop(client, request, RIGHT, _one)


def _one(client: Client, item: bytes) -> list[bytes]:
    return [item]
