"""CONFIG: asking for parameters, and changing them."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Error
from framewire.redis.server.parsing.errors import CommandError
from tests.redis.server.commands.rows import Row, check_reply
from tests.redis.server.scripted import Clients, ScriptedClient

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    ([], "CONFIG GET timeout", {b"timeout": b"0"}),
    (["CONFIG SET timeout 7"], "CONFIG GET timeout", {b"timeout": b"7"}),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)


def test_where_one_parameter_cannot_be_obeyed_none_is_changed(clients: Clients, client: ScriptedClient) -> None:
    """Files and disks are looked at last."""
    obeyed: list[int] = []

    def obey() -> None:
        obeyed.append(clients.state.config.timeout)
        if clients.state.config.appendonly:
            raise CommandError(b"ERR no disk")

    clients.state.on_config = obey
    request = ("CONFIG", "SET", "timeout", "7", "notify-keyspace-events", "KEm", "appendonly", "yes")
    assert client(*request) == Error(b"ERR no disk")
    assert client("CONFIG GET timeout") == {b"timeout": b"0"}
    assert not clients.state.hooks
    assert obeyed == [7, 0]
