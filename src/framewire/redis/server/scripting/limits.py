"""`Limits`: how long a script may run, and how much memory it may take.

What belongs here: when to look, and what ends a script. `look` is called on every way from Lua into Python and by Lua's
own hook, so that neither instructions nor calls outrun the clock; a single call of a function of Lua's own (a pattern
that takes for ever) is not interrupted.

Time. All clients share one thread, so while a script runs nobody else is answered. One that is still running after
`busy-reply-threshold` milliseconds and has written nothing is stopped with an error. One that has written goes on: half
of its work would be worse. From then on the server is asked (`State.while_busy`) to answer others meanwhile; where it
is to end (`State.ending`), so does the script.

Memory. Lua 5.1 leaves by `longjmp` when there is no more, which is fine within Lua but must not cross Python code. So
before anything is handed to Lua there must be memory for it (`check_memory`, `reserve`); where there is not, the script
ends, and does so in a piece that was kept back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any, Final

from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.state import State
from framewire.redis.server.parsing.errors import CommandError
from framewire.redis.server.scripting.errors import NOT_ENOUGH_MEMORY, OutOfMemory, Stopped

__all__ = ["MEMORY_LIMIT", "Limits"]

logger = logging.getLogger("framewire.redis.scripts")

MEMORY_LIMIT: Final = 1024 * 1024 * 1024
KEPT_BACK: Final = 128 * 1024 * 1024
MARGIN: Final = 16 * 1024 * 1024  # what a function may return without asking before

INSTRUCTIONS: Final = 100_000
"""Lua looks at the clock after so many."""

BUSY_SECONDS: Final = 0.01
"""How often others are answered by a script that runs for too long and cannot be stopped."""

NEVER: Final = float("inf")

PATIENCE: Final = 5.0
"""Where there is no threshold: how long the end of the server waits for a script, in seconds."""


class Limits:
    """Those of the script that runs in `lua`. `has_written` says of it what its name says."""

    def __init__(self, state: State[Client], lua: Any, has_written: Callable[[], bool]) -> None:
        self._state = state
        self._lua = lua
        self._memory_used: Callable[[], int] = lua.get_memory_used
        self._has_written = has_written
        self._usable = MEMORY_LIMIT - KEPT_BACK - MARGIN
        self.next_look = NEVER  # while no script runs: Lua's hook counts on all the same
        self._is_late = False
        self.reason: bytes | None = None  # why the script is to end
        self.interruption: BaseException | None = None  # what is not ours to catch, and ends it as well
        self.end_run: Callable[[], object] = _nothing  # lets Lua stop at its next line

    def begin(self) -> None:
        """A script begins. Raises `CommandError` where it has no memory."""
        threshold = self._state.config.busy_reply_threshold / 1000
        self.next_look = monotonic() + (threshold or PATIENCE)
        self._is_late = False
        if self._memory_used() > self._usable // 2:
            self.make_room(0)

    def recover(self) -> None:
        """A script has ended because of `reason`: forget that."""
        if self.reason == NOT_ENOUGH_MEMORY:
            self._lua.gccollect()
            self._lua.set_max_memory(MEMORY_LIMIT - KEPT_BACK)
        self.reason = None

    def look(self) -> None:
        """A function that the script called begins. Raises `OutOfMemory` and `Stopped` where the script is to end."""
        if self._memory_used() > self._usable:
            self._end_for_memory()
        if monotonic() >= self.next_look and self.is_over():
            self._end_run()
            raise Stopped(self.error_text())

    # -- time ---------------------------------------------------------------------------------------------------------

    def is_over(self) -> bool:
        """Whether the script is to be stopped now; looks at the clock, and after others where it runs for too long."""
        if self.reason is not None or self.interruption is not None:
            return True
        if monotonic() < self.next_look:
            return False
        threshold = self._state.config.busy_reply_threshold
        if threshold and not self._has_written():
            self.reason = b"Script stopped: it ran for longer than busy-reply-threshold, %d ms." % threshold
        else:
            self._go_on(bool(threshold))
        return self.reason is not None

    def _go_on(self, answers_others: bool) -> None:
        """It has written, or nobody has set a limit."""
        if answers_others:
            self._say_so()
            self._state.while_busy()
        if self._state.ending:
            self.reason = b"Script stopped: the server is shutting down."
            self._state.abandoned = self._has_written()
        self.next_look = monotonic() + BUSY_SECONDS

    def _say_so(self) -> None:
        if not self._is_late:
            self._is_late = True
            logger.warning("a script that has written runs for longer than busy-reply-threshold; others get BUSY")

    def error_text(self) -> bytes:
        """What the script sees, and then the client."""
        return b"ERR " + (self.reason or b"Script stopped")

    def _end_run(self) -> None:
        """Let Lua stop at its next line. Where it has no stack left for that, it stops when it looks at the clock."""
        try:
            self.end_run()
        except Exception as error:
            logger.debug("a script is not stopped at once: %s", error)

    # -- memory -------------------------------------------------------------------------------------------------------

    def reserve(self, size: int) -> None:
        """Raises `OutOfMemory` where Lua has no room for a value of so many bytes."""
        if self._memory_used() + 2 * size > self._usable:
            self._end_for_memory()

    def make_room(self, size: int) -> None:
        """What the script before has left behind may fill the memory. Raises `CommandError`."""
        if self._memory_used() + size > self._usable // 2:
            self._lua.gccollect()
            if self._memory_used() + size > self._usable:
                raise CommandError(b"ERR " + NOT_ENOUGH_MEMORY)

    def _end_for_memory(self) -> None:
        """Let the script that runs end, with the piece kept back to do so in. Raises `OutOfMemory`."""
        if self.reason != NOT_ENOUGH_MEMORY:
            self.reason = NOT_ENOUGH_MEMORY
            self._lua.set_max_memory(MEMORY_LIMIT)
            self._end_run()
        raise OutOfMemory


def _nothing() -> None:
    pass
