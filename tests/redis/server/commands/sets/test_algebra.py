"""Unions, intersections and differences of sets that are stored: events."""

from __future__ import annotations

import pytest

from tests.redis.server.commands.rows import Row, check_told
from tests.redis.server.scripted import Clients, ScriptedClient

# Each row: requests that prepare, the request, and what is told: "database:key event".
EVENTS: list[Row[list[str]]] = [
    (["SADD k a"], "SUNIONSTORE d k l", ["0:d sunionstore"]),
    (["SADD k a", "SET d 1"], "SINTERSTORE d k k", ["0:d sinterstore"]),
    (["SADD k a"], "SDIFFSTORE d k", ["0:d sdiffstore"]),
    (["SADD k a", "SET d 1"], "SINTERSTORE d k l", ["0:d del"]),
    (["SADD k a"], "SDIFFSTORE d k k", []),
]


@pytest.mark.parametrize(("before", "request_", "told"), EVENTS)
def test_what_is_told(
    clients: Clients, client: ScriptedClient, before: list[str], request_: str, told: list[str]
) -> None:
    check_told(clients, client, before, request_, told)
