"""A Redis wire: its clients (`Client`, `BlockingClient`); Mini-Redis to embed (`Server`, `run_in_thread`) or to run.

What belongs here: the public names, each loaded when it is first asked for, so that who wants a client or a fact of the
wire (`facts`, `glob`, `redaction`) loads no server. What clients raise is in `exceptions`. Nobody inside the package
imports from here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from framewire.redis.client.aio.client import Client
    from framewire.redis.client.blocking.client import BlockingClient
    from framewire.redis.client.caching.cache import CacheConfig
    from framewire.redis.client.fates import Fate
    from framewire.redis.client.hooks import Begun, Hook
    from framewire.redis.client.options import Options
    from framewire.redis.client.retries import Retry
    from framewire.redis.client.subscriptions.events import KeyEvent
    from framewire.redis.client.subscriptions.items import Gap, Message
    from framewire.redis.client.telemetry import OpenTelemetry
    from framewire.redis.server.config.config import Config
    from framewire.redis.server.network.clock import ServerClock
    from framewire.redis.server.network.server import Server
    from framewire.redis.server.network.thread import ThreadClock, ThreadServer, run_in_thread

__all__ = [
    "Begun",
    "BlockingClient",
    "CacheConfig",
    "Client",
    "Config",
    "Fate",
    "Gap",
    "Hook",
    "KeyEvent",
    "Message",
    "OpenTelemetry",
    "Options",
    "Retry",
    "Server",
    "ServerClock",
    "ThreadClock",
    "ThreadServer",
    "run_in_thread",
]

_HOMES = {
    "Begun": "framewire.redis.client.hooks",
    "BlockingClient": "framewire.redis.client.blocking.client",
    "CacheConfig": "framewire.redis.client.caching.cache",
    "Client": "framewire.redis.client.aio.client",
    "Config": "framewire.redis.server.config.config",
    "Fate": "framewire.redis.client.fates",
    "Gap": "framewire.redis.client.subscriptions.items",
    "Hook": "framewire.redis.client.hooks",
    "KeyEvent": "framewire.redis.client.subscriptions.events",
    "Message": "framewire.redis.client.subscriptions.items",
    "OpenTelemetry": "framewire.redis.client.telemetry",
    "Options": "framewire.redis.client.options",
    "Retry": "framewire.redis.client.retries",
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
        who, extra = ("OpenTelemetry", "otel") if name == "OpenTelemetry" else ("Mini-Redis", "server")
        what = f"{who} needs {error.name}: pip install 'framewire[{extra}]'"
        raise ModuleNotFoundError(what, name=error.name) from error


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
