"""Commands whose replies are not simply one each: what the exchange knows of them.

What belongs here: names and words, as data, and how a request or a reply is told to be one of them. Sources: the
documentation of SUBSCRIBE, MONITOR, CLIENT REPLY, MULTI, HELLO and RESET, and what redis-server 7.0 and 8.0 and Valkey
9.1 do.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

from framewire.frames.decimals import format_double, format_integer
from framewire.frames.resp import Error, Simple

__all__ = ["CONFIRMATIONS", "KINDS", "MESSAGES", "Confirmation", "Kind", "confirmation_in", "is_done", "is_monitored",
           "is_queued", "kind_of", "payload_of"]  # fmt: skip


class Kind(IntEnum):
    """What a request does to the order of replies.

    PLAIN: one reply, and nothing else. AUTH: the same, but another user asks from there on. CONFIRMS: a (un)subscribe,
    with one confirmation for each channel. HELLO: its reply changes the protocol. RESET: forgets all of this. MONITOR:
    lines follow its reply. MULTI, EXEC (and DISCARD): between them replies say QUEUED. REPLY_ON, REPLY_OFF, REPLY_SKIP:
    CLIENT REPLY.
    """

    PLAIN = 0
    AUTH = 1
    CONFIRMS = 2
    HELLO = 3
    RESET = 4
    MONITOR = 5
    MULTI = 6
    EXEC = 7
    REPLY_ON = 8
    REPLY_OFF = 9
    REPLY_SKIP = 10


class Confirmation(NamedTuple):
    """What a first word confirms: which command, of channels (nothing), patterns (`P`) or shard channels (`S`)."""

    command: bytes
    mark: bytes
    adds: bool


CONFIRMATIONS: Final = {
    b"subscribe": Confirmation(b"SUBSCRIBE", b"", True),
    b"psubscribe": Confirmation(b"PSUBSCRIBE", b"P", True),
    b"ssubscribe": Confirmation(b"SSUBSCRIBE", b"S", True),
    b"unsubscribe": Confirmation(b"UNSUBSCRIBE", b"", False),
    b"punsubscribe": Confirmation(b"PUNSUBSCRIBE", b"P", False),
    b"sunsubscribe": Confirmation(b"SUNSUBSCRIBE", b"S", False),
}
"""By the first word of a confirmation, which is `[word, channel, how many are left]`."""

MESSAGES: Final = {b"message": b"", b"pmessage": b"P", b"smessage": b"S"}
"""The mark of what was subscribed to, by the first word of a message: `[word, channel or pattern, ...]`."""

KINDS: Final[dict[bytes, Kind]] = {
    **{word.command: Kind.CONFIRMS for word in CONFIRMATIONS.values()},
    b"AUTH": Kind.AUTH,
    b"HELLO": Kind.HELLO,
    b"RESET": Kind.RESET,
    b"MONITOR": Kind.MONITOR,
    b"MULTI": Kind.MULTI,
    b"EXEC": Kind.EXEC,
    b"DISCARD": Kind.EXEC,
    b"CLIENT": Kind.PLAIN,  # but for CLIENT REPLY
}

_REPLY_MODES: Final = {b"ON": Kind.REPLY_ON, b"OFF": Kind.REPLY_OFF, b"SKIP": Kind.REPLY_SKIP}

_LONGEST: Final = max(map(len, KINDS))


def kind_of(request: Sequence[object]) -> Kind:
    """What `request` does to the order of replies; PLAIN for what is none. Names count in any case, as for servers."""
    if not isinstance(request, (list, tuple)) or not request:
        return Kind.PLAIN
    name = _word(request[0])
    kind = KINDS.get(name, Kind.PLAIN)
    if name == b"CLIENT" and len(request) == 3 and _word(request[1]) == b"REPLY":
        return _REPLY_MODES.get(_word(request[2]), Kind.PLAIN)
    if name == b"HELLO" and len(request) == 1:
        return Kind.AUTH  # it only tells
    return kind


def _word(argument: object) -> bytes:
    """An argument as a word in capitals; nothing for what is too long to be one, or no text."""
    if isinstance(argument, str):
        return argument.encode("utf-8", "surrogatepass").upper() if len(argument) <= _LONGEST else b""
    try:
        return bytes(argument).upper() if len(argument) <= _LONGEST else b""  # type: ignore[call-overload, arg-type]
    except TypeError:
        return b""


def payload_of(argument: Any) -> bytes:
    """An argument that has a wire form, as it is written."""
    if isinstance(argument, str):
        return argument.encode()
    if isinstance(argument, int):
        return format_integer(int(argument))
    return format_double(argument) if isinstance(argument, float) else bytes(argument)


def confirmation_in(items: Any) -> Confirmation | None:
    """What a push, or under RESP2 an array, of these items confirms, if it is of that form."""
    if not isinstance(items, (list, tuple)) or len(items) != 3 or not isinstance(items[0], bytes):
        return None
    return CONFIRMATIONS.get(items[0]) if items[1] is None or isinstance(items[1], bytes) else None


def is_queued(reply: object) -> bool:
    """Whether a request stands inside MULTI now, to be executed by EXEC."""
    return type(reply) is Simple and reply.data == b"QUEUED"


def is_monitored(item: object) -> bool:
    """Whether this is a line of MONITOR: `+1690000000.123456 [0 127.0.0.1:50000] "get" "k"`."""
    if type(item) is not Simple:
        return False
    time, _, rest = item.data.partition(b" ")
    return rest.startswith(b"[") and time.replace(b".", b"", 1).isdigit()


def is_done(reply: object) -> bool:
    """Whether the command was executed, and at once."""
    return type(reply) is not Error and not is_queued(reply)
