"""Rows of tables in tests of commands: requests that prepare, a request, and what is to be seen of it.

What belongs here: checking such rows. A request is a text to split at its spaces.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias, TypeVar

from framewire.frames.resp import Error
from framewire.redis.server.keyspace.database import Db
from tests.redis.server.scripted import Clients, ScriptedClient

T = TypeVar("T")
Row: TypeAlias = tuple[list[str], str, T]


def check_reply(client: ScriptedClient, before: Iterable[str], request: str, reply: Any) -> None:
    """After `before`, none of which may fail, `request` gets `reply`."""
    _prepare(client, before)
    assert client(request) == reply


def check_told(clients: Clients, client: ScriptedClient, before: Iterable[str], request: str, told: list[str]) -> None:
    """After `before`, `request` causes these events, each as "database:key event"."""
    _prepare(client, before)
    heard = _listen(clients)
    client(request)
    assert heard == told


def check_logged(clients: Clients, client: ScriptedClient, before: Iterable[str], request: str, logged: str) -> None:
    """After `before`, the append-only file would hold `logged` in place of `request`."""
    _listen(clients)
    _prepare(client, before)
    client(request)
    assert client.client.propagated == [logged.encode().split()]


def _prepare(client: ScriptedClient, requests: Iterable[str]) -> None:
    for request in requests:
        assert not isinstance(client(request), Error), request


def _listen(clients: Clients) -> list[str]:
    heard: list[str] = []

    def observe(db: Db, key: bytes, event: bytes) -> None:
        heard.append(f"{db.index}:{key.decode()} {event.decode()}")

    clients.state.databases.observe(observe)
    return heard
