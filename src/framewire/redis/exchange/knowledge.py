"""Commands whose replies are not simply one each: what the exchange knows of them.

What belongs here: names, as data. Sources: the documentation of SUBSCRIBE, MONITOR, CLIENT REPLY, MULTI, HELLO and RESET,
and what redis-server 7.0 does.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

__all__ = ["CONFIRMATIONS", "MESSAGES", "SUBSCRIBING", "Kind", "is_monitored", "kind_of"]


class Kind(IntEnum):
    """What a request does to the order of replies.

    PLAIN: one reply. CONFIRMS: one confirmation for each channel, and at least one. HELLO: its reply changes the
    protocol. RESET: forgets everything. MONITOR: lines follow its reply. MULTI, EXEC: between them replies say QUEUED.
    REPLY_ON, REPLY_OFF, REPLY_SKIP: CLIENT REPLY. CHECK: a question of the exchange itself, the integrity mode's.
    """

    PLAIN = 0
    CONFIRMS = 1
    HELLO = 2
    RESET = 3
    MONITOR = 4
    MULTI = 5
    EXEC = 6
    REPLY_ON = 7
    REPLY_OFF = 8
    REPLY_SKIP = 9
    CHECK = 10


SUBSCRIBING: Final = (b"SUBSCRIBE", b"PSUBSCRIBE", b"SSUBSCRIBE", b"UNSUBSCRIBE", b"PUNSUBSCRIBE", b"SUNSUBSCRIBE")

CONFIRMATIONS: Final = {name.lower(): name for name in SUBSCRIBING}
"""The first word of a confirmation, and the command that it confirms."""

MESSAGES: Final = frozenset({b"message", b"pmessage", b"smessage"})
"""The first word of what nobody asked for, on a RESP2 link that has subscribed."""

_KINDS: Final[dict[bytes, Kind]] = {
    **dict.fromkeys(SUBSCRIBING, Kind.CONFIRMS),
    b"HELLO": Kind.HELLO,
    b"RESET": Kind.RESET,
    b"MONITOR": Kind.MONITOR,
    b"MULTI": Kind.MULTI,
    b"EXEC": Kind.EXEC,
    b"DISCARD": Kind.EXEC,
    b"CLIENT": Kind.PLAIN,  # but for CLIENT REPLY
}

_REPLY_MODES: Final = {b"ON": Kind.REPLY_ON, b"OFF": Kind.REPLY_OFF, b"SKIP": Kind.REPLY_SKIP}

_LONGEST: Final = max(map(len, _KINDS))


def kind_of(request: Sequence[object]) -> Kind:
    """What `request` does to the order of replies. Names are compared as the server does, in any case."""
    name = _word(request[0]) if request else b""
    kind = _KINDS.get(name, Kind.PLAIN)
    if name == b"CLIENT" and len(request) == 3 and _word(request[1]) == b"REPLY":
        return _REPLY_MODES.get(_word(request[2]), Kind.PLAIN)
    if name == b"HELLO" and len(request) == 1:
        return Kind.PLAIN  # it only tells
    return kind


def _word(argument: object) -> bytes:
    """An argument as a word in capitals; nothing for what is too long to be one."""
    if isinstance(argument, str):
        argument = argument.encode("utf-8", "surrogatepass") if len(argument) <= _LONGEST else b""
    return argument.upper() if isinstance(argument, bytes) and len(argument) <= _LONGEST else b""


def is_monitored(line: bytes) -> bool:
    """Whether a simple string is a line of MONITOR: `1690000000.123456 [0 127.0.0.1:50000] "get" "k"`."""
    time, _, rest = line.partition(b" ")
    return rest.startswith(b"[") and time.replace(b".", b"", 1).isdigit()
