"""Who is the primary of a service, out of what several sentinels say.

    (unknown) -- somebody needs it --> asked, one sentinel after the other -- a fresh answer --> known
        ^                                          |                                               |
        |                                          +-- none: MasterNotFoundError                   |
        +-- a switch was heard; it could not be reached; it is no primary; a listener was lost ----+

An answer is fresh unless it is of an earlier time: its epoch is lower than one seen before, or it names a primary that
was left, and no higher epoch since. A sentinel that is cut off from the others goes on naming the old primary, which
may be cut off together with it, and take writes that will be lost. But epochs begin anew where a service is watched
anew, and a failover that nobody finished is taken back: so what most sentinels say in one round is believed all the
same, once nothing better was heard for `DOUBT_SECONDS`.

What belongs here: decisions. The time is passed in; who asks and listens calls `ask` and `hear`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from framewire.redis.client.errors import MasterNotFoundError
from framewire.redis.sentinel.answers import MOST, Address, Answer, Event, Remap, read_answer, shown

__all__ = ["DOUBT_SECONDS", "Discovery", "Said"]

DOUBT_SECONDS: Final = 30.0
"""For how long the word of most sentinels counts less than a better one that was heard before. Sentinels tell one
another every two seconds."""

Said = Sequence[Any] | Exception
"""The replies to `questions`, or why there are none."""


@dataclass(frozen=True, slots=True)
class _Left:
    """A primary that was left, at an epoch, because this sentinel said so."""

    epoch: int
    by: Address


class Discovery:
    """What is known of one service. `primary` is `None` where it has to be asked for."""

    def __init__(self, service: str, sentinels: Sequence[Address], remap: Remap | None = None) -> None:
        self.service = service
        self.primary: Address | None = None
        self.last: Address | None = None
        """The last that was known: links may be open to it."""
        self.replicas: tuple[Address, ...] = ()
        self.sentinels = list(dict.fromkeys(sentinels))
        """In the order in which they are asked: who has answered last is first."""
        self._seeds = tuple(self.sentinels)
        self._remap = remap
        self._epoch = -1
        self._left: dict[Address, _Left] = {}
        self._news: list[Event] = []  # of replicas, since the last round began: its answers may not know it yet
        self._heard = 0.0  # when a fresh answer or a switch came last

    # -- asking -------------------------------------------------------------------------------------------------------

    def ask(self, now: float) -> Generator[Address, Said, Address]:
        """One round: yields the sentinel to be asked next, is sent what it said, and returns the primary.

        Raises `MasterNotFoundError`, which says of each sentinel why not.
        """
        self._news.clear()
        refusals: dict[Address, str] = {}
        stale: dict[Address, Answer] = {}
        for sentinel in self._all():
            answer = self._read((yield sentinel))
            if isinstance(answer, str):
                refusals[sentinel] = answer
                continue
            self._forgive(sentinel, answer)
            if self._is_fresh(answer):
                return self._believe(sentinel, answer, now)
            stale[sentinel] = answer
            self._learn(answer)
        return self._believe_most(refusals, stale, now)

    def _all(self) -> Iterator[Address]:
        """Each sentinel once, those too that are learnt meanwhile."""
        asked: set[Address] = set()
        while (sentinel := next((one for one in self.sentinels if one not in asked), None)) is not None:
            asked.add(sentinel)
            yield sentinel

    def _read(self, said: Said) -> Answer | str:
        return str(said) or repr(said) if isinstance(said, Exception) else read_answer(said, self._remap)

    def _is_fresh(self, answer: Answer) -> bool:
        left = self._left.get(answer.primary)
        return answer.epoch >= self._epoch and (left is None or answer.epoch > left.epoch)

    def _forgive(self, sentinel: Address, answer: Answer) -> None:
        """Who said that a primary was to be left knows less than was known here: that was old news."""
        for primary, left in list(self._left.items()):
            if left.by == sentinel and answer.epoch < left.epoch:
                del self._left[primary]

    def _believe(self, sentinel: Address, answer: Answer, now: float) -> Address:
        self.primary = self.last = answer.primary
        self.replicas = tuple(replica for replica in answer.replicas if replica != answer.primary)
        for event in self._news:
            self._hear_of_replica(event)
        self._epoch = max(self._epoch, answer.epoch)
        self._left = {primary: left for primary, left in self._left.items() if left.epoch >= self._epoch}
        self._heard = now
        known = [sentinel, *self.sentinels]
        self.sentinels = [one for one in dict.fromkeys(known) if one in (sentinel, *self._seeds, *answer.sentinels)]
        self._learn(answer)
        return answer.primary

    def _learn(self, answer: Answer) -> None:
        """So many are known at most, for each that is asked may name others; seeds are among the first."""
        known = dict.fromkeys([*self.sentinels, *answer.sentinels])
        self.sentinels = list(known)[: max(MOST, len(self.sentinels))]

    def _believe_most(self, refusals: dict[Address, str], stale: dict[Address, Answer], now: float) -> Address:
        """What most say, where nobody knows better any more."""
        votes = Counter(answer.primary for answer in stale.values())
        if votes and now - self._heard >= DOUBT_SECONDS:
            primary, count = votes.most_common(1)[0]
            agreed = {sentinel: answer for sentinel, answer in stale.items() if answer.primary == primary}
            if 2 * count > max(answer.voters for answer in agreed.values()):
                sentinel, answer = max(agreed.items(), key=lambda item: item[1].epoch)
                self._epoch, self._left = answer.epoch, {}
                return self._believe(sentinel, answer, now)
        for sentinel, answer in stale.items():
            refusals[sentinel] = f"names {shown(answer.primary)}, which was the primary before (epoch {answer.epoch})"
        raise MasterNotFoundError(self._not_found(refusals))

    def _not_found(self, refusals: dict[Address, str]) -> str:
        by_text: dict[str, list[str]] = {}
        for sentinel, text in refusals.items():
            by_text.setdefault(text, []).append(shown(sentinel))
        said = "; ".join(f"{text} ({len(who)} of {len(refusals)}: {', '.join(who)})" for text, who in by_text.items())
        return f"no sentinel tells who is the primary of {self.service!r}: {said}"

    # -- hearing ------------------------------------------------------------------------------------------------------

    def hear(self, sentinel: Address, event: Event, now: float) -> Address | None:
        """What `sentinel` has published; returns the server that is to be left at once, if there is one."""
        if event.service != self.service:
            return None
        if event.kind == "+switch-master":
            return self._hear_switch(sentinel, event, now)
        if event.kind == "-monitor":
            self.doubt()
        elif event.role == "slave":
            self._news = [*self._news, event][-MOST:]
            self._hear_of_replica(event)
            return event.server if event.kind == "+sdown" else None
        return None

    def _hear_switch(self, sentinel: Address, event: Event, now: float) -> Address | None:
        if event.successor == self.primary or event.server == event.successor:
            return None  # another has said so before
        self._ask_first(sentinel)
        self.doubt()
        if event.server != self.last:
            return None  # that needs asking
        self._left[event.server] = _Left(self._epoch, sentinel)
        self._heard = now
        return event.server

    def _hear_of_replica(self, event: Event) -> None:
        self.lose_replica(event.server)
        if event.kind != "+sdown":
            self.replicas = (*self.replicas, event.server)[-MOST:]

    @property
    def misplaced(self) -> Address | None:
        """Where links that are to go to replicas need not be any more: the primary, once there are some."""
        return self.last if self.replicas else None

    def _ask_first(self, sentinel: Address) -> None:
        self.sentinels = [sentinel, *(one for one in self.sentinels if one != sentinel)]

    def lose_replica(self, replica: Address) -> None:
        """It cannot be reached; sentinels that are asked may name it again."""
        self.replicas = tuple(one for one in self.replicas if one != replica)

    def doubt(self) -> None:
        """It has to be asked again: the primary cannot be reached or is none, or something may not have been heard."""
        self.primary = None
