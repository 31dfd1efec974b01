"""What may be done to a frame, or at a byte: each action changes the steps that the frame would have taken.

What belongs here: the actions, and how each is written in a program. `apply` takes and returns steps; chance comes as
an argument. Sizes are bytes, times are seconds. An action refuses numbers that make no sense with `ValueError`.
"""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass
from typing import ClassVar

from framewire.tap.faults.steps import Cut as CutStep
from framewire.tap.faults.steps import Due, Pause, Send, Step, sent_by, split
from framewire.tap.faults.steps import Stall as StallStep

__all__ = [
    "BEHIND", "Action", "Cut", "Delay", "Drop", "Duplicate", "Inject", "Limit", "Pass", "Refuse", "Replace", "Slice",
    "Stall", "Swap", "decimal", "duration",
]  # fmt: skip

BEHIND = sys.maxsize
"""For `Cut.after`: behind the whole frame."""

PIECES_A_SECOND = 20
"""A limited frame goes on in so many pieces each second: coarse enough to be cheap, fine enough to look slow."""


class Action:
    """One thing to do. `places` says to what: a frame, a byte of the stream, a connection that begins."""

    __slots__ = ()
    name: ClassVar[str]
    places: ClassVar[frozenset[str]] = frozenset({"frame"})

    def apply(self, steps: list[Step], rng: random.Random) -> list[Step]:
        """The steps of a frame, or of what is left of it behind a byte, as this action changes them."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.name


def duration(seconds: float) -> str:
    """`0.05` as `50ms`, `2.0` as `2s`."""
    return f"{decimal(seconds)}s" if seconds >= 1 else f"{decimal(seconds * 1000)}ms"


def decimal(number: float) -> str:
    """A number as a program spells it: no exponent, six places at most."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(what)


# -- when -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pass(Action):
    """Nothing is done; it is counted and logged."""

    name = "pass"
    places = frozenset({"frame", "byte", "connection"})

    def apply(self, steps: list[Step], rng: random.Random) -> list[Step]:
        return steps


@dataclass(frozen=True, slots=True)
class Delay(Action):
    """It goes on `seconds` after it came, or any time up to `most`; what is behind it waits, and keeps its order."""

    seconds: float
    most: float = 0.0
    name = "delay"
    places = frozenset({"frame", "byte", "connection"})

    def __post_init__(self) -> None:
        _require(self.seconds >= 0, f"a delay is not negative: {self.seconds:g} s")
        _require(not self.most or self.most >= self.seconds, f"not {self.seconds:g} s at least, {self.most:g} at most")

    def apply(self, steps: list[Step], rng: random.Random) -> list[Step]:
        return [Due(self.drawn(rng)), *steps]

    def drawn(self, rng: random.Random) -> float:
        """The seconds of this time."""
        return rng.uniform(self.seconds, self.most) if self.most > self.seconds else self.seconds

    def __str__(self) -> str:
        if self.most <= self.seconds:
            return f"delay {duration(self.seconds)}"
        return f"delay {decimal(self.seconds * 1000)}-{decimal(self.most * 1000)}ms"


@dataclass(frozen=True, slots=True)
class Stall(Action):
    """Neither it nor anything behind it goes on until the proxy is told to resume."""

    name = "stall"
    places = frozenset({"frame", "byte", "connection"})

    def apply(self, steps: list[Step], rng: random.Random) -> list[Step]:
        return [StallStep(), *steps]


@dataclass(frozen=True, slots=True)
class Slice(Action):
    """It goes on in pieces of `size` bytes, each in a write of its own, `pause` seconds apart."""

    size: int
    pause: float = 0.0
    name = "slice"

    def __post_init__(self) -> None:
        _require(self.size >= 1, f"a piece has one byte at least, not {self.size}")
        _require(self.pause >= 0, f"a pause is not negative: {self.pause:g} s")

    def apply(self, steps: list[Step], rng: random.Random) -> list[Step]:
        return [piece for step in steps for piece in self._pieces(step)]

    def _pieces(self, step: Step) -> list[Step]:
        if not isinstance(step, Send):
            return [step]
        pieces: list[Step] = []
        for start in range(0, len(step.data), self.size):
            pieces += [Pause(self.pause), Send(step.data[start : start + self.size])]
        return pieces[1:]

    def __str__(self) -> str:
        pieces = f"slice {self.size} bytes"
        return f"{pieces} every {duration(self.pause)}" if self.pause else pieces


