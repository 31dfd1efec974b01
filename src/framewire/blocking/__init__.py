"""Connections for threads: `connect`, `listen`, `Connection`; `read_buf` and `write_buf` for who frames by hand.

The names of `framewire.aio`, without a loop.
"""

from framewire.blocking.connect import connect
from framewire.blocking.connection import Connection
from framewire.blocking.handover import Parts
from framewire.blocking.listen import Listener, listen
from framewire.blocking.transfer import read_buf, write_all_buf, write_buf

__all__ = ["Connection", "Listener", "Parts", "connect", "listen", "read_buf", "write_all_buf", "write_buf"]
