"""What the requests that were sent make of the replies to those behind them, before any of them is answered.

    MULTI ... EXEC          replies say QUEUED
    CLIENT REPLY OFF ... ON there are none
    CLIENT REPLY SKIP       the next has none
    SUBSCRIBE under RESP2   most commands are refused from there on

What belongs here: those modes, in the order of sending, and what may not be sent in them, because nobody could tell
then which reply belongs to whom.
"""

from __future__ import annotations

from typing import Final

from framewire.redis.exchange.calls import Unpairable
from framewire.redis.exchange.knowledge import Kind

__all__ = ["Sending", "check_batch"]

_SWITCHES: Final = frozenset((Kind.REPLY_ON, Kind.REPLY_OFF, Kind.REPLY_SKIP))

_CHANGES: Final = frozenset((Kind.CONFIRMS, Kind.HELLO, Kind.MONITOR))

_REFUSED: Final = {
    "inside MULTI": _SWITCHES | {Kind.HELLO},  # EXEC would answer with an array that never ends, or in two protocols
    "on a RESP2 link that has subscribed": _SWITCHES,  # an error would come, or none
    "while CLIENT REPLY is OFF": _CHANGES,  # nobody would see what became of the link
    "behind CLIENT REPLY SKIP": _CHANGES | {Kind.RESET},
}
"""What is refused, by where."""

_CHECKED: Final = frozenset((Kind.PLAIN, Kind.EXEC))
"""Behind which the integrity mode asks its question: not behind what changes who asks, or how."""

_IN_BATCHES: Final = frozenset((Kind.PLAIN, Kind.AUTH, Kind.MULTI, Kind.EXEC))


class Sending:
    """The modes of a link, as of the last request that was sent.

    usual: whether none is in force: then whatever is PLAIN has one reply.
    """

    __slots__ = ("_silence", "_subscribed", "queueing", "usual")

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self.queueing = False  # between MULTI and EXEC
        self._silence = Kind.REPLY_ON  # what CLIENT REPLY said last
        self._subscribed = False  # under RESP2
        self.usual = True

    def check(self, kind: Kind) -> None:
        """Raises `Unpairable` where a request of this kind cannot be sent now."""
        for where, holds in (
            ("inside MULTI", self.queueing),
            ("on a RESP2 link that has subscribed", self._subscribed),
            ("while CLIENT REPLY is OFF", self._silence is Kind.REPLY_OFF),
            ("behind CLIENT REPLY SKIP", self._silence is Kind.REPLY_SKIP),
        ):
            if holds and kind in _REFUSED[where]:
                raise Unpairable(f"{kind.name} {where}: its replies, or those behind it, could not be told apart")

    def note(self, kind: Kind, protocol: int) -> bool:
        """A request of this kind is sent now, `check`ed before. Whether it will be answered."""
        answered = self._is_answered(kind)
        if kind is Kind.RESET:
            self._reset()
        elif kind in _SWITCHES:
            if not (kind is Kind.REPLY_SKIP and self._silence is Kind.REPLY_OFF):
                self._silence = kind
        elif self._silence is Kind.REPLY_SKIP:
            self._silence = Kind.REPLY_ON
        if kind in (Kind.MULTI, Kind.EXEC):
            self.queueing = kind is Kind.MULTI
        elif kind is Kind.CONFIRMS and protocol == 2:
            self._subscribed = True
        self.usual = self._silence is Kind.REPLY_ON and not self.queueing and not self._subscribed
        return answered

    def _is_answered(self, kind: Kind) -> bool:
        if kind in _SWITCHES:
            return kind is Kind.REPLY_ON
        return self._silence is Kind.REPLY_ON or kind is Kind.RESET

    def is_checked(self, kind: Kind) -> bool:
        """Whether the integrity mode asks behind a request of this kind, `note`d just now, and answered."""
        return kind in _CHECKED and not self.queueing and not self._subscribed


def check_batch(kinds: list[Kind]) -> None:
    """Raises `Unpairable` for what may not stand in a batch."""
    for kind in kinds:
        if kind not in _IN_BATCHES:
            raise Unpairable(f"{kind.name} in a batch: its replies, or those behind it, could not be told apart")
