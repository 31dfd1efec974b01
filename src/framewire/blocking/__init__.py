"""Connections for threads: `connect`, `listen`, `Connection`. The names of `framewire.aio`, without a loop."""

from framewire.blocking.connect import connect
from framewire.blocking.connection import Connection
from framewire.blocking.listen import Listener, listen

__all__ = ["Connection", "Listener", "connect", "listen"]
