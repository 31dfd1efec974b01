"""interim"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

_NO_LIMIT = 2**62
Handler=Any

@dataclass(frozen=True, slots=True)
class KeySpec:
    """Where a command's keys stand, and what it does to them.

    They are the items `first` to `last` of a request, each `step`th; a negative `last` counts from the end. Or, with
    `counted`, the item at `first` says how many stand behind it. Or, with a `keyword`, they stand behind that word,
    which is looked for from `first` on, and fill one `limit`th of the rest. Or no rule like these says it (`unknown`),
    and `finder` returns their positions.
    """

    flags: str
    first: int = 1
    last: int = 1
    step: int = 1
    notes: str = ""
    counted: bool = False
    keyword: str = ""
    limit: int = 0
    unknown: bool = False
    finder: Callable[[Sequence[bytes]], list[int]] | None = None

    @property
    def is_range(self) -> bool:
        """Whether positions alone say where the keys stand."""
        return not (self.counted or self.keyword or self.unknown)

    def find(self, request: Sequence[bytes]) -> list[int]:
        """The positions of the keys in `request`; what is not there is left out."""
        if self.unknown:
            return self.finder(request) if self.finder is not None else []
        if self.counted:
            count = request[self.first] if self.first < len(request) else b""
            end = self.first + 1 + int(count) if count.isdigit() and len(count) < 10 else 0
            return list(range(self.first + 1, end)) if end <= len(request) else []
        if self.keyword:
            return self._find_behind_keyword(request)
        last = self.last if self.last >= 0 else len(request) + self.last
        return list(range(self.first, min(last, len(request) - 1) + 1, self.step))

    def _find_behind_keyword(self, request: Sequence[bytes]) -> list[int]:
        wanted = self.keyword.encode()
        for position in range(self.first, len(request)):
            if request[position].upper() == wanted:
                rest = len(request) - position - 1
                return list(range(position + 1, position + 1 + (rest // self.limit if self.limit else rest)))
        return []


@dataclass(frozen=True, slots=True)
class Command:
    """One command. Names and flags are spelled as COMMAND INFO spells them.

    `function` is `None` for a mere container of `subcommands`. `arity` counts the name too; a negative one means "at
    least". `categories` are those beyond the ones that follow from the flags. A `barrier` changes the protocol, the
    limits or the number of replies, so it runs alone (see `Session.execute`). A RESP2 client that listens to channels
    may use those with `while_subscribed` only. Inside MULTI all are queued but those with `in_multi`.
    """

    name: str
    function: Handler | None
    arity: int
    flags: str = ""
    keys: KeySpec | tuple[KeySpec, ...] | None = None
    categories: str = ""
    summary: str = ""
    since: str = "1.0.0"
    group: str = ""
    complexity: str = ""
    tips: tuple[str, ...] = ()
    barrier: bool = False
    while_subscribed: bool = False
    in_multi: bool = False
    subcommands: dict[bytes, Command] = field(default_factory=dict)

    @property
    def least(self) -> int:
        """The fewest items that a request for this command has, its name included."""
        return abs(self.arity)

    @property
    def most(self) -> int:
        """The most items that a request for this command has."""
        return self.arity if self.arity >= 0 else _NO_LIMIT

    @property
    def key_specs(self) -> tuple[KeySpec, ...]:
        """Where its keys stand: none, one or several places."""
        keys = self.keys
        return () if keys is None else keys if isinstance(keys, tuple) else (keys,)

    @property
    def key_range(self) -> tuple[int, int, int]:
        """First, last and step, as clients knew them before there were key specs: of the ranges that follow on another.

        All 0 where there is none.
        """
        ranges = [spec for spec in self.key_specs if spec.is_range]
        if len(self.key_specs) == 1 and ranges:
            return ranges[0].first, ranges[0].last, ranges[0].step
        chain: list[KeySpec] = []
        for spec in ranges:
            if spec.step == 1 and (not chain or chain[-1].last == spec.first - 1):
                chain.append(spec)
        return (chain[0].first, chain[-1].last, 1) if chain else (0, 0, 0)

    def keys_in(self, request: Sequence[bytes]) -> list[bytes]:
        """The keys that `request` names, as far as positions tell."""
        return [request[position] for spec in self.key_specs for position in spec.find(request)]

    def has_flag(self, flag: str) -> bool:
        return flag in self.flags.split()

    def accepts(self, length: int) -> bool:
        """Whether a request of `length` items has the right number."""
        return self.least <= length <= self.most


