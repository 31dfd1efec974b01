"""What containers of subcommands (CLIENT, CONFIG, ...) share: their HELP, and what they say to a wrong form."""

from __future__ import annotations

from collections.abc import Sequence

from framewire.frames.resp import Simple
from framewire.redis.facts.command import Command
from framewire.redis.server.parsing.errors import CommandError

__all__ = ["help_command", "subcommands", "unknown_form"]


def subcommands(entries: Sequence[Command]) -> dict[bytes, Command]:
    """The entries by the part of their name behind the bar (`client|id` under `id`)."""
    return {entry.name.split("|")[1].encode(): entry for entry in entries}


def help_command(container: str, since: str, group: str, categories: str, lines: dict[str, str]) -> Command:
    """The HELP of a container: how to spell each subcommand, and what it does."""
    text = [f"{container.upper()} <subcommand> [<argument> ...]. The subcommands are:"]
    for usage, meaning in {**lines, "HELP": "This text."}.items():
        text += [usage, f"    {meaning}"]
    reply = [Simple(line.encode()) for line in text]
    return Command(
        f"{container}|help", lambda client, request: reply, 2, "loading stale", None, categories,
        summary=f"Lists the subcommands of {container.upper()}.", since=since, group=group, complexity="O(1)",
    )  # fmt: skip


def unknown_form(request: Sequence[bytes]) -> CommandError:
    """What a container says to arguments that its table lets through but the subcommand does not take."""
    word = request[1][:128].split(b"\0", 1)[0]
    text = b"ERR unknown subcommand or wrong number of arguments for '%s'. Try %s HELP."
    return CommandError(text % (word, request[0].upper()))
