"""Connections for asyncio: `connect`, `listen`, `Connection`, and a pair in memory. uvloop is welcome, not needed."""

from framewire.aio.connection import Connection
from framewire.aio.listen import Listener, connect, listen
from framewire.aio.memory import memory_pair

__all__ = ["Connection", "Listener", "connect", "listen", "memory_pair"]
