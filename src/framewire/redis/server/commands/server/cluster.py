"""Commands that only mean something in a cluster, which this server is not part of."""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.parsing.errors import CommandError

__all__ = ["no_cluster"]


def no_cluster(client: Client, request: list[bytes]) -> object:
    raise CommandError(b"ERR This instance has cluster support disabled")
