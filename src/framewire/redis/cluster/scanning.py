"""SCAN over a cluster whose slots may move meanwhile: what to ask of which node, a page at a time.

                                  .--- the node's own cursor is not 0: the page is given, and the run goes on
                                  v                                      |
    (choose a node) -- begin --> RUN: a page of SCAN of that node -------'
       ^      ^                   |  it is 0: the run ends
       |      |                   v
       |      |          what the node owned all the time, and owns for itself, is DONE
       |      `--- no slot is on the way
       `--- slots are on the way to another node: its run is next, and it has these slots too

A node's SCAN promises: a key that is there from its beginning to its end is given at least once. So a slot is done when
a node has owned it from the beginning to the end of a run, and none of its keys can have been elsewhere meanwhile. The
node itself is asked at both ends (`own_slots`):

* a slot that it does not own at both ends is not done, and is scanned again where it is then;
* a slot may have been away and have come back: then the node's epoch has grown, and the whole run counts for nothing;
* a slot may be on the way at the beginning and not at the end: its keys may have come back, and it is not done;
* keys of a slot that is on the way at the end may have been at the target already, where they stay: a run of the target
  that begins now gives them. The slot is done at its end, if it is still arriving or has arrived.

So each key that exists all the time is given at least once, and others perhaps; some are given twice, as by one server.
It ends soon after slots have stopped moving, at the latest.

Limits. A migration that is taken back (CLUSTER SETSLOT STABLE, the keys moved back) is not seen where both ends of a
run look as if it had not been; nor is a node that starts again meanwhile, where its link does not tell of that: it
would go on with a cursor of before, as a single server would. A replica that takes over lacks what it had not been sent
yet. Slots that say they are on the way to a node which does not expect them (what `redis-cli --cluster fix` mends) are
scanned some times, and raise `ClusterError` after all others; slots that nobody serves raise `ClusterDownError` then.

What belongs here: the decisions, as steps. Who takes the steps sends what they ask, and has the map of slots.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from framewire.redis.client.errors import ClusterDownError, ClusterError, ConnectionError, DataError, InvalidResponse
from framewire.redis.client.fates import Fate
from framewire.redis.client.requests import words_of
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.cursors import Progress, Run, cursor_of, progress_of
from framewire.redis.cluster.own_slots import ASKING, OwnSlots, own_slots
from framewire.redis.cluster.slot_sets import ALL, set_of, slots_in
from framewire.redis.exchange.calls import Request
from framewire.redis.slots import SLOTS

__all__ = ["AskNode", "NewMap", "Page", "scan_page"]

MOST_TRIES: Final = 5
"""How often one page chooses a node by a map that is not true any more, with a new map each time."""

MOST_STALLS: Final = 3
"""How many runs in a row may end with slots on their way to a node that does not expect them."""


@dataclass(frozen=True, slots=True)
class AskNode:
    """Send `request` to this very node, following no redirect; the decoded reply comes back, or its error is raised."""

    node: Address
    request: Request


@dataclass(frozen=True, slots=True)
class NewMap:
    """Wait for a newer map of the slots, or a moment where there is none; nothing comes back."""


Page: TypeAlias = Generator[AskNode | NewMap, Any, list[Any]]
"""Steps whose result is what SCAN answers: the next cursor, here a whole number, and a list of keys."""


def scan_page(
    request: Request,
    owners: Sequence[Address | None],
    locate: Callable[[str, Address], Address] = lambda _, place: place,
) -> Page:
    """One page of `request`, which is SCAN with a cursor of a page before, or 0. At the end the cursor is 0 again.

    owners: the owner of each slot, looked at anew after each `NewMap`.
    locate: what a node is called from here, by its id and by what another node calls it.

    MATCH, COUNT and TYPE go to the nodes as they are. Besides the pages it costs two CLUSTER NODES for each run.

    Raises `DataError` for a senseless cursor, `ClusterDownError` where all was scanned but slots that nobody serves,
    `ClusterError` as described above, and the errors of its steps; the cursor may then be used again.
    """
    return _Scan(request, owners, locate).page()


class _Scan:
    """One page in the making."""

    def __init__(
        self, request: Request, owners: Sequence[Address | None], locate: Callable[[str, Address], Address]
    ) -> None:
        self._progress = progress_of(_number(request))
        self._options = tuple(request[2:])
        self._owners = owners
        self._locate = locate

    def page(self) -> Page:
        keys: list[Any] = []
        if self._progress.run is None:
            yield from self._choose()
        try:
            keys = yield from self._page_of_run()
        except InvalidResponse:
            raise
        except ConnectionError:  # the node is gone, or what it knew of the cursor: its slots are scanned anew
            self._progress = replace(self._progress, run=None)
            yield NewMap()
            yield from self._choose()
            keys = yield from self._page_of_run()
        return [0 if self._progress.done == ALL else cursor_of(self._progress), keys]

    # -- a run --------------------------------------------------------------------------------------------------------

    def _page_of_run(self) -> Generator[AskNode | NewMap, Any, list[Any]]:
        run = self._progress.run
        assert run is not None
        place, keys = _page((yield AskNode(run.node, (b"SCAN", run.place, *self._options))))
        if place:
            self._progress = replace(self._progress, run=replace(run, place=place))
        else:
            yield from self._end(run, own_slots((yield AskNode(run.node, ASKING))))
        return keys

    def _end(self, run: Run, at_end: OwnSlots) -> Generator[AskNode | NewMap, Any, None]:
        leaving = set_of(at_end.leaving)
        done, moving = _outcome(run, at_end, leaving) if run.epoch == at_end.epoch else (0, 0)
        self._progress = Progress(self._progress.done | done, None, 0 if done else self._progress.stalled)
        if moving:
            yield from self._follow(at_end, moving)

    def _follow(self, at_end: OwnSlots, moving: int) -> Generator[AskNode | NewMap, Any, None]:
        """Begin a run at the node that most of these slots are on the way to; the others wait for another run."""
        slots_to: dict[str, list[int]] = {}
        for slot in slots_in(moving):
            slots_to.setdefault(at_end.leaving[slot], []).append(slot)
        target = max(slots_to, key=lambda node: len(slots_to[node]))
        slots, place = set_of(slots_to[target]), at_end.places.get(target)
        if place is not None and (yield from self._begins(self._locate(target, place), slots)):
            run = self._progress.run
            if run is not None and slots & (run.slots | run.arriving):
                return
        self._progress = replace(self._progress, stalled=self._progress.stalled + 1)

    # -- nodes --------------------------------------------------------------------------------------------------------

    def _choose(self) -> Generator[AskNode | NewMap, Any, None]:
        """Begin the next run, where most slots are left; those that stall are so the last ones."""
        if self._progress.stalled > MOST_STALLS:
            raise ClusterError(_STALLED.format(self._left), fate=Fate.EXECUTED)
        for _ in range(MOST_TRIES):
            node = self._next_node()
            if node is not None and (yield from self._begins(node)):
                return
            yield NewMap()
        raise ClusterDownError(
            f"CLUSTERDOWN {self._left} slots are served by no node that can be reached: their keys cannot be given",
            fate=Fate.NOT_EXECUTED,
        )

    @property
    def _left(self) -> int:
        return SLOTS - self._progress.done.bit_count()

    def _next_node(self) -> Address | None:
        owners = Counter(owner for slot in slots_in(ALL & ~self._progress.done) if (owner := self._owners[slot]))
        return max(owners, key=owners.__getitem__) if owners else None

    def _begins(self, node: Address, moving: int = 0) -> Generator[AskNode | NewMap, Any, bool]:
        """Begin a run of `node`, if it has anything that is not done yet, or any of `moving` arrives there."""
        try:
            now = own_slots((yield AskNode(node, ASKING)))
        except ConnectionError:
            return False
        slots, arriving = now.owned & ~self._progress.done, now.arriving & moving
        if slots | arriving:
            run = Run(node, 0, now.epoch, slots, slots & set_of(now.leaving), arriving)
            self._progress = replace(self._progress, run=run)
        return bool(slots | arriving)


_STALLED: Final = (
    "{} slots are on the way to a node that does not expect them, so that some of their keys may not have been given;"
    " `redis-cli --cluster fix` mends that"
)


def _outcome(run: Run, at_end: OwnSlots, leaving: int) -> tuple[int, int]:
    """The slots that are done by a run, and those that are if a run of the node that they move to follows."""
    stayed = at_end.owned & ~leaving
    done = run.slots & stayed & ~run.leaving | run.arriving & (stayed | at_end.arriving)
    return done, (run.slots | run.arriving) & at_end.owned & leaving


def _page(reply: Any) -> tuple[int, list[Any]]:
    try:
        place, keys = reply
        return int(place), list(keys)
    except (TypeError, ValueError) as error:
        raise InvalidResponse(f"a node answers SCAN with what is no page: {error}", fate=Fate.EXECUTED) from error


def _number(request: Request) -> int:
    """The cursor of `request`. As text it may have the digits that Python allows."""
    cursor = request[1] if len(request) > 1 else None
    if isinstance(cursor, int):
        return cursor
    try:
        return int(words_of((cursor,))[0])
    except ValueError:
        raise DataError(f"the cursor of SCAN is a whole number, not {cursor!r:.40}") from None
