"""Mini-Redis: a Redis-compatible server to embed (`Server`, `run_in_thread`) or to run (`framewire serve`)."""

from framewire.redis.config import Config
from framewire.redis.server import Server
from framewire.redis.thread import ThreadServer, run_in_thread

__all__ = ["Config", "Server", "ThreadServer", "run_in_thread"]
