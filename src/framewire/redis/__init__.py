"""Mini-Redis: a Redis-compatible server to embed (`Server`, `run_in_thread`) or to run (`framewire serve`)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from framewire.redis.config import Config
    from framewire.redis.server import Server
    from framewire.redis.thread import ThreadServer, run_in_thread

__all__ = ["Config", "Server", "ThreadServer", "run_in_thread"]

_HOMES = {
    "Config": "framewire.redis.config",
    "Server": "framewire.redis.server",
    "ThreadServer": "framewire.redis.thread",
    "run_in_thread": "framewire.redis.thread",
}


def __getattr__(name: str) -> object:
    """The public names, loaded when they are first used: the command table must not load the server."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
