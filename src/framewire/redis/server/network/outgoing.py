"""What leaves at the end of a turn of the loop: messages, and replies that wait for the disk.

What belongs here: the order of those two. All that changed within one turn is written to the append-only file in one
go, and synced where the policy asks for that; then what was held back for it leaves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from framewire.buf.write_buffer import WriteBuffer
from framewire.redis.server.persistence.persistence import Persistence

__all__ = ["Outgoing"]


class Sender(Protocol):
    """A client's connection, as far as what it has to send is concerned."""

    def flush_pushes(self) -> None:
        """Write what was put aside for the end of the turn."""

    def abort(self) -> None:
        """Close at once."""


class Outgoing:
    """The output of all clients of one server. `out` and `replies` are of the batch under way, whichever client's."""

    def __init__(self, persistence: Persistence) -> None:
        self.out = WriteBuffer()
        self.replies: list[object] = []
        self.holding = False  # replies wait until what is logged is on disk
        self.busy = False  # they leave at once, though a batch is under way: see `beside`
        self.held_back = False  # what `holding` is besides
        self._persistence = persistence
        self._held: set[Sender] = set()  # whose replies
        self._dirty: list[Sender] = []
        persistence.on_pending = self._something_logged

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Others are answered in the midst of a batch, by a script that runs for too long: with buffers of their own.

        Their replies say nothing about what waits for the disk, so they do not wait for it.
        """
        kept = self.out, self.replies
        self.out, self.replies = WriteBuffer(), []
        self.held_back, self.holding, self.busy = self.holding, True, True
        try:
            yield
        finally:
            self.out, self.replies = kept
            self.holding, self.busy = self.held_back, False

    def flush_soon(self, sender: Sender) -> None:
        """Let it write its messages before the loop waits."""
        if not self._dirty:
            asyncio.get_running_loop().call_soon(self.flush)
        self._dirty.append(sender)

    def flush(self) -> None:
        """Let all write who have something put aside."""
        if self.holding:
            self.commit()
        dirty, self._dirty = self._dirty[::-1], []
        try:
            while dirty:
                dirty.pop().flush_pushes()
        finally:  # one has failed: it alone
            for sender in dirty:
                self.flush_soon(sender)

    def _something_logged(self) -> None:
        """Something changed: it is written before the loop waits, in one go with whatever else changes until then."""
        if self.busy:
            self.held_back = self.held_back or self._persistence.holds_replies
        else:
            self.holding = self._persistence.holds_replies
        asyncio.get_running_loop().call_soon(self.commit)

    def hold(self, sender: Sender) -> None:
        """What it put aside must not leave before what is logged is on disk."""
        if not self.busy:
            self._held.add(sender)
        self.flush_soon(sender)

    def commit(self) -> None:
        """Write what is logged, and wait for the disk if the policy says so. Then replies may leave.

        If that fails, clients must not be told that their writes are safe; they lose their connection.
        """
        if self.busy:
            return
        self.holding = False
        held, self._held = self._held, set()
        if not self._persistence.commit():
            for sender in held:
                sender.abort()
