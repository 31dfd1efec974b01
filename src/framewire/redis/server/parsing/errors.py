"""The error that refuses a request, and the texts that many commands share.

What belongs here: `CommandError`, which carries the whole error reply, and Redis' words where more than one room says
them.
"""

from __future__ import annotations

__all__ = [
    "BUSY",
    "NOT_AN_INTEGER",
    "NOT_POSITIVE",
    "NO_SUCH_KEY",
    "OUT_OF_MEMORY",
    "SYNTAX_ERROR",
    "WOULD_OVERFLOW",
    "WRONG_TYPE",
    "CommandError",
    "wrong_arity",
]

SYNTAX_ERROR = b"ERR syntax error"
NOT_AN_INTEGER = b"ERR value is not an integer or out of range"
NOT_POSITIVE = b"ERR value is out of range, must be positive"
NO_SUCH_KEY = b"ERR no such key"
OUT_OF_MEMORY = b"OOM there is not enough memory; nothing was changed"
WOULD_OVERFLOW = b"ERR increment or decrement would overflow"
WRONG_TYPE = b"WRONGTYPE Operation against a key holding the wrong kind of value"
BUSY = b"BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE."


class CommandError(Exception):
    """A command refuses its request; `text` is the error reply, code word included (`b"ERR syntax error"`)."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.text = text


def wrong_arity(command: bytes) -> CommandError:
    """The error of a request that has too few arguments, or too many."""
    return CommandError(b"ERR wrong number of arguments for '%s' command" % command)
