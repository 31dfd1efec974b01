"""The biggest keys of each type, by how much is in them and, where the server tells, by the memory they take.

What belongs here: what is asked of each type, the sums, and the table that is shown. Keys that vanish meanwhile are
passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from framewire.cli.client.output import Output
from framewire.cli.client.scan import Scan
from framewire.cli.client.session import Session
from framewire.frames.resp import Error, Simple
from framewire.redis.redaction import quoted

__all__ = ["Figures", "find_big_keys"]

TYPES: Final = {
    b"string": (b"STRLEN", "bytes"),
    b"list": (b"LLEN", "items"),
    b"set": (b"SCARD", "members"),
    b"hash": (b"HLEN", "fields"),
    b"zset": (b"ZCARD", "members"),
    b"stream": (b"XLEN", "entries"),
    b"vectorset": (b"VCARD", "elements"),
}
"""What tells how much is in a key, and of what; a type of a module has nothing."""

_MOST_SHOWN = 60


@dataclass
class Figures:
    """Of the keys of one type: how many, how much is in them, and the biggest of them."""

    keys: int = 0
    length: int = 0
    memory: int = 0
    longest: tuple[int, bytes] = (-1, b"")
    heaviest: tuple[int, bytes] = (-1, b"")

    def add(self, key: bytes, length: int | None, memory: int | None) -> None:
        """Count a key; `None` is not known."""
        self.keys += 1
        if length is not None:
            self.length += length
            self.longest = max(self.longest, (length, key), key=_size)
        if memory is not None:
            self.memory += memory
            self.heaviest = max(self.heaviest, (memory, key), key=_size)


def _size(biggest: tuple[int, bytes]) -> int:
    return biggest[0]


@dataclass
class Survey:
    """What is found."""

    session: Session
    figures: dict[bytes, Figures] = field(default_factory=dict)
    key_bytes: int = 0
    knows_memory: bool = True

    def look_at(self, keys: Sequence[bytes]) -> None:
        """Ask about these keys: two round trips."""
        kinds = [_word(kind) for kind in self.session.batch([(b"TYPE", key) for key in keys])] if keys else []
        there = [(key, kind) for key, kind in zip(keys, kinds, strict=True) if kind not in (b"none", b"")]
        lengths, memories = self._ask_about(there)
        for (key, kind), length, memory in zip(there, lengths, memories, strict=True):
            self.key_bytes += len(key)
            self.figures.setdefault(kind, Figures()).add(key, _number(length), _number(memory))

    def _ask_about(self, there: Sequence[tuple[bytes, bytes]]) -> tuple[list[Any], list[Any]]:
        """The lengths, and the memory."""
        requests: list[tuple[bytes, ...]] = [
            (TYPES[kind][0], key) if kind in TYPES else (b"EXISTS", key) for key, kind in there
        ]
        if self.knows_memory:
            requests += [(b"MEMORY", b"USAGE", key) for key, _ in there]
        replies = self.session.batch(requests) if requests else []
        lengths, memories = replies[: len(there)], replies[len(there) :]
        if memories and all(isinstance(memory, Error) for memory in memories):
            self.knows_memory = False
        return lengths, memories or [None] * len(there)


def _word(kind: Any) -> bytes:
    return kind.data if isinstance(kind, Simple) else b""


def _number(reply: Any) -> int | None:
    return reply if isinstance(reply, int) else None


def find_big_keys(session: Session, scan: Scan, output: Output) -> None:
    """Look at all keys, with a bar on the standard error, and show what was found."""
    total = session.ask((b"DBSIZE",))
    survey = Survey(session)
    with _progress() as progress:
        task = progress.add_task("keys", total=_number(total), biggest="")
        for keys in scan.batches():
            survey.look_at(keys)
            progress.update(task, advance=len(keys), biggest=_biggest(survey))
    _show(survey, output)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), MofNCompleteColumn(),
               TextColumn("{task.fields[biggest]}", markup=False))  # fmt: skip
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _biggest(survey: Survey) -> str:
    found = [(figures.memory, kind) for kind, figures in survey.figures.items()]
    return f"most in {max(found)[1].decode(errors='replace')}s" if found else ""


def _shown(key: bytes) -> str:
    text = quoted(key).decode("ascii")
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 3]}..."


def rows(figures: dict[bytes, Figures], knows_memory: bool) -> Iterable[tuple[str, ...]]:
    """The lines of the table, the type with the most keys first."""
    for kind, found in sorted(figures.items(), key=lambda item: -item[1].keys):
        unit = TYPES[kind][1] if kind in TYPES else ""
        row = [kind.decode(errors="replace"), f"{found.keys}"]
        if unit:
            row += [f"{found.length} {unit}", f"{found.length / found.keys:.2f}"]
            row += [f"{_shown(found.longest[1])} has {found.longest[0]} {unit}"]
        else:
            row += ["", "", ""]
        if knows_memory:
            row += [f"{found.memory}", f"{_shown(found.heaviest[1])} takes {found.heaviest[0]}"]
        yield tuple(row)


def _show(survey: Survey, output: Output) -> None:
    """The table as text on the output."""
    keys = sum(found.keys for found in survey.figures.values())
    output.write(f"{keys} keys, their names {survey.key_bytes} bytes\n".encode())
    table = Table(box=None, pad_edge=False)
    for name in ("type", "keys", "in them", "on average", "biggest"):
        table.add_column(name, justify="right" if name in ("keys", "on average") else "left")
    if survey.knows_memory:
        table.add_column("bytes", justify="right")
        table.add_column("heaviest")
    for row in rows(survey.figures, survey.knows_memory):
        table.add_row(*map(Text, row))
    console = Console(width=200, color_system=None)
    with console.capture() as captured:
        console.print(table)
    lines = (line.rstrip() for line in captured.get().splitlines())
    output.write("\n".join(lines).encode() + b"\n")
