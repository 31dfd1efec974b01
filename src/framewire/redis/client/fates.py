"""What has become of a request that failed: executed, not executed, or nobody knows.

What belongs here: the three fates, and which replies prove which. Source: the server refuses with these words before it
runs a command (see its documentation of errors, and the cluster specification).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

__all__ = ["NOT_EXECUTED_WORDS", "Fate", "fate_of_reply"]


class Fate(StrEnum):
    """What is known of a request whose call raised."""

    EXECUTED = "executed"
    NOT_EXECUTED = "not executed"
    UNKNOWN = "unknown"


NOT_EXECUTED_WORDS: Final = frozenset(
    "LOADING MASTERDOWN READONLY CLUSTERDOWN TRYAGAIN MOVED ASK MISCONF NOREPLICAS BUSY".split()
)
"""First words of errors with which a server refuses a command that it has not run."""

_SCRIPTS: Final = frozenset((b"EVAL", b"EVALSHA", b"EVAL_RO", b"EVALSHA_RO", b"FCALL", b"FCALL_RO", b"EXEC"))


def fate_of_reply(code: str, text: str, command: bytes) -> Fate:
    """The fate of the request `command` that was answered with the error `text`, whose first word is `code`.

    The same word out of a script or a transaction proves nothing: it may come from a command in the middle of it.
    """
    if code in NOT_EXECUTED_WORDS or text.startswith("ERR max number of clients"):
        return Fate.UNKNOWN if command in _SCRIPTS else Fate.NOT_EXECUTED
    return Fate.EXECUTED
