"""The judge: which rules apply to what passes, and what has been done so far.

What belongs here: the program with its memory. It counts, it draws lots, it logs. For a seed, decisions depend on the
traffic alone: not on time, and not on how the network cut it. What is counted over several connections also depends on
their order; lots do not, each connection draws its own.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from framewire.redis.redaction import shortened, without_secrets
from framewire.tap.faults.actions import Action, Cut
from framewire.tap.faults.rule import EACH, Byte, Connections, Direction, Frames, Kind, Rule

__all__ = ["Entry", "Judge"]

LONGEST_LOG = 10_000
"""Entries that are kept; of what comes later only the counts are."""


class Entry(NamedTuple):
    """One thing that was done: to what, by which rule; or, with no rule, what else is worth knowing."""

    connection: int
    what: str
    done: str
    rule: Rule | None = None

    def __str__(self) -> str:
        return f"connection {self.connection}, {self.what}: {self.done}"


class Judge:
    """A program at work, for all connections of one proxy.

    `log` holds what was done, `counts` how often by the name of the action, `seen` the frames of each kind, hurt or
    not. `on_entry` is called behind each entry.
    """

    def __init__(self, rules: Iterable[Rule], seed: int) -> None:
        self.seed = seed
        self.log: list[Entry] = []
        self.counts: Counter[str] = Counter()
        self.seen: Counter[str] = Counter()
        self.on_entry: Callable[[], object] = _nothing
        self._rules: list[_Running] = []
        self._connections = 0
        for rule in rules:
            self.add(rule)

    @property
    def rules(self) -> list[Rule]:
        """Those in force, in order."""
        return [running.rule for running in self._rules]

    def add(self, rule: Rule) -> None:
        """One more rule, behind the others; it counts from here on."""
        self._rules.append(_Running(rule, f"{self.seed}/{len(self._rules)}"))

    def gone(self, connection: int) -> None:
        """That connection has ended: what was remembered for it alone is forgotten."""
        for running in self._rules:
            running.forget(connection)

    def clear(self) -> None:
        """No rule any more. What was counted and logged stays."""
        self._rules.clear()

    # -- what passes --------------------------------------------------------------------------------------------------

    def connection(self) -> tuple[int, list[tuple[Action, random.Random]]]:
        """Somebody connects: the number of the connection, and what is done to it."""
        self._connections += 1
        number = self._connections
        chosen = [running for running in self._rules if running.takes_connection(number)]
        return number, self._done(number, "connection", chosen)

    def frame(
        self, connection: int, kind: Kind, number: int, request: Sequence[bytes] | None
    ) -> list[tuple[Action, random.Random]]:
        """A whole frame, the `number`th of its kind there: what is done to it in order, each with its lots."""
        self.seen[kind] += 1
        chosen = [running for running in self._rules if running.takes_frame(connection, kind, request)]
        return self._done(connection, _described(kind, number, request), chosen) if chosen else []

    def bytes(
        self, connection: int, direction: Direction, start: int, stop: int
    ) -> list[tuple[int, Action, random.Random]]:
        """The bytes `start` to `stop` of a direction: what is done before which of them, the last one first."""
        chosen = [running for running in self._rules if running.takes_byte(connection, direction, start, stop)]
        chosen.sort(key=_Running.offset)  # those at one byte stay in the order of the program
        done: list[tuple[int, Action, random.Random]] = []
        for running in chosen:
            at = running.offset()
            [(action, rng)] = self._done(connection, f"byte {at} of {direction}", [running])
            done.insert(0, (at - start, action, rng))
            if isinstance(action, Cut):
                break
        return done

    def note(self, connection: int, what: str, done: str, rule: Rule | None = None) -> None:
        """Log what is worth knowing."""
        if len(self.log) < LONGEST_LOG:
            self.log.append(Entry(connection, what, done, rule))
        self.on_entry()

    def _done(self, connection: int, what: str, chosen: list[_Running]) -> list[tuple[Action, random.Random]]:
        for running in chosen:
            self.counts[running.rule.action.name] += 1
            self.note(connection, what, str(running.rule.action), running.rule)
        return [(running.rule.action, running.lots(connection)) for running in chosen]


class _Running:
    """One rule, how much it has counted, and its lots."""

    def __init__(self, rule: Rule, seed: str) -> None:
        self.rule = rule
        self._seed = seed
        self._counted: Counter[int] = Counter()
        self._lots: dict[int, random.Random] = {}

    def forget(self, connection: int) -> None:
        self._counted.pop(connection, None)
        self._lots.pop(connection, None)

    def takes_frame(self, connection: int, kind: Kind, request: Sequence[bytes] | None) -> bool:
        selector = self.rule.selector
        if not isinstance(selector, Frames) or not selector.fits(kind, request, connection):
            return False
        counter = connection if selector.connection == EACH else 0
        self._counted[counter] += 1
        if self._counted[counter] not in selector.numbers:
            return False
        return selector.probability == 1 or self.lots(connection).random() < selector.probability

    def takes_byte(self, connection: int, direction: Direction, start: int, stop: int) -> bool:
        selector = self.rule.selector
        return (
            isinstance(selector, Byte)
            and selector.direction == direction
            and selector.fits(connection)
            and start <= selector.offset < stop
        )

    def offset(self) -> int:
        """Of the byte that it is about."""
        assert isinstance(self.rule.selector, Byte)
        return self.rule.selector.offset

    def takes_connection(self, number: int) -> bool:
        selector = self.rule.selector
        return isinstance(selector, Connections) and number in selector.numbers

    def lots(self, connection: int) -> random.Random:
        """This rule's chance on this connection."""
        if connection not in self._lots:
            self._lots[connection] = random.Random(f"{self._seed}/{connection}")
        return self._lots[connection]


def _described(kind: Kind, number: int, request: Sequence[bytes] | None) -> str:
    """`reply 3 to SET user:1`: as far as the key, secrets left out."""
    if not request:
        return f"{kind} {number}"
    shown = shortened(without_secrets(request)[:2])
    words = b" ".join([shown[0].upper(), *shown[1:]]).decode("utf-8", "backslashreplace")
    return f"{kind} {number} {'to' if kind == 'reply' else 'of'} {words}"


def _nothing() -> None:
    pass
