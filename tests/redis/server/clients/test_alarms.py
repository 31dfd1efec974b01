"""Warnings about strangers: told, but not without end."""

from __future__ import annotations

import pytest

from framewire.redis.server.clients.alarms import MOST, WINDOW_MS, Alarms
from tests.redis.server.scripted import Clients


def test_so_many_within_a_window_and_the_next_one_counts_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    now = 1_000_000
    alarms = Alarms(lambda: now)
    for number in range(MOST + 5):
        alarms.tell("number %d", number)
    assert [record.getMessage() for record in caplog.records] == [f"number {n}" for n in range(MOST)]
    caplog.clear()
    now += WINDOW_MS
    alarms.tell("again")
    assert [record.getMessage() for record in caplog.records] == ["5 warnings like the next one were left out", "again"]


@pytest.mark.parametrize("request_", ["AUTH wrong", "AUTH nobody secret", "HELLO 2 AUTH default wrong"])
def test_a_wrong_password_is_told_with_the_client(request_: str, caplog: pytest.LogCaptureFixture) -> None:
    client = Clients(requirepass="secret").new()
    client(request_)
    assert f"client {client.client.id} (127.0.0.1:50000): wrong user name or password" in caplog.text
    assert "secret" not in caplog.text


def test_what_is_no_request_is_told(caplog: pytest.LogCaptureFixture) -> None:
    client = Clients().new()
    client("HOST: localhost")
    assert "it speaks HTTP" in caplog.text
    client.session.protocol_error("unbalanced \n quotes")
    assert "protocol error: unbalanced \\n quotes" in caplog.text
