"""MONITOR: a client that is told of every command. Who tells it is `clients/monitors.py`."""

from __future__ import annotations

from framewire.redis.server.clients.client import NO_REPLY, Client
from framewire.redis.server.commands.shared.replies import OK
from framewire.redis.server.parsing.errors import CommandError

__all__ = ["monitor"]


def monitor(client: Client, request: list[bytes]) -> object:
    """Who monitors already gets no reply, as from Redis."""
    if client.nested:
        raise CommandError(b"ERR MONITOR isn't allowed for DENY BLOCKING client")
    if client in client.state.monitors:
        return NO_REPLY
    client.state.start_monitoring(client)
    return OK
