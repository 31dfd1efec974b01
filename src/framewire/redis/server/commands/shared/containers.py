"""What containers of subcommands (CLIENT, CONFIG, ...) share: their HELP, and what they say to a wrong form."""

from __future__ import annotations

from collections.abc import Sequence

from framewire.frames.resp import Simple
from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.hooks import Handler
from framewire.redis.server.parsing.errors import CommandError

__all__ = ["help_of", "unknown_form"]


def help_of(container: str, lines: dict[str, str]) -> Handler[Client]:
    """The HELP of a container: how to spell each subcommand, and what it does."""
    text = [f"{container.upper()} <subcommand> [<argument> ...]. The subcommands are:"]
    for usage, meaning in {**lines, "HELP": "This text."}.items():
        text += [usage, f"    {meaning}"]
    reply = [Simple(line.encode()) for line in text]
    return lambda client, request: reply


def unknown_form(request: Sequence[bytes]) -> CommandError:
    """What a container says to arguments that its table lets through but the subcommand does not take."""
    word = request[1][:128].split(b"\0", 1)[0]
    text = b"ERR unknown subcommand or wrong number of arguments for '%s'. Try %s HELP."
    return CommandError(text % (word, request[0].upper()))
