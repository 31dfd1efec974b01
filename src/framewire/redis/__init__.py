"""A Redis wire: Mini-Redis, to embed (`Server`, `run_in_thread`) or to run (`framewire serve`); what both ends share.

What belongs here: the public names, each loaded when it is first asked for, so that who wants a fact of the wire
(`facts`, `glob`, `redaction`) loads no server. Nobody inside the package imports from here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from framewire.redis.client.aio.client import Client
    from framewire.redis.client.blocking.client import BlockingClient
    from framewire.redis.client.subscriptions.events import KeyEvent
    from framewire.redis.client.subscriptions.items import Gap, Message
    from framewire.redis.server.config.config import Config
    from framewire.redis.server.network.clock import ServerClock
    from framewire.redis.server.network.server import Server
    from framewire.redis.server.network.thread import ThreadClock, ThreadServer, run_in_thread

__all__ = [
    "BlockingClient",
    "Client",
    "Config",
    "Gap",
    "KeyEvent",
    "Message",
    "Server",
    "ServerClock",
    "ThreadClock",
    "ThreadServer",
    "run_in_thread",
]

_HOMES = {
    "BlockingClient": "framewire.redis.client.blocking.client",
    "Client": "framewire.redis.client.aio.client",
    "Config": "framewire.redis.server.config.config",
    "Gap": "framewire.redis.client.subscriptions.items",
    "KeyEvent": "framewire.redis.client.subscriptions.events",
    "Message": "framewire.redis.client.subscriptions.items",
    "Server": "framewire.redis.server.network.server",
    "ServerClock": "framewire.redis.server.network.clock",
    "ThreadClock": "framewire.redis.server.network.thread",
    "ThreadServer": "framewire.redis.server.network.thread",
    "run_in_thread": "framewire.redis.server.network.thread",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(_HOMES[name]), name)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("framewire"):
            raise
        what = f"Mini-Redis needs {error.name}: pip install 'framewire[server]'"
        raise ModuleNotFoundError(what, name=error.name) from error


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
