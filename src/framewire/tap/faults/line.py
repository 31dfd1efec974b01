"""One connection through the proxy, without I/O: the bytes that come in either direction, and the steps they become.

What belongs here: frames brought before the judge, its actions carried out on their steps, and what follows from that
for pairing: replies are paired with the requests that reached the server, not with those that the client sent.

    (passing) --swap--> (one frame is held) --the next of its kind has gone on--> (passing)
        |                       |
        +---------cut-----------+--------> (over): nothing goes on any more
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence

from framewire._impl import BytesMut, RespDecoder
from framewire.errors import ProtocolError
from framewire.tap.faults.actions import Action, Swap
from framewire.tap.faults.framing import Frame, Framing, RawFraming, ReplyFraming, RequestFraming
from framewire.tap.faults.judge import Judge
from framewire.tap.faults.pairing import Paired, Pairing
from framewire.tap.faults.rule import Direction, Kind
from framewire.tap.faults.steps import Cut, Send, Step, joined, sent_by, split

__all__ = ["Line", "Side"]

Lots = tuple[Action, random.Random]


class Line:
    """Both sides of one connection. With `framed` false all is bytes, and no rule about frames applies."""

    def __init__(self, judge: Judge, number: int, *, framed: bool = True) -> None:
        self._pairing = Pairing()
        self.requests = Side(
            judge, number, "requests", RequestFraming() if framed else RawFraming(), _request, self._asked
        )
        self.replies = Side(judge, number, "replies", ReplyFraming() if framed else RawFraming(), self._reply, _nothing)

    def _reply(self, frame: Frame) -> tuple[Kind, list[bytes] | None]:
        if self.requests.is_broken:  # nobody knows what was asked
            return "push" if frame.data[:1] == b">" else "reply", None
        paired: Paired = self._pairing.answered(frame.data)
        return paired.kind, paired.request

    def _asked(self, frame: Frame, steps: list[Step]) -> None:
        sent = sent_by(steps)
        assert frame.request is not None
        for request in [frame.request] if sent == frame.data else _requests_in(sent):
            self._pairing.asked(request)


class Side:
    """One direction: `feed` it bytes, and `end` it."""

    def __init__(
        self,
        judge: Judge,
        connection: int,
        direction: Direction,
        framing: Framing,
        identify: Callable[[Frame], tuple[Kind, list[bytes] | None]],
        on_sent: Callable[[Frame, list[Step]], None],
    ) -> None:
        self._judge = judge
        self._connection = connection
        self._direction: Direction = direction
        self._framing = framing
        self._identify = identify
        self._on_sent = on_sent
        self._offset = 0  # bytes that have come before the frame at hand
        self._numbers: Counter[Kind] = Counter()
        self._held: dict[Kind, tuple[Frame, list[Step]]] = {}  # by `swap`
        self._told = isinstance(framing, RawFraming)  # that there are no frames
        self.is_over = False

    @property
    def is_broken(self) -> bool:
        """Whether frames are not known, or no more."""
        return bool(self._framing.broken)

    def feed(self, data: bytes) -> list[Step]:
        """What becomes of these bytes and of what waited for them. O(bytes), whatever the cuts."""
        steps: list[Step] = []
        for frame in self._framing.feed(data):
            if not self.is_over:
                steps += self._framed(frame) if frame.whole else self._raw(frame.data)
        return joined(steps)

    def end(self) -> list[Step]:
        """The sender has ended this direction: what is still here goes on."""
        if self.is_over:
            return []
        steps = [step for kind in list(self._held) for step in self._let_go(kind)]
        rest = self._framing.rest()
        return steps + self._raw(rest) if rest else steps

    # -- frames -------------------------------------------------------------------------------------------------------

    def _framed(self, frame: Frame) -> list[Step]:
        kind, request = self._identify(frame)
        self._numbers[kind] += 1
        lots = self._judge.frame(self._connection, kind, self._numbers[kind], request)
        steps = self._at_bytes(frame.data)
        for action, rng in lots:
            steps = action.apply(steps, rng)
        if kind not in self._held and any(isinstance(action, Swap) for action, _ in lots):
            self._held[kind] = frame, steps
            return []
        return self._gone(frame, steps) + self._let_go(kind)

    def _let_go(self, kind: Kind) -> list[Step]:
        held = self._held.pop(kind, None)
        return [] if held is None or self.is_over else self._gone(*held)

    def _gone(self, frame: Frame, steps: list[Step]) -> list[Step]:
        steps = self._until_cut(steps)
        self._on_sent(frame, steps)
        return steps

    # -- bytes --------------------------------------------------------------------------------------------------------

    def _raw(self, data: bytes) -> list[Step]:
        if self.is_broken and not self._told:
            self._told = True
            why = f"passed on as bytes from here on: {self._framing.broken}"
            self._judge.note(self._connection, self._direction, why)
        return self._until_cut(self._at_bytes(data))

    def _at_bytes(self, data: bytes) -> list[Step]:
        """The steps of these bytes, with what the rules about single bytes do."""
        start, self._offset = self._offset, self._offset + len(data)
        steps: list[Step] = [Send(data)]
        for at, action, rng in self._judge.bytes(self._connection, self._direction, start, self._offset):
            before, behind = split(steps, at)
            steps = before + action.apply(behind, rng)
        return steps

    def _until_cut(self, steps: list[Step]) -> list[Step]:
        for index, step in enumerate(steps):
            if isinstance(step, Cut):
                self.is_over = True
                return steps[: index + 1]
        return steps


def _request(frame: Frame) -> tuple[Kind, list[bytes] | None]:
    return "request", frame.request


def _requests_in(data: bytes) -> Sequence[list[bytes]]:
    """The whole requests in what a server is given in place of one; bytes that are none are none of its requests."""
    decoder, src = RespDecoder("requests"), BytesMut(data)
    requests: list[list[bytes]] = []
    try:
        while (request := decoder.decode(src)) is not None:
            requests.append(request)
    except ProtocolError:
        pass
    return requests


def _nothing(frame: Frame, steps: list[Step]) -> None:
    pass
