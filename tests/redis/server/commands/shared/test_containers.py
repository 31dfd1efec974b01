"""Containers of subcommands: their HELP."""

from __future__ import annotations

import pytest

from framewire.redis.server.commands.binding import COMMANDS
from tests.redis.server.scripted import ScriptedClient


@pytest.mark.parametrize("container", [name for name, command in COMMANDS.items() if command.subcommands])
def test_help_names_every_subcommand(client: ScriptedClient, container: bytes) -> None:
    text = b"\n".join(line.data for line in client(f"{container.decode()} HELP"))
    for name in COMMANDS[container].subcommands:
        assert name.upper() in text, name
