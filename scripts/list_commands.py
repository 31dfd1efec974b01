"""Writes docs/commands.md from the command table: `python scripts/list_commands.py > docs/commands.md`.

A test compares the two, so the page cannot tell of a command that is not there.
"""

from __future__ import annotations

from collections.abc import Iterator

from framewire.redis.facts.command import Command
from framewire.redis.server.commands.binding import COMMANDS

GROUPS = {
    "connection": "Connection",
    "generic": "Keys",
    "string": "Strings",
    "bitmap": "Bits",
    "hash": "Hashes",
    "list": "Lists",
    "set": "Sets",
    "sorted-set": "Sorted sets",
    "stream": "Streams",
    "transactions": "Transactions",
    "scripting": "Scripts",
    "pubsub": "Pub/sub",
    "server": "Server",
    "cluster": "Cluster",
}

HEAD = """\
# What Mini-Redis understands

Each command takes the forms and options of Redis 7.0 and gives the same replies, errors included. Whatever is not
listed answers `ERR unknown command`, exactly as a Redis would that does not have it. This page is made from the command
table (`python scripts/list_commands.py > docs/commands.md`).
"""


def lines() -> Iterator[str]:
    """The page, line by line."""
    yield HEAD
    for group, title in GROUPS.items():
        if all(command.group != group for command in COMMANDS.values()):
            continue
        yield f"## {title}\n\n| command | what it does |\n| --- | --- |"
        for command in sorted(COMMANDS.values(), key=lambda command: command.name):
            if command.group == group:
                yield from rows(command)
        yield ""


def rows(command: Command) -> Iterator[str]:
    """One row for a command, and one for each of its subcommands."""
    yield f"| {command.name.upper()} | {command.summary} |"
    for subcommand in command.subcommands.values():
        yield f"| {subcommand.name.upper().replace('|', ' ')} | {subcommand.summary} |"


def page() -> str:
    """The whole page."""
    return "\n".join(lines()).rstrip() + "\n"


if __name__ == "__main__":
    print(page(), end="")
