"""The error that refuses a request, and the texts that many commands share.

What belongs here: `CommandError`, which carries the whole error reply, and Redis' words where more than one room says
them.
"""

from __future__ import annotations

__all__ = ["NOT_AN_INTEGER", "OUT_OF_MEMORY", "SYNTAX_ERROR", "WRONG_TYPE", "CommandError"]

SYNTAX_ERROR = b"ERR syntax error"
NOT_AN_INTEGER = b"ERR value is not an integer or out of range"
OUT_OF_MEMORY = b"OOM there is not enough memory; nothing was changed"
WRONG_TYPE = b"WRONGTYPE Operation against a key holding the wrong kind of value"


class CommandError(Exception):
    """A command refuses its request; `text` is the error reply, code word included (`b"ERR syntax error"`)."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.text = text
