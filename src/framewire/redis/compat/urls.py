"""What a URL says, as settings by redis-py's names: no more than it says.

What belongs here: one translation. How a URL is spelled is known to `framewire.redis.urls`.
"""

from __future__ import annotations

from typing import Any, Final

from framewire.redis.client.option_kinds import KINDS
from framewire.redis.urls import Url, parse_url

__all__ = ["settings_of_url"]


def settings_of_url(url: str) -> dict[str, Any]:
    """The settings of `url`; those that no option of ours has stay text. Raises `ValueError` for what is no URL."""
    parsed = parse_url(url)
    settings: dict[str, Any] = {name: _read(name, text) for name, text in parsed.options.items() if text}
    for name in ("username", "password", "host", "port", "path"):
        value = getattr(parsed, name)
        if value is not None:
            settings["memory" if parsed.scheme == "memory" and name == "host" else name] = value
    if parsed.db is not None:
        settings.setdefault("db", parsed.db)
    if parsed.scheme == "memory":
        settings.setdefault("memory", "")
    if parsed.scheme.startswith("rediss"):
        settings["ssl"] = True
    return {**settings, **_of_several(parsed)}


def _of_several(parsed: Url) -> dict[str, Any]:
    """The nodes of a cluster, or the sentinels and what they watch."""
    _, _, kind = parsed.scheme.partition("+")
    if not kind:
        return {}
    usual = 6379 if kind == "cluster" else 26379
    nodes = tuple((host, port or usual) for host, port in parsed.nodes) or (("localhost", usual),)
    if kind == "cluster":
        return {"startup_nodes": nodes}
    return {"sentinels": nodes} if parsed.service is None else {"sentinels": nodes, "service": parsed.service}


def _read(name: str, text: str | bytes) -> Any:
    if name == "retry_on_timeout":
        return KINDS["socket_keepalive"].read(name, text)
    if name in KINDS and name not in _AS_THEY_ARE:
        return KINDS[name].read(name, text)
    return text


_AS_THEY_ARE: Final = ("client_name",)
"""Text that is looked at when somebody connects, as in redis-py."""
