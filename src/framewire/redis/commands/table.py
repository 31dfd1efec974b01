"""The form of the command table: what one entry says about a command.

What belongs here: the `Command` class, the replies that many commands share, and what can be computed from an entry
alone. Which commands there are is written in the files beside this one, one for each group.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from framewire.frames.resp import Simple

if TYPE_CHECKING:
    from framewire.redis.session import Session

__all__ = ["NO_REPLY", "OK", "PONG", "RESET", "Command", "Handler", "KeySpec", "help_command", "subcommands"]

Handler: TypeAlias = Callable[["Session", list[bytes]], object]

OK: Final = Simple(b"OK")
PONG: Final = Simple(b"PONG")
RESET: Final = Simple(b"RESET")
NO_REPLY: Final = object()  # what a barrier returns when it has already appended its replies, or has none

_NO_LIMIT = 2**62


@dataclass(frozen=True, slots=True)
class KeySpec:
    """Where a command's keys stand, and what it does to them.

    They are the items `first` to `last` of a request, each `step`th; a negative `last` counts from the end.
    """

    flags: str
    first: int = 1
    last: int = 1
    step: int = 1
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """One command. Names and flags are spelled as COMMAND INFO spells them.

    `function` is `None` for a mere container of `subcommands`. `arity` counts the name too; a negative one means "at
    least". `categories` are those beyond the ones that follow from the flags. A `barrier` changes the protocol, the
    limits or the number of replies, so it runs alone (see `Session.execute`). A RESP2 client that listens to channels
    may use those with `while_subscribed` only. Inside MULTI all are queued but those with `in_multi`.
    """

    name: str
    function: Handler | None
    arity: int
    flags: str = ""
    keys: KeySpec | None = None
    categories: str = ""
    summary: str = ""
    since: str = "1.0.0"
    group: str = ""
    complexity: str = ""
    tips: tuple[str, ...] = ()
    barrier: bool = False
    while_subscribed: bool = False
    in_multi: bool = False
    subcommands: dict[bytes, Command] = field(default_factory=dict)

    @property
    def least(self) -> int:
        """The fewest items that a request for this command has, its name included."""
        return abs(self.arity)

    @property
    def most(self) -> int:
        """The most items that a request for this command has."""
        return self.arity if self.arity >= 0 else _NO_LIMIT

    def has_flag(self, flag: str) -> bool:
        return flag in self.flags.split()

    def accepts(self, length: int) -> bool:
        """Whether a request of `length` items has the right number."""
        return self.least <= length <= self.most


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
        f"{container}|help", lambda session, request: reply, 2, "loading stale", None, categories,
        summary=f"Lists the subcommands of {container.upper()}.", since=since, group=group, complexity="O(1)",
    )  # fmt: skip
