"""Which request a reply answers, and what is no reply at all.

What belongs here: the order of requests on one connection, and the commands that are not answered by exactly one reply.

    SUBSCRIBE a b       a confirmation for each name, under RESP3 as a push
    UNSUBSCRIBE         one for each subscription, or one if there is none
    CLIENT REPLY        OFF and SKIP are not answered, nor is what they silence
    MONITOR             one reply, then lines without end; a second one is not answered

Between MULTI and EXEC each is answered by one QUEUED. What a server puts between the elements of EXEC's reply, because
the transaction subscribes, publishes to its own connection or changes CLIENT REPLY, is not known here.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from typing import Literal, NamedTuple

from framewire._impl import FrameScanner
from framewire.codecs.resp import parse
from framewire.frames.resp import Array, Bulk, Push
from framewire.redis.exchange.knowledge import CONFIRMATIONS, MESSAGES

__all__ = ["Paired", "Pairing", "without_attributes"]

_PUBLISHED = frozenset({*MESSAGES, *CONFIRMATIONS})
_MARKS = {word.mark for word in CONFIRMATIONS.values()}
_monitored = re.compile(rb"\+\d+\.\d+ \[")


class Paired(NamedTuple):
    """What a frame from the server is, and the request that it answers, where that is known."""

    kind: Literal["reply", "push"]
    request: list[bytes] | None = None


class _Asked:
    """A request that waits; `confirmations` are still to come."""

    __slots__ = ("confirmations", "name", "request")

    def __init__(self, request: list[bytes], name: bytes, confirmations: int) -> None:
        self.request = request
        self.name = name
        self.confirmations = confirmations


class _Mode:
    """What a connection will be like when the server comes to the next request, if it refuses none of them."""

    def __init__(self) -> None:
        self.protocol = 2
        self.subscribed = _Subscribed()
        self.queueing = False  # MULTI
        self.monitoring = False
        self.silent = False  # CLIENT REPLY OFF
        self._skipping = 0  # CLIENT REPLY SKIP: that request and the next one

    def next(self, name: bytes, request: Sequence[bytes]) -> tuple[int, bool]:
        """How many confirmations this request is answered by, and whether it is answered at all."""
        self._skipping = max(0, self._skipping - 1)
        if name == b"reset":
            self.protocol, self.subscribed, self._skipping = 2, _Subscribed(), 0
            self.queueing = self.monitoring = self.silent = False
        elif self.queueing:
            self.queueing = name not in (b"exec", b"discard")
        elif name in CONFIRMATIONS:
            return self.subscribed.names_in(name, request), not self._is_silenced
        elif not (self.protocol == 2 and self.subscribed):  # else it is refused, whatever it is
            if name == b"monitor" and self.monitoring:
                return 0, False
            self._change(name, request)
        return 0, not self._is_silenced

    @property
    def _is_silenced(self) -> bool:
        return self.silent or self._skipping > 0

    def _change(self, name: bytes, request: Sequence[bytes]) -> None:
        words = [word.lower() for word in request[1:3]]
        if name == b"multi":
            self.queueing = len(request) == 1
        elif name == b"monitor":
            self.monitoring = len(request) == 1
        elif name == b"hello" and words[:1] in ([b"2"], [b"3"]):
            self.protocol = int(words[0])
        elif name == b"client" and len(request) == 3 and words[0] == b"reply":
            self._change_replies(words[1])

    def _change_replies(self, word: bytes) -> None:
        if word == b"on":
            self.silent, self._skipping = False, 0
        elif word == b"off":
            self.silent = True
        elif word == b"skip" and not self.silent:
            self._skipping = 2


class _Subscribed:
    """The names that a connection is subscribed to: channels, patterns, shard channels, each by its mark."""

    def __init__(self) -> None:
        self._names: dict[bytes, set[bytes]] = {mark: set() for mark in _MARKS}

    def __bool__(self) -> bool:
        return any(self._names.values())

    def names_in(self, name: bytes, request: Sequence[bytes]) -> int:
        """How many confirmations this request changes them by. One without names ends all of its kind."""
        word = CONFIRMATIONS[name]
        if not word.adds and len(request) == 1:
            names = self._names[word.mark]
            count = max(1, len(names))
            names.clear()
            return count
        for each in request[1:]:
            self.confirmed(name, each)
        return len(request) - 1

    def confirmed(self, kind: bytes, name: bytes) -> None:
        """A confirmation says this; other kinds of messages change nothing."""
        word = CONFIRMATIONS.get(kind)
        if word is not None and word.adds:
            self._names[word.mark].add(name)
        elif word is not None:
            self._names[word.mark].discard(name)


class Pairing:
    """One connection: `asked` with each request that goes to the server, `answered` with each frame that comes back."""

    def __init__(self) -> None:
        self._waiting: deque[_Asked] = deque()
        self._mode = _Mode()  # behind the last request
        self._subscribed = _Subscribed()  # as the server has confirmed it
        self._monitoring = False
        self._unannounced: set[bytes] = set()  # what it did while replies were off: what follows comes all the same

    @property
    def waiting(self) -> int:
        """Requests that are not answered yet."""
        return len(self._waiting)

    # -- to the server ------------------------------------------------------------------------------------------------

    def asked(self, request: list[bytes]) -> None:
        """This request goes to the server."""
        name = request[0].lower()
        confirmations, is_answered = self._mode.next(name, request)
        if is_answered:
            self._waiting.append(_Asked(request, name, confirmations))
        elif confirmations or self._mode.monitoring:
            self._unannounced.add(b"subscribe" if confirmations else b"monitor")

    # -- from the server ----------------------------------------------------------------------------------------------

    def answered(self, frame: bytes) -> Paired:
        """What this frame is; the request that it answers waits no more."""
        body = without_attributes(frame)
        asked = self._waiting[0] if self._waiting else None
        if body[:1] == b">" or self._may_be_published(body, asked):
            kind, name = _words(body)
            self._subscribed.confirmed(kind, name)
            if asked is not None and asked.confirmations and kind == asked.name:
                return self._confirmed(asked)
            if body[:1] == b">" or kind in _PUBLISHED:
                return Paired("push")
        monitors = self._monitoring or b"monitor" in self._unannounced
        if asked is None or (monitors and _monitored.match(body)):
            return Paired("push")
        return self._replied(asked, body)

    def _may_be_published(self, body: bytes, asked: _Asked | None) -> bool:
        """Whether it is worth a look: under RESP2 messages and confirmations are arrays like others."""
        expected = asked is not None and asked.confirmations > 0
        return body[:1] == b"*" and (expected or b"subscribe" in self._unannounced or bool(self._subscribed))

    def _confirmed(self, asked: _Asked) -> Paired:
        asked.confirmations -= 1
        if not asked.confirmations:
            self._waiting.popleft()
        return Paired("reply", asked.request)

    def _replied(self, asked: _Asked, body: bytes) -> Paired:
        self._waiting.popleft()
        if asked.name == b"monitor" and body == b"+OK\r\n":
            self._monitoring = True
        elif asked.name == b"reset" and body == b"+RESET\r\n":
            self._monitoring = False
            self._subscribed = _Subscribed()
        return Paired("reply", asked.request)


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
