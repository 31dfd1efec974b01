"""MONITOR: who sees every command that is run.

What belongs here: the list of them, and the line that they get. The command itself stands in `commands/`.

A command is shown once, after it was run (so EXEC after what it ran, SELECT with the new database), or has begun to
wait; a script before what it runs. Commands for administrators are not shown at all. As Redis does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from framewire.frames.resp import Simple
from framewire.redis.facts.command import Command
from framewire.redis.redaction import quoted, without_secrets
from framewire.redis.server.clients.hooks import Hooks
from framewire.redis.server.keyspace.database import Db

__all__ = ["Monitors"]

class Monitored(Protocol):
    """What is shown of a client, and how one that monitors is told."""

    db: Db
    address: str

    def tell(self, value: object) -> None: ...


C = TypeVar("C", bound=Monitored)


class Monitors:
    """The clients that see all; `now` says the time in microseconds.

    Caller must call `State.hooks_changed` where the first came or the last went.
    """

    __slots__ = ("_clients", "_hooks", "_now", "_shown")

    def __init__(self, hooks: Hooks[C], now: Callable[[], int]) -> None:
        self._hooks = hooks
        self._now = now
        self._clients: dict[Monitored, None] = {}
        self._shown = False  # a command that waited is run to its end: it was shown when it began to

    def __contains__(self, client: object) -> bool:
        return client in self._clients

    def add(self, client: Monitored) -> bool:
        """Let `client` see all; whether it is the first."""
        first = not self._clients
        self._clients[client] = None
        if first:
            self._hooks.add(self._before, self._after, self._again)
        return first

    def remove(self, client: Monitored) -> bool:
        """The counterpart of `add`, without effect on others; whether it was the last."""
        if client not in self._clients:
            return False
        del self._clients[client]
        if self._clients:
            return False
        self._hooks.remove(self._before, self._after, self._again)
        return True

    def _before(self, client: Monitored, command: Command, request: list[bytes]) -> None:
        self._shown = False
        if command.has_flag("skip_monitor"):
            self._show(client, command, request)

    def _again(self, client: Monitored, command: Command, request: list[bytes]) -> None:
        self._shown = True

    def _after(self, client: Monitored, command: Command, request: list[bytes]) -> None:
        if not (self._shown or command.has_flag("skip_monitor")):
            self._show(client, command, request)
        self._shown = False

    def _show(self, client: Monitored, command: Command, request: list[bytes]) -> None:
        if command.has_flag("admin"):
            return
        seconds, microseconds = divmod(self._now(), 1_000_000)
        head = b"%d.%06d [%d %s]" % (seconds, microseconds, client.db.index, client.address.encode())
        line = Simple(b" ".join([head, *map(quoted, without_secrets(request))]))
        for monitor in list(self._clients):
            monitor.tell(line)
