"""MONITOR: a client that is told of every command. Who tells it is `clients/monitors.py`."""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.replies import OK

__all__ = ["monitor"]


def monitor(client: Client, request: list[bytes]) -> object:
    client.state.start_monitoring(client)
    return OK
