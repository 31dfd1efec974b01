"""What commands a server has: COMMAND.

What belongs here: the subcommands of COMMAND.
"""

from __future__ import annotations

from typing import Any

from framewire.redis.client.arguments import Value, at_most_one, some
from framewire.redis.client.definition import Reply, Runs, S, command
from framewire.redis.client.shapes.introspection import CommandInfo, command_docs, command_infos, keys_with_flags
from framewire.redis.client.shapes.records import words

__all__ = ["Introspection"]


class Introspection(Runs[S]):
    """The commands that a server has."""

    @command
    def command_info(self, *names: str) -> Reply[dict[str, CommandInfo]]:
        """COMMAND INFO: as `command`, of these alone, or of all; what the server does not know is left out. O(N)."""
        return self._run((b"COMMAND", b"INFO", *names), command_infos)

    @command
    def command_docs(self, *args: str) -> Reply[dict[str, dict[str, Any]]]:
        """COMMAND DOCS: what the server's documentation says of these commands, or of all, by its own names. O(N).

        `arguments` is a list of such records, `subcommands` a dict of them, flags are sorted.
        """
        return self._run((b"COMMAND", b"DOCS", *args), command_docs)

    @command
    def command_count(self) -> Reply[int]:
        """COMMAND COUNT: how many commands there are. O(1)."""
        return self._run((b"COMMAND", b"COUNT"))

    @command
    def command_list(
        self, module: str | None = None, category: str | None = None, pattern: str | None = None
    ) -> Reply[list[str]]:
        """COMMAND LIST: all commands, or a module's, those of an ACL category, or those like a pattern. O(N)."""
        at_most_one(module=module, category=category, pattern=pattern)
        request: tuple[Any, ...] = (b"COMMAND", b"LIST")
        for kind, value in ((b"MODULE", module), (b"ACLCAT", category), (b"PATTERN", pattern)):
            if value is not None:
                request += (b"FILTERBY", kind, value)
        return self._run(request, words)

    @command
    def command_getkeys(self, *args: Value) -> Reply[list[S]]:
        """COMMAND GETKEYS: the keys of the command `args`, which is not run; an error where it has none. O(N)."""
        return self._run((b"COMMAND", b"GETKEYS", *some(args)))

    @command
    def command_getkeysandflags(self, *args: Value) -> Reply[list[tuple[S, list[str]]]]:
        """COMMAND GETKEYSANDFLAGS: as `command_getkeys`; with each key what is done to it, in sorted flags. O(N)."""
        return self._run((b"COMMAND", b"GETKEYSANDFLAGS", *some(args)), keys_with_flags)

    # The last one: below it, this name is no more the decorator.
    @command
    def command(self) -> Reply[dict[str, CommandInfo]]:
        """COMMAND: all commands by name, with arity, flags, where their keys stand, and subcommands. O(N)."""
        return self._run((b"COMMAND",), command_infos)
