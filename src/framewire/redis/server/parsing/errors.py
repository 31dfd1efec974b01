"""The error that refuses a request, and the texts that many commands share.

What belongs here: `CommandError`, which carries the whole error reply, and Redis' words where more than one room says
them.
"""

from __future__ import annotations

__all__ = ["BUSY", "NOT_AN_INTEGER", "SYNTAX_ERROR", "WRONG_TYPE", "CommandError"]

SYNTAX_ERROR = b"ERR syntax error"
NOT_AN_INTEGER = b"ERR value is not an integer or out of range"
WRONG_TYPE = b"WRONGTYPE Operation against a key holding the wrong kind of value"
BUSY = b"BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE."


class CommandError(Exception):
    """A command refuses its request; `text` is the error reply, code word included (`b"ERR syntax error"`)."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.text = text
