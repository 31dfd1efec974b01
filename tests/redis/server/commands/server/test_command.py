"""COMMAND: what clients can learn about the table."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.redis.server.commands.binding import COMMANDS
from tests.redis.server.commands.rows import Row, check_reply
from tests.redis.server.scripted import ScriptedClient

# Each row: requests that prepare, the request, its reply.
REPLIES: list[Row[Any]] = [
    ([], "COMMAND COUNT", len(COMMANDS)),
    ([], "COMMAND GETKEYS DEL a b", [b"a", b"b"]),
    ([], "COMMAND LIST FILTERBY PATTERN p?ersist", []),
]


@pytest.mark.parametrize(("before", "request_", "reply"), REPLIES)
def test_replies(client: ScriptedClient, before: list[str], request_: str, reply: Any) -> None:
    check_reply(client, before, request_, reply)


def test_command_without_arguments_describes_all(client: ScriptedClient) -> None:
    assert len(client("COMMAND")) == len(client("COMMAND INFO")) == len(client("COMMAND DOCS")) == len(COMMANDS)
    assert len(client("COMMAND LIST")) == sum(1 + len(command.subcommands) for command in COMMANDS.values())
