"""`ScriptError`, `OutOfMemory` and `Stopped`: what functions of ours raise into a script.

What belongs here: these, and the texts that several functions share.
"""

from __future__ import annotations

from typing import Final

__all__ = ["NOT_ENOUGH_MEMORY", "OutOfMemory", "ScriptError", "Stopped"]

NOT_ENOUGH_MEMORY: Final = b"not enough memory"


class ScriptError(Exception):
    """A function that a script called refuses.

    With `as_table`, `text` is an error reply, code word included, and the script sees `{err = text}`; else a message
    as Lua's own functions have it, which begins with the place of the call. `counted`: the statistics have it already.
    """

    def __init__(self, text: bytes, *, as_table: bool = False, counted: bool = False) -> None:
        super().__init__(text)
        self.text = text
        self.as_table = as_table
        self.counted = counted


class OutOfMemory(Exception):
    """A function that a script called has no memory for what it would return. The script ends, whatever it catches."""


class Stopped(ScriptError):
    """The script has run for too long. It ends, whatever it catches."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text, as_table=True)
