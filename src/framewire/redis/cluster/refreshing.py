"""When the map of a cluster is asked for again.

    state     what it means                       event       next state
    -------   ---------------------------------   ---------   ------------------------------------------------------
    idle      the map is believed, `at` is when   want        due: after a random pause; at once where that is asked
              it will be too old (or `None`)
    due       `at` is when to begin               want        due: as before; no later than now where that is asked
    running   `at` is `None`: nodes are asked     want        running, to be wanted again when it ends
                                                  done        cooling, due if it was wanted again
                                                  failed      due: after a backoff that doubles
    cooling   ended just now                      want        due: when it has cooled down, and a random pause later
                                                  (time)      idle
    any but   running                             begin       running

What belongs here: these states, so that one client has one refresh under way, and many clients do not come at the same
moment, nor to the same node. What a new map means is decided elsewhere. A refresh that was wanted and has changed
nothing makes the next one cool down for longer: who still loses the link to a dead node need not ask for ever who has
taken its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import TypeVar

from framewire.redis.cluster.settings import Settings

__all__ = ["RefreshState", "Refreshing", "shuffled"]

T = TypeVar("T")


class RefreshState(StrEnum):
    """The states of the table."""

    IDLE = "idle"
    DUE = "due"
    RUNNING = "running"
    COOLING = "cooling"


class Refreshing:
    """One client's. `clock` gives monotonic seconds, `chance` a number from 0 to below 1.

    at: when to begin the next one; `None` while one runs, and where nothing is wanted and no map grows too old.
    is_running: whether one is under way.
    failures: how many have failed one after the other.
    """

    def __init__(self, clock: Callable[[], float], chance: Callable[[], float], settings: Settings) -> None:
        self._clock = clock
        self._chance = chance
        self._settings = settings
        self.is_running = False
        self._is_wanted = self._is_urgent = False  # the next one; while one runs, the one behind it
        self._was_wanted = False  # the one that runs
        self._nodes = 0
        self._in_vain = 0
        self._cool_at = float("-inf")
        self.failures = 0
        self.at: float | None = None

    @property
    def state(self) -> RefreshState:
        """As of now."""
        if self.is_running:
            return RefreshState.RUNNING
        if self._is_wanted:
            return RefreshState.DUE
        return RefreshState.COOLING if self._clock() < self._cool_at else RefreshState.IDLE

    def want(self, *, at_once: bool = False) -> None:
        """The map may be wrong. `at_once`: nothing can be done without a new one.

        The pause is drawn once for each refresh: with one for each wish, the shortest of many would count.
        """
        if not self.is_running and (not self._is_wanted or (at_once and not self._is_urgent)):
            self._schedule(at_once)
        self._is_wanted = True
        self._is_urgent |= at_once

    def _schedule(self, at_once: bool) -> None:
        at = max(self._clock(), self._cool_at)
        if not at_once:
            at += self._settings.refresh_pause(self._nodes, self._chance())
        self.at = at if self.at is None else min(self.at, at)

    def begin(self) -> None:
        """Nodes are asked now. Raises `RuntimeError` while they are: there is one refresh at a time."""
        if self.is_running:
            raise RuntimeError("a refresh of the slot map runs already")
        self.is_running, self._was_wanted = True, self._is_wanted
        self._is_wanted = self._is_urgent = False
        self.at = None

    def done(self, nodes: int, *, changed: bool) -> None:
        """There is a map now, of so many `nodes`; `changed` says whether it differs from the one before."""
        self.is_running = False
        self._nodes = nodes
        self.failures = 0
        self._in_vain = self._in_vain + 1 if self._was_wanted and not changed else 0
        now = self._clock()
        self._cool_at = now + self._settings.cooling(self._in_vain)
        if self._settings.max_age is not None:
            self.at = now + self._settings.max_age + self._settings.refresh_pause(nodes, self._chance())
        if self._is_wanted:
            self._schedule(self._is_urgent)

    def failed(self) -> None:
        """Nobody could tell the map: it is still wanted."""
        self.is_running = False
        self.failures += 1
        self._is_wanted, self._is_urgent = True, False
        self.at = self._cool_at = self._clock() + self._settings.failure_pause(self.failures, self._chance())


def shuffled(items: Sequence[T], chance: Callable[[], float]) -> Iterator[T]:
    """All of them in random order, each drawn when it is wanted: of a thousand nodes, three are asked."""
    swapped: dict[int, int] = {}
    for index in range(len(items)):
        other = index + int(chance() * (len(items) - index))
        yield items[swapped.get(other, other)]
        swapped[other] = swapped.get(index, index)
