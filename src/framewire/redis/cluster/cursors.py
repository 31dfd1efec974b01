"""The cursor of a SCAN over a cluster: all that has to be known from one page to the next, as one whole number.

What belongs here: that number. Nothing is kept elsewhere, so that cursors may be given up, used twice, or stored, as
those of one server may. What its parts mean is explained in `scanning`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from framewire.redis.client.errors import DataError
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.slot_sets import Reader, number_written, set_written

__all__ = ["START", "Progress", "Run", "cursor_of", "progress_of"]


@dataclass(frozen=True, slots=True)
class Run:
    """The scan of one node.

    place: the node's own cursor; 0 before its first page. Of when the run began: epoch: the node's; slots: the set of
    those that it owned and that were not done; leaving: of these, the ones on the way to another node; arriving: those
    on the way to this one that the run was begun for.
    """

    node: Address
    place: int
    epoch: int
    slots: int
    leaving: int
    arriving: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a scan is.

    done: the set of slots whose keys have been given. run: of the node that is being scanned. stalled: how many runs
    have ended in vain since one has not.
    """

    done: int = 0
    run: Run | None = None
    stalled: int = 0


START: Final = Progress()

_FORM: Final = 1
"""The first byte: which form of a cursor it is, and that it is none of a server's."""

_LONGEST: Final = 16 * 1024


def cursor_of(progress: Progress) -> int:
    """The number, from 2**8 on. Some dozens of bytes where nodes have ranges of slots, and 8 KiB at most.

    That may be more than the 4300 digits which Python turns into text: then `hex` still does.
    """
    written = bytes([_FORM]) + number_written(progress.stalled) + set_written(progress.done)
    run = progress.run
    if run is not None:
        host = run.node.host.encode()
        written += number_written(len(host)) + host + number_written(run.node.port) + number_written(run.place)
        written += number_written(run.epoch)
        written += set_written(run.slots) + set_written(run.leaving) + set_written(run.arriving)
    return int.from_bytes(written, "big")


def progress_of(cursor: int) -> Progress:
    """What the number says; 0 is the beginning. Raises `DataError` for what is no such cursor."""
    if cursor == 0:
        return START
    try:
        if not 0 < cursor.bit_length() <= _LONGEST * 8 or cursor < 0:
            raise ValueError(f"{cursor.bit_length()} bits")
        return _read(cursor.to_bytes((cursor.bit_length() + 7) // 8, "big"))
    except ValueError as error:
        raise DataError(f"this is no cursor that a SCAN over a cluster has given: {error}") from error


def _read(data: bytes) -> Progress:
    if data[0] != _FORM:
        raise ValueError("it begins otherwise")
    reader = Reader(data[1:])
    stalled, done = reader.number(), reader.set()
    run = None
    if not reader.is_done:
        node = Address(reader.bytes(reader.number()).decode(), reader.number())
        run = Run(node, reader.number(), reader.number(), reader.set(), reader.set(), reader.set())
    if not reader.is_done:
        raise ValueError("it has too many bytes")
    return Progress(done, run, stalled)
