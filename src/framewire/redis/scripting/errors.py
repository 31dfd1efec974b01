"""`ScriptError`: what a function of ours raises into a script.

What belongs here: that, and the texts that several functions share.
"""

from __future__ import annotations

from typing import Final

__all__ = ["NOT_ENOUGH_MEMORY", "ScriptError"]

NOT_ENOUGH_MEMORY: Final = b"not enough memory"


class ScriptError(Exception):
    """A function that a script called refuses.

    With `as_table`, `text` is an error reply, code word included, and the script sees `{err = text}`; else a message
    as Lua's own functions have it, which begins with the place of the call.
    """

    def __init__(self, text: bytes, *, as_table: bool = False) -> None:
        super().__init__(text)
        self.text = text
        self.as_table = as_table
