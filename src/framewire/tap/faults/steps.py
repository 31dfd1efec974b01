"""What is to be done with bytes on their way, in order: the language between decisions and sockets.

What belongs here: the steps, and how a list of them is split by the bytes it sends. No reason for any of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

__all__ = ["Cut", "Due", "End", "Pause", "Send", "Stall", "Step", "joined", "sent_by", "split"]


@dataclass(frozen=True, slots=True)
class Send:
    """These bytes go on."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Due:
    """Nothing further goes on before so many seconds have passed since the bytes came."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing further goes on for so many seconds from here."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Stall:
    """Nothing further goes on in this direction until somebody resumes it."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection ends here, on both sides: by a FIN, or by a RST."""

    reset: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """This direction ends, as its sender has ended it."""


Step: TypeAlias = Send | Due | Pause | Stall | Cut | End


def joined(steps: Iterable[Step]) -> list[Step]:
    """The same steps, with those that send one after the other as one: what comes in one read leaves in one write."""
    result: list[Step] = []
    for sends, group in groupby(steps, lambda step: isinstance(step, Send)):
        run = list(group)
        result += [Send(sent_by(run))] if sends and len(run) > 1 else run
    return result


def sent_by(steps: Iterable[Step]) -> bytes:
    """All bytes that the steps send."""
    return b"".join(step.data for step in steps if isinstance(step, Send))


def split(steps: list[Step], at: int) -> tuple[list[Step], list[Step]]:
    """The steps up to the point where `at` bytes are sent, and those behind it. O(steps), and copies one `Send`."""
    before: list[Step] = []
    for index, step in enumerate(steps):
        if isinstance(step, Send):
            if len(step.data) > at:
                head: list[Step] = [Send(step.data[:at])] if at else []
                return before + head, [Send(step.data[at:]), *steps[index + 1 :]]
            at -= len(step.data)
        before.append(step)
    return before, []
