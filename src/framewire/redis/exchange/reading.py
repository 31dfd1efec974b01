"""What the replies that came have made of a link, and which of what comes is no reply.

    pushes (RESP3), messages (RESP2)      told
    lines of MONITOR                      told, wherever they stand
    EXEC's array, with lines in it, or    put together: as many elements as its head says are in it, what it lacks then
    with (un)subscribes                   comes behind it

What belongs here: the protocol in force, what is subscribed, whether there is a MONITOR, what waits inside MULTI. Only
what is `watched`, and pushes, need a look here; other items are replies.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final

from framewire.frames.resp import Push
from framewire.redis.exchange.calls import Request
from framewire.redis.exchange.knowledge import (
    MESSAGES,
    Confirmation,
    Kind,
    confirmation_in,
    is_done,
    is_monitored,
    is_queued,
    kind_of,
    payload_of,
)  # fmt: skip

__all__ = ["NOTHING", "Reading", "Subscribing"]

NOTHING: Final = object()
"""No reply, or not all of it yet."""


class Subscribing:
    """A (un)subscribe, and how many confirmations it is still to have: `None` before the first.

    Each channel that it names has one. UNSUBSCRIBE of none is confirmed for each channel there is, or once.
    """

    __slots__ = ("_channels", "_named", "command", "left")

    def __init__(self, request: Request) -> None:
        self.command = payload_of(request[0]).upper()
        self._channels = frozenset(map(payload_of, request[1:]))
        self._named = len(request) - 1
        self.left: int | None = None

    def has(self, confirmation: Confirmation, channel: object) -> bool:
        """Whether this is one of its confirmations; servers unsubscribe from shard channels by themselves too."""
        return confirmation.command == self.command and (not self._channels or channel in self._channels)

    def count(self, subscriptions: int) -> int:
        """One has come, while there were `subscriptions` of its mark. How many are to come after it."""
        if self.left is None:
            self.left = self._named or max(1, subscriptions)
        self.left -= 1
        return self.left


class Reading:
    """The state of a link as of the last reply.

    protocol: 2 or 3, as the last HELLO that was answered left it.
    watched: whether an item that is no push may be no reply, or a part of one: then `sort` tells.
    """

    __slots__ = ("_channels", "_monitoring", "_queued", "_tell", "_torn", "protocol", "watched")

    def __init__(self, tell: Callable[[Sequence[Any]], None]) -> None:
        self._tell = tell
        self._queued: deque[Subscribing] = deque()  # between MULTI and EXEC
        self._torn: TornExec | None = None
        self._forget()

    def _forget(self) -> None:
        self.protocol = 2
        self._channels: dict[bytes, set[bytes]] = {mark: set() for mark in MESSAGES.values()}
        self._monitoring = False
        self._queued.clear()
        self._look()

    def _look(self) -> None:
        self.watched = bool(
            self._monitoring or self._queued or self._torn or (self.protocol == 2 and any(self._channels.values()))
        )  # fmt: skip

    # -- what is no reply ---------------------------------------------------------------------------------------------

    def sort(self, item: Any) -> Any:
        """The reply that `item` is, or makes whole; `NOTHING`, if it was told, or is a part of one."""
        if self._torn is not None:
            self._mend(self._torn, item)
            return self._whole(self._torn)
        if self._is_told(item):
            return NOTHING
        if type(item) is list and (self._monitoring or self._queued):
            torn = self._torn = TornExec(len(item), self._queued)
            for element in item:
                self._mend(torn, element)
            return self._whole(torn)
        return item

    def _is_told(self, item: Any) -> bool:
        """Tell the owner what is no reply, and no part of one."""
        if type(item) is Push:
            items: Sequence[Any] = item.items
        elif self.protocol == 2 and self._is_news(item):
            items = item
        elif self._monitoring and is_monitored(item):
            items = (b"monitor", item.data)
        else:
            return False
        confirmation = confirmation_in(items)
        if confirmation is not None and not confirmation.adds and isinstance(items[1], bytes):
            self.confirm(confirmation, items[1])  # nobody asked for it: the server ends subscriptions, it begins none
        self._tell(items)
        return True

    def _is_news(self, item: Any) -> bool:
        """Whether an array is what RESP2 has for a push: of a channel that is subscribed to."""
        if type(item) is not list or len(item) < 3 or not isinstance(item[0], bytes):
            return False
        confirmation = confirmation_in(item)
        mark = MESSAGES.get(item[0]) if confirmation is None else confirmation.mark
        return mark is not None and isinstance(item[1], bytes) and item[1] in self._channels[mark]

    # -- what a transaction answers -----------------------------------------------------------------------------------

    def _mend(self, torn: TornExec, item: Any) -> None:
        items = item.items if type(item) is Push else item
        confirmation = confirmation_in(items)
        if confirmation is not None and torn.expects(confirmation, items[1]):
            torn.confirmed(confirmation, items, self.subscriptions(confirmation))
            self.confirm(confirmation, items[1])
        elif not self._is_told(item):
            torn.replies.append(item)

    def _whole(self, torn: TornExec) -> Any:
        if len(torn.replies) < torn.wants:
            return NOTHING
        self._torn = None
        self._queued.clear()
        self._look()
        return torn.replies

    # -- what replies do ----------------------------------------------------------------------------------------------

    def subscriptions(self, confirmation: Confirmation) -> int:
        """How many there are of the kind that is confirmed."""
        return len(self._channels[confirmation.mark])

    def confirm(self, confirmation: Confirmation, channel: Any) -> None:
        """A subscription has begun or ended."""
        channels = self._channels[confirmation.mark]
        (channels.add if confirmation.adds else channels.discard)(channel)
        self._look()

    def answered(self, request: Request, reply: Any) -> None:
        """What is not PLAIN has its reply, which may be an error."""
        match kind_of(request):
            case Kind.HELLO if is_done(reply) and payload_of(request[1]) in (b"2", b"3"):
                self.protocol = int(payload_of(request[1]))
            case Kind.RESET if is_done(reply):
                self._forget()
            case Kind.MONITOR if is_done(reply):
                self._monitoring = True
            case Kind.CONFIRMS if is_queued(reply):
                self._queued.append(Subscribing(request))
            case Kind.EXEC:
                self._queued.clear()
        self._look()


class TornExec:
    """EXEC's reply, of which elements stand behind it, as others stand between them.

    wants: how many elements it will have. replies: those that are here.
    """

    __slots__ = ("_queued", "replies", "wants")

    def __init__(self, wants: int, queued: deque[Subscribing]) -> None:
        self._queued = queued
        self.wants = wants
        self.replies: list[Any] = []

    def expects(self, confirmation: Confirmation, channel: Any) -> bool:
        """Whether one of the (un)subscribes in it has this confirmation; those before it have had an error then."""
        return any(each.has(confirmation, channel) for each in self._queued)

    def confirmed(self, confirmation: Confirmation, items: Sequence[Any], subscriptions: int) -> None:
        """An expected one has come. In EXEC's head a (un)subscribe counts once, however many it has."""
        while not self._queued[0].has(confirmation, items[1]):
            self._queued.popleft()
        asked = self._queued[0]
        is_first = asked.left is None
        left = asked.count(subscriptions)
        self.wants += left if is_first else 0
        if not left:
            self._queued.popleft()
        self.replies.append(list(items))
