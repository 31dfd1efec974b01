"""The command table: what the server has, each entry by itself."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Array
from framewire.redis.server.commands.binding import BARRIERS, COMMANDS, HANDLERS, Command
from scripts.list_commands import GROUPS
from tests.redis.server.scripted import Clients


def every_command() -> list[Command]:
    return [each for command in COMMANDS.values() for each in (command, *command.subcommands.values())]


@pytest.mark.parametrize("command", every_command(), ids=lambda command: command.name)
class TestTable:
    def test_it_is_complete(self, command: Command) -> None:
        assert command.name == command.name.lower()
        assert command.arity != 0
        assert command.summary.endswith(".")
        assert command.complexity
        assert command.group in GROUPS
        assert command.name in HANDLERS or command.subcommands

    def test_fewer_arguments_than_its_arity_are_refused(self, command: Command) -> None:
        """And more, where it has a limit. A refused request changes nothing, so one client serves for all."""
        client = Clients().new()
        name = command.name.split("|")
        error = f"ERR wrong number of arguments for '{command.name}' command"
        wrong = [command.least - 1] if command.least > len(name) else []
        wrong += [command.arity + 1] if command.arity > 0 else []
        for length in wrong:
            (reply,) = client.batch([part.encode() for part in (*name, *["x"] * (length - len(name)))])
            assert str(reply).endswith(error.removeprefix("ERR ") if command.name == "exec" else error)

    def test_it_is_described(self, command: Command) -> None:
        client = Clients().new()
        (described,) = client("COMMAND", "INFO", command.name)
        assert isinstance(described, Array)
        assert len(described.items) == 10
        (document,) = client("COMMAND", "DOCS", command.name).values()
        assert document[b"summary"] == command.summary.encode()


def test_every_handler_has_its_facts() -> None:
    names = {command.name for command in every_command()}
    assert set(HANDLERS) <= names
    assert BARRIERS <= names
