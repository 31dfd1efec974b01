"""What tests of lists share: what a list holds after a request."""

from __future__ import annotations

from typing import Any

from framewire.frames.resp import Error
from framewire.redis.server.values.lists import ListValue
from tests.redis.server.scripted import ScriptedClient


def check_list(client: ScriptedClient, before: str, request: str, reply: Any, after: str) -> None:
    """After `before`, `request` gets `reply`, and the list `l` holds the items of `after`; without any it is gone."""
    if before:
        assert not isinstance(client(before), Error)
    assert client(request) == reply
    assert client("LRANGE l 0 -1") == after.encode().split()
    assert client("EXISTS l") == (1 if after else 0)


def check_same_when_logged(client: ScriptedClient, other: ScriptedClient, request: str, logged: list[bytes]) -> None:
    """`request` is logged as `logged`, which makes the same of the same list on another server."""
    for each in (client, other):
        each("RPUSH l a b c")
    client(request)
    assert client.client.propagated == [logged]
    other.batch(logged)
    assert _contents(client) == _contents(other)


def _contents(client: ScriptedClient) -> dict[bytes, list[bytes]]:
    return {key: list(value) for key, value in client.client.db.values.items() if isinstance(value, ListValue)}