@dataclass(frozen=True, slots=True)
class Limit(Action):
    """It takes as long as its bytes take at `rate` bytes a second."""

    rate: float
    name = "limit"

    def __post_init__(self) -> None:
        _require(self.rate > 0, f"a rate is positive: {self.rate:g} bytes/s")

    def apply(self, steps: list[Step], rng: random.Random) -> list[Step]:
        size = max(1, int(self.rate / PIECES_A_SECOND))
        slow: list[Step] = []
        for step in Slice(size).apply(steps, rng):
            if isinstance(step, Send):
                slow.append(Pause(len(step.data) / self.rate))
            if step != Pause(0.0):
                slow.append(step)
        return slow

    def __str__(self) -> str:
        return f"limit {decimal(self.rate)} bytes/s"


# -- whether, how often, in which order -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drop(Action):
    """It does not go on."""

    name = "drop"

    def apply(self, steps: list[Step], rng: random.Random) -> list[Step]:
        return [step for step in steps if not isinstance(step, Send)]


@dataclass(frozen=True, slots=True)
class Duplicate(Action):
    """It goes on `times` times more."""

    times: int = 1
    name = "duplicate"

    def __post_init__(self) -> None:
        _require(self.times >= 1, f"once more at least, not {self.times} times")

    def apply(self, steps: list[Step], rng: random.Random) -> list[Step]:
        again: list[Step] = [Send(sent_by(steps))] if sent_by(steps) else []
        return steps + again * self.times

    def __str__(self) -> str:
        return "duplicate" if self.times == 1 else f"duplicate {self.times} times"


@dataclass(frozen=True, slots=True)
class Swap(Action):
    """The next frame of its kind goes first. (The line carries that out, which knows the next one.)"""

    name = "swap"

    def apply(self, steps: list[Step], rng: random.Random) -> list[Step]:
        return steps


# -- other bytes ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Replace(Action):
    """Other bytes go on in its place."""

    data: bytes
    name = "replace"

    def apply(self, steps: list[Step], rng: random.Random) -> list[Step]:
        return [*Drop().apply(steps, rng), Send(self.data)]

    def __str__(self) -> str:
        return f"replace with {_quoted(self.data)}"


@dataclass(frozen=True, slots=True)
class Inject(Action):
    """More bytes go on before it."""

    data: bytes
    name = "inject"
    places = frozenset({"frame", "byte"})

    def apply(self, steps: list[Step], rng: random.Random) -> list[Step]:
        return [Send(self.data), *steps]

    def __str__(self) -> str:
        return f"inject {_quoted(self.data)}"


def _quoted(data: bytes) -> str:
    return repr(data)[1:]


# -- the end ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cut(Action):
    """The connection ends after `after` bytes of it, on both sides; with `reset` by a RST, else by a FIN.

    A negative `after` counts from its end, `None` is the middle of it: inside the payload of any large one.
    """

    after: int | None = 0
    reset: bool = False
    name = "cut"
    places = frozenset({"frame", "byte"})

    def apply(self, steps: list[Step], rng: random.Random) -> list[Step]:
        length = len(sent_by(steps))
        after = length // 2 if self.after is None else self.after
        before, _ = split(steps, after if after >= 0 else max(0, length + after))
        return [*before, CutStep(self.reset)]

    def __str__(self) -> str:
        where = {0: "", None: " inside", BEHIND: " behind"}.get(self.after, f" after {self.after} bytes")
        return f"cut{where}{' with reset' if self.reset else ''}"


@dataclass(frozen=True, slots=True)
class Refuse(Action):
    """Who connects is reset at once."""

    name = "refuse"
    places = frozenset({"connection"})
