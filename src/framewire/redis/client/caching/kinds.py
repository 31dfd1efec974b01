"""What a request means to a cache: its reply may be kept, or it changes keys, or neither.

What belongs here: one function, over the command table. Kept are replies of commands that only read the keys that they
name, and say the same as long as those are the same.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from framewire.redis.client.requests import words_of
from framewire.redis.exchange.calls import Request
from framewire.redis.facts.command import Command
from framewire.redis.facts.table import COMMANDS, lookup

__all__ = ["EVERYTHING", "Kind", "changed_by", "kind_of", "read_by"]


class Kind(Enum):
    """KEPT: the reply may be kept. CHANGES: keys change. NEITHER: it concerns no key, or is asked anew each time.
    VARIES: its name alone does not tell."""

    KEPT = 1
    CHANGES = 2
    NEITHER = 3
    VARIES = 4


NEVER_KEPT: Final = frozenset(
    {
        "touch",  # it is asked for what it does
        "sort_ro",  # its patterns name keys that nobody can foresee
        "pfcount",  # it may change what it reads
        "memory|usage", "xinfo|stream", "xinfo|groups", "xinfo|consumers",  # more than the value of the key
    }
)  # fmt: skip

EVERYTHING: Final = None
"""What `changed_by` says of a request that may change any key."""


def kind_of(request: Request) -> Kind:
    """What `request` means to a cache. Its name must be bytes."""
    name = request[0]
    assert isinstance(name, bytes)
    kind = _BY_NAME.get(name)
    if kind is None:
        kind = _kind(COMMANDS.get(name.lower()))
        if len(_BY_NAME) < 1000:
            _BY_NAME[name] = kind
    return _kind(lookup(words_of(request))) if kind is Kind.VARIES else kind


_BY_NAME: dict[bytes, Kind] = {}


def _kind(entry: Command | None) -> Kind:
    if entry is None:
        return Kind.CHANGES  # it may do anything
    if entry.subcommands:
        return Kind.VARIES
    if entry.has_flag("write") or "@scripting" in entry.categories:
        return Kind.CHANGES
    return Kind.KEPT if _is_kept(entry) else Kind.NEITHER


def _is_kept(entry: Command) -> bool:
    flags = {"readonly"} <= set(entry.flags) and not {"blocking", "module", "noscript"} & set(entry.flags)
    return flags and entry.has_keys and "nondeterministic_output" not in entry.tips and entry.name not in NEVER_KEPT


def read_by(request: Request) -> list[bytes]:
    """The keys that a request reads whose reply may be kept."""
    words = words_of(request)
    entry = lookup(words)
    return entry.keys_in(words) if entry is not None else []


def changed_by(request: Request) -> list[bytes] | None:
    """The keys that a request may change; `EVERYTHING` where it may change any (FLUSHALL, an unknown command)."""
    words = words_of(request)
    entry = lookup(words)
    keys = entry.keys_in(words) if entry is not None and entry.has_keys else []
    return keys or EVERYTHING
