"""Hooks around every command: MONITOR, keyspace notifications, the append-only file.

What belongs here: who is called, and when. Most times nobody is, and then commands take a shorter path: whoever adds or
removes a hook calls `State.hooks_changed` afterwards. `C` is the class of a client; nothing of it is used here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeAlias, TypeVar

from framewire.redis.facts.command import Command
from framewire.redis.server.keyspace.blocked import NOT_YET

__all__ = ["Handler", "Hook", "Hooks", "Shortcut"]

C = TypeVar("C")

Handler: TypeAlias = Callable[[C, list[bytes]], object]
"""What a command does: a client and its request in, the reply out. Raises `CommandError`."""

Hook: TypeAlias = Callable[[C, Command, list[bytes]], None]

Shortcut: TypeAlias = Callable[[Command, Handler[C]], Handler[C]]


class Hooks(Generic[C]):
    """Those who are called.

    `before` and `after` are called around a command; `again` before one that waits tries once more. Where the
    append-only file is the only one, `shortcut` makes of a command's handler one that does what its hooks would do.
    `broken` is told of every error that comes out of this: where memory ends, `after` may not have been called.
    """

    __slots__ = ("after", "again", "before", "broken", "shortcut")

    # Tuples are replaced, not changed: CONFIG SET may add and remove a hook while somebody goes through them.

    def __init__(self) -> None:
        self.before: tuple[Hook[C], ...] = ()
        self.again: tuple[Hook[C], ...] = ()
        self.after: tuple[Hook[C], ...] = ()
        self.shortcut: Shortcut[C] | None = None
        self.broken: Callable[[list[bytes], BaseException], None] = _nothing

    def __bool__(self) -> bool:
        """Whether anybody is called."""
        return bool(self.before or self.after)

    def add(self, before: Hook[C], after: Hook[C], again: Hook[C] | None = None) -> None:
        """Call `before` and `after` around each command, `again` before one that waits tries once more."""
        self.before = (*self.before, before)
        self.after = (*self.after, after)
        if again is not None:
            self.again = (*self.again, again)

    def remove(self, before: Hook[C], after: Hook[C], again: Hook[C] | None = None) -> None:
        """The counterpart of `add`; nothing happens to one that is not called."""
        self.before = tuple(hook for hook in self.before if hook != before)
        self.after = tuple(hook for hook in self.after if hook != after)
        self.again = tuple(hook for hook in self.again if hook != again)

    @property
    def only_shortcut(self) -> bool:
        """Whether the one who gave `shortcut` is the only one who is called."""
        return self.shortcut is not None and len(self.before) == len(self.after) == 1

    def call(self, client: C, command: Command, request: list[bytes], run: Callable[[], object]) -> object:
        """What `run` replies, with the hooks called around it; raises what it raises."""
        try:
            for hook in self.before:
                hook(client, command, request)
            try:
                return run()
            finally:
                for hook in self.after:
                    hook(client, command, request)
        except BaseException as error:
            self.broken(request, error)
            raise

    def call_again(self, client: C, command: Command, request: list[bytes], attempt: Callable[[], object]) -> object:
        """A command that waits tries again: `after` is called unless it goes on waiting; `before` saw it come."""
        reply: object = None
        try:
            for hook in self.again:
                hook(client, command, request)
            try:
                reply = attempt()
                return reply
            finally:
                if reply is not NOT_YET:
                    for hook in self.after:
                        hook(client, command, request)
        except BaseException as error:
            self.broken(request, error)
            raise


def _nothing(request: list[bytes], error: BaseException) -> None:
    pass
