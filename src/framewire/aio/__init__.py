"""Connections for asyncio: `connect`, `listen`, `serve`, child processes, pipes, and a pair in memory.

uvloop is welcome, not needed.
"""

from framewire.aio.connect import connect
from framewire.aio.connection import Connection
from framewire.aio.handover import Parts
from framewire.aio.listen import Listener, listen
from framewire.aio.memory import memory_pair
from framewire.aio.pipes import SubprocessConnection, connect_pipes, open_subprocess
from framewire.aio.protocol import StreamProtocol
from framewire.aio.serve import serve
from framewire.aio.transfer import read_buf, write_all_buf, write_buf

__all__ = [
    "Connection",
    "Listener",
    "Parts",
    "StreamProtocol",
    "SubprocessConnection",
    "connect",
    "connect_pipes",
    "listen",
    "memory_pair",
    "open_subprocess",
    "read_buf",
    "serve",
    "write_all_buf",
    "write_buf",
]
