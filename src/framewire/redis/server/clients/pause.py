"""CLIENT PAUSE: commands that wait until a time, or until CLIENT UNPAUSE.

What belongs here: until when, and who waits. Whoever runs a client's commands asks first; a client that has to wait is
postponed: it is blocked like one that waits for a key, and its command is run when `resume` is called.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Pause"]


class Pause:
    """Two pauses, that of all commands and that of writing ones. Times are milliseconds since the epoch, 0 is none."""

    __slots__ = ("_all_until", "_postponed", "_writes_until")

    def __init__(self) -> None:
        self._all_until = self._writes_until = 0
        self._postponed: dict[Callable[[], None], None] = {}

    def __bool__(self) -> bool:
        return self.until > 0

    @property
    def until(self) -> int:
        """When the last of them ends."""
        return max(self._all_until, self._writes_until)

    def begin(self, until: int, everything: bool) -> None:
        """Pause writing commands, or all; a pause that is under way does not become shorter."""
        if everything:
            self._all_until = max(until, self._all_until)
        else:
            self._writes_until = max(until, self._writes_until)

    def end_for(self, writes: bool) -> int:
        """Until when a command that may write, or may not, has to wait; 0, or a time that has passed: not at all."""
        return self.until if writes else self._all_until

    def postpone(self, resume: Callable[[], None]) -> None:
        """Let `resume` be called at the end."""
        self._postponed[resume] = None

    def forget(self, resume: Callable[[], None]) -> None:
        """Who gave `resume` waits no longer."""
        self._postponed.pop(resume, None)

    def end(self) -> list[Callable[[], None]]:
        """There is no pause any more: caller lets all go on who waited for its end, in the order in which they came."""
        self._all_until = self._writes_until = 0
        postponed, self._postponed = self._postponed, {}
        return list(postponed)
