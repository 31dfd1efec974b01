"""Rules: what is chosen, and what is done to it. A program is a few of them.

What belongs here: selectors as data, and which selector goes with which action. Counting is the judge's, and how a
rule is written is in `text.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias

from framewire.redis.facts.table import lookup
from framewire.redis.glob import Matcher, compile_glob
from framewire.tap.faults.actions import Action, Cut, decimal

__all__ = ["ALL", "ANY", "EACH", "Byte", "Connections", "Direction", "Frames", "Kind", "Rule", "Selector", "key_names"]

Kind: TypeAlias = Literal["request", "reply", "push"]
Direction: TypeAlias = Literal["requests", "replies"]

ALL = range(1, sys.maxsize)
"""Every one, counted from 1."""

ANY, EACH = 0, -1
"""For `connection`: any, counted together; any, each counted for itself. A number is that one alone."""


@dataclass(frozen=True)
class Frames:
    """Those of the `numbers`, counted from 1 among the frames of `kind` that fit: which command, which keys.

    `command` is a name as the facts have it (`set`, `client|id`), `key` a pattern of KEYS: a reply fits by its request,
    a request by any of its keys, or by its first argument where its command has none. Of those so counted,
    `probability` is the chance of each.
    """

    kind: Kind
    numbers: range = ALL
    command: str = ""
    key: str = ""
    connection: int = ANY
    probability: float = 1.0
    place = "frame"

    def __post_init__(self) -> None:
        _check_numbers(self.numbers)
        if not 0 <= self.probability <= 1:
            raise ValueError(f"a probability is 0 to 1, not {self.probability:g}")
        if self.kind == "push" and (self.command or self.key):
            raise ValueError("a push has no request whose command or key could be asked for")

    def __str__(self) -> str:
        asked = [_word(self.command.upper() or "*"), *([_word(self.key)] if self.key else [])]
        return " ".join([
            _numbered(self.kind, self.numbers),
            *(["of" if self.kind == "request" else "to", *asked] if self.command or self.key else []),
            *_on(self.connection),
            *([f"with probability {decimal(self.probability)}"] if self.probability < 1 else []),
        ])  # fmt: skip

    @cached_property
    def _matcher(self) -> Matcher:
        return compile_glob(self.key.encode())

    def fits(self, kind: Kind, request: Sequence[bytes] | None, connection: int) -> bool:
        """Whether such a frame counts. `request` is what a reply answers, `None` where that is not known."""
        if kind != self.kind or self.connection not in (ANY, EACH, connection):
            return False
        if not (self.command or self.key):
            return True
        return request is not None and self._fits_request(request)

    def _fits_request(self, request: Sequence[bytes]) -> bool:
        if self.command and self.command.lower() not in _names(request):
            return False
        return not self.key or any(map(self._matcher, key_names(request)))


@dataclass(frozen=True, slots=True)
class Byte:
    """The place before the byte number `offset` of a direction, counted from 0 on each connection."""

    offset: int
    direction: Direction
    connection: int = ANY
    place = "byte"

    def __post_init__(self) -> None:
        if self.offset < 0:
            raise ValueError(f"bytes are counted from 0: {self.offset}")

    def __str__(self) -> str:
        return " ".join([f"byte {self.offset} of {self.direction}", *_on(self.connection)])

    def fits(self, connection: int) -> bool:
        """Whether that connection is meant."""
        return self.connection in (ANY, EACH, connection)


@dataclass(frozen=True, slots=True)
class Connections:
    """Connections by their numbers, counted from 1."""

    numbers: range = ALL
    place = "connection"

    def __post_init__(self) -> None:
        _check_numbers(self.numbers)

    def __str__(self) -> str:
        return _numbered("connection", self.numbers)


Selector: TypeAlias = Frames | Byte | Connections


@dataclass(frozen=True, slots=True)
class Rule:
    """What `selector` chooses, `action` is done to. Raises `ValueError` where that is not possible."""

    selector: Selector
    action: Action
    text: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.selector.place not in self.action.places:
            raise ValueError(f"{self.action.name!r} cannot be done to a {self.selector.place}")
        if isinstance(self.selector, Byte) and isinstance(self.action, Cut) and self.action.after:
            raise ValueError("a cut at a byte is there, and not some bytes behind it")

    def __str__(self) -> str:
        return self.text or f"{self.selector}: {self.action}"


def _check_numbers(numbers: range) -> None:
    if not numbers or numbers[0] < 1 or numbers.step < 1:
        raise ValueError(f"they are counted upwards from 1, not {numbers}")


def _numbered(what: str, numbers: range) -> str:
    """`every reply`, `every 3rd reply`, `reply 3`, `reply 3-5`, `reply 3-`: what a program can say of them."""
    if numbers == ALL:
        return f"every {what}"
    if numbers.step > 1 and numbers == range(numbers.step, sys.maxsize, numbers.step):
        return f"every {numbers.step}th {what}"
    if numbers.step > 1 and len(numbers) > 1:
        return f"{what} {list(numbers)}" if len(numbers) < 10 else f"{what} {numbers}"
    if len(numbers) == 1:
        return f"{what} {numbers[0]}"
    return f"{what} {numbers[0]}-{numbers[-1] if numbers.stop < sys.maxsize else ''}"


def _on(connection: int) -> list[str]:
    if connection == ANY:
        return []
    return ["on each connection" if connection == EACH else f"on connection {connection}"]


def _word(text: str) -> str:
    """In quotes where it would be read as something else."""
    plain = text.isprintable() and text.split() == [text] and text[-1] != ":" and text[0] not in "\"'"
    return text if plain and text not in ("on", "with") else repr(text)


def _names(request: Sequence[bytes]) -> tuple[str, ...]:
    """What a request's command is called: by its own name, and by that of its subcommand."""
    name = request[0].decode("latin-1").lower()
    return (name, f"{name}|{request[1].decode('latin-1').lower()}") if len(request) > 1 else (name,)


def key_names(request: Sequence[bytes]) -> list[bytes]:
    """The keys of a request; its first argument where the command has none, or nobody knows it."""
    entry = lookup(request)
    keys = entry.keys_in(request) if entry is not None else []
    return keys or list(request[1:2])
