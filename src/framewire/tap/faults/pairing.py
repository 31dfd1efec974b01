"""Which request a reply answers, and what is no reply at all.

What belongs here: the order of requests on one connection, and the commands that are not answered by exactly one reply.

    SUBSCRIBE a b       a confirmation for each name, under RESP3 as a push
    UNSUBSCRIBE         one for each subscription, or one if there is none
    CLIENT REPLY        OFF and SKIP are not answered, nor is what they silence
    MONITOR             one reply, then lines without end

Between MULTI and EXEC each is answered by one QUEUED.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from typing import Literal, NamedTuple

from framewire._impl import FrameScanner
from framewire.codecs.resp import parse
from framewire.frames.resp import Array, Bulk, Push

__all__ = ["Paired", "Pairing", "without_attributes"]

_SUBSCRIBING = (b"subscribe", b"psubscribe", b"ssubscribe")
_UNSUBSCRIBING = (b"unsubscribe", b"punsubscribe", b"sunsubscribe")
_PUBLISHED = frozenset({b"message", b"pmessage", b"smessage", *_SUBSCRIBING, *_UNSUBSCRIBING})
_monitored = re.compile(rb"\+\d+\.\d+ \[")


class Paired(NamedTuple):
    """What a frame from the server is, and the request that it answers, where that is known."""

    kind: Literal["reply", "push"]
    request: list[bytes] | None = None


class _Asked:
    """A request that waits. `confirmations` are still to come; -1: as many as there are subscriptions by then."""

    __slots__ = ("confirmations", "name", "request")

    def __init__(self, request: list[bytes], name: bytes, confirmations: int) -> None:
        self.request = request
        self.name = name
        self.confirmations = confirmations


class Pairing:
    """One connection: `asked` with each request that goes to the server, `answered` with each frame that comes back."""

    def __init__(self) -> None:
        self._waiting: deque[_Asked] = deque()
        self._subscribed: dict[bytes, set[bytes]] = {name: set() for name in _SUBSCRIBING}
        self._silent = False  # CLIENT REPLY OFF
        self._skipping = 0  # CLIENT REPLY SKIP: that request and the next one
        self._queueing = False  # MULTI
        self._monitoring = False

    @property
    def waiting(self) -> int:
        """Requests that are not answered yet."""
        return len(self._waiting)

    # -- to the server ------------------------------------------------------------------------------------------------

    def asked(self, request: list[bytes]) -> None:
        """This request goes to the server."""
        name = request[0].lower()
        if self._is_silenced(name, request):
            return
        self._waiting.append(_Asked(request, name, 0 if self._queueing else _confirmations(name, request)))
        if name == b"multi":
            self._queueing = True
        elif name in (b"exec", b"discard", b"reset"):
            self._queueing = False

    def _is_silenced(self, name: bytes, request: Sequence[bytes]) -> bool:
        self._skipping = max(0, self._skipping - 1)
        if name == b"reset":
            self._silent, self._skipping = False, 0
        elif name == b"client" and [word.lower() for word in request[1:2]] == [b"reply"] and len(request) == 3:
            mode = request[2].lower()
            if mode == b"on":
                self._silent, self._skipping = False, 0
            elif mode == b"off":
                self._silent = True
            elif mode == b"skip" and not self._silent:
                self._skipping = 2
        return self._silent or self._skipping > 0

    # -- from the server ----------------------------------------------------------------------------------------------

    def answered(self, frame: bytes) -> Paired:
        """What this frame is; the request that it answers waits no more."""
        body = without_attributes(frame)
        asked = self._waiting[0] if self._waiting else None
        if body[:1] == b">" or self._may_be_published(body, asked):
            words = _words(body)
            if asked is not None and asked.confirmations and words[0] == asked.name:
                return self._confirmed(asked, words)
            if body[:1] == b">" or words[0] in _PUBLISHED:
                return Paired("push")
        if asked is None or (self._monitoring and _monitored.match(body)):
            return Paired("push")
        return self._replied(asked, body)

    def _may_be_published(self, body: bytes, asked: _Asked | None) -> bool:
        """Whether it is worth a look: under RESP2 messages and confirmations are arrays like others."""
        expected = asked is not None and asked.confirmations != 0
        return body[:1] == b"*" and (expected or any(self._subscribed.values()))

    def _confirmed(self, asked: _Asked, words: list[bytes]) -> Paired:
        subscribing = asked.name in _SUBSCRIBING
        names = self._subscribed[asked.name if subscribing else asked.name.replace(b"unsub", b"sub")]
        if asked.confirmations < 0:
            asked.confirmations = max(1, len(names))
        (names.add if subscribing else names.discard)(words[1])
        asked.confirmations -= 1
        if not asked.confirmations:
            self._waiting.popleft()
        return Paired("reply", asked.request)

    def _replied(self, asked: _Asked, body: bytes) -> Paired:
        self._waiting.popleft()
        if not body.startswith(b"-"):
            if asked.name == b"monitor":
                self._monitoring = True
            elif asked.name == b"reset":
                self._monitoring = False
                for names in self._subscribed.values():
                    names.clear()
        return Paired("reply", asked.request)


def _confirmations(name: bytes, request: Sequence[bytes]) -> int:
    if name in _SUBSCRIBING or (name in _UNSUBSCRIBING and len(request) > 1):
        return len(request) - 1
    return -1 if name in _UNSUBSCRIBING else 0


def without_attributes(frame: bytes) -> bytes:
    """The frame behind the attributes that stand before it. O(their bytes)."""
    while frame[:1] == b"|":
        length = FrameScanner().scan(b"%" + frame[1:])  # the pairs of a map are written alike
        frame = frame[length:]
    return frame


def _words(body: bytes) -> list[bytes]:
    """The first two bulks of an array or a push, empty where they are none: the kind of a message, and its channel."""
    frame = parse(body)
    items = frame.items if isinstance(frame, Array | Push) else ()
    words = [item.data if isinstance(item, Bulk) else b"" for item in items[:2]]
    return words + [b""] * (2 - len(words))
