"""HELP at the prompt: what a command is, or the commands of a group, by the command table.

What belongs here: texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from framewire.redis.facts.command import Command
from framewire.redis.facts.table import COMMANDS

__all__ = ["help_on"]

_GENERAL = """\
A line is a command and its arguments; words with spaces in them stand between quotes, and "\\xff" is a byte.
    5 PING                 a number first: so many times
    HELP command           what a command is, as HELP client kill
    HELP @group            the commands of a group: {groups}
    CONNECT host port      another server
    CLEAR, QUIT            an empty screen; the end
    :set nohints           nothing behind the cursor; :set hints brings it back
TAB completes; the arrows up and down, and Ctrl-R, find earlier lines. Lines with passwords are not kept."""


def help_on(words: Sequence[bytes]) -> str:
    """What HELP says to these words."""
    if not words:
        return _GENERAL.format(groups=", ".join(sorted(_groups())))
    name = b" ".join(words).lower()
    if name.startswith(b"@"):
        return _of_group(name[1:].decode(errors="replace"))
    found = [entry for entry in _all() if _is_meant(entry, name)]
    return "\n\n".join(map(_of_command, found)) or f"There is no command {name.decode(errors='replace').upper()}."


def _all() -> Iterable[Command]:
    for entry in COMMANDS.values():
        yield entry
        yield from entry.subcommands.values()


def _is_meant(entry: Command, name: bytes) -> bool:
    """Whether it is the command called `name`, or a subcommand of it."""
    words = entry.name.replace("|", " ").encode()
    return words == name or words.startswith(name + b" ")


def _groups() -> set[str]:
    return {entry.group for entry in COMMANDS.values() if entry.group}


def _of_group(group: str) -> str:
    found = [entry for entry in _all() if entry.group == group and not entry.subcommands]
    return "\n".join(f"  {entry.syntax}\n      {entry.summary}" for entry in found) or (
        f"There is no group @{group}; there are {', '.join(sorted(_groups()))}."
    )


def _of_command(entry: Command) -> str:
    lines = [f"  {entry.syntax}", f"  summary: {entry.summary}", f"  since: {_since(entry)}", f"  group: {entry.group}"]
    if entry.deprecated_since:
        lines.append(f"  deprecated since {entry.deprecated_since}: use {entry.replaced_by or 'another'}")
    return "\n".join([*lines, f"  cost: {entry.complexity}"])


def _since(entry: Command) -> str:
    servers = [f"Redis {entry.since}"] if entry.since else []
    if entry.valkey and entry.valkey != entry.since:
        servers.append(f"Valkey {entry.valkey}")
    return ", ".join(servers)
