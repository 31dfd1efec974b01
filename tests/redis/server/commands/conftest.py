"""Clients of a state of their own, whose clock stands still."""

from __future__ import annotations

import pytest

from tests.redis.server.scripted import Clients, ScriptedClient


@pytest.fixture
def clients() -> Clients:
    return Clients()


@pytest.fixture
def client(clients: Clients) -> ScriptedClient:
    return clients.new()
