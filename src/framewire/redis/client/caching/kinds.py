"""What a request means to a cache: its reply may be kept, or it changes keys, or neither.

What belongs here: decisions over the command table. Kept are replies of commands that only read the keys that they
name, and say the same as long as those are the same, as far as servers tell of it: XPENDING says something else after
XACK, and nobody is told that the key has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final

from framewire.redis.client.requests import words_of
from framewire.redis.exchange.calls import Request
from framewire.redis.facts.command import Command
from framewire.redis.facts.table import COMMANDS, lookup

__all__ = ["EVERYTHING", "NOTHING", "Keys", "Kind", "changed_by", "changed_elsewhere_by", "kind_of", "read_by"]


class Kind(Enum):
    """KEPT: the reply may be kept. CHANGES: keys change. NEITHER: it concerns no key, or is asked anew each time.
    VARIES: its name alone does not tell; no request is of that kind."""

    KEPT = 1
    CHANGES = 2
    NEITHER = 3
    VARIES = 4


Keys = frozenset[bytes] | None
"""Some keys, or with `None` all there are."""

NOTHING: Final[Keys] = frozenset()

EVERYTHING: Final[Keys] = None

NEVER_KEPT: Final = frozenset(
    {
        "touch",  # it is asked for what it does
        "sort_ro",  # its patterns name keys that nobody can foresee
        "pfcount",  # it may change what it reads
        "memory|usage", "xinfo|stream", "xinfo|groups", "xinfo|consumers",  # more than the value of the key
    }
)  # fmt: skip

RUNS_SCRIPTS: Final = frozenset({"eval", "evalsha", "fcall"})
"""They change the keys that they declare; those that end in `_ro` change nothing."""

HAS_A_DATABASE: Final = frozenset({"move", "copy", *RUNS_SCRIPTS})
"""What changes its keys in another database too, or may."""


# -- one request ------------------------------------------------------------------------------------------------------


def kind_of(request: Request) -> Kind:
    """What `request` means to a cache. Its name must be bytes."""
    name = request[0]
    assert isinstance(name, bytes)
    kind = _BY_NAME.get(name)
    if kind is None:
        kind = _kind(COMMANDS.get(name.lower()))
        if len(_BY_NAME) < 1000:
            _BY_NAME[name] = kind
    return _subkind(lookup(words_of(request))) if kind is Kind.VARIES else kind


_BY_NAME: dict[bytes, Kind] = {}


def _kind(entry: Command | None) -> Kind:
    if entry is None:
        return Kind.CHANGES  # it may do anything
    if entry.subcommands:
        return Kind.VARIES
    if entry.has_flag("write") or entry.name in RUNS_SCRIPTS:
        return Kind.CHANGES
    return Kind.KEPT if _is_kept(entry) else Kind.NEITHER


def _subkind(entry: Command | None) -> Kind:
    kind = _kind(entry)
    return Kind.CHANGES if kind is Kind.VARIES else kind  # the container's: an unknown subcommand may do anything


def _is_kept(entry: Command) -> bool:
    flags = entry.has_flag("readonly") and not {"blocking", "module", "noscript"} & set(entry.flags)
    return (
        flags and entry.has_keys and "nondeterministic_output" not in entry.tips
        and "@scripting" not in entry.categories and entry.name not in NEVER_KEPT
    )  # fmt: skip


def read_by(request: Request) -> list[bytes]:
    """The keys that a request reads whose reply may be kept; none in one that makes no sense."""
    words = words_of(request)
    entry = lookup(words)
    return entry.keys_in(words) if entry is not None else []


# -- what changes -----------------------------------------------------------------------------------------------------


def changed_by(requests: Sequence[Request]) -> Keys:
    """The keys that requests which leave together may change.

    EXEC without its MULTI among them changes what was queued before: that may be any.
    """
    changed: set[bytes] = set()
    inside = False
    for request in requests:
        name = request[0]
        inside = inside or name == b"MULTI"
        if name == b"EXEC" and not inside:
            return EVERYTHING
        if kind_of(request) is Kind.CHANGES:
            keys = _changed(request)
            if keys is None:
                return EVERYTHING
            changed |= keys
    return frozenset(changed)


def _changed(request: Request) -> Keys:
    """Of one request: the keys that it names, or any (FLUSHALL, an unknown command, a script that declares none)."""
    words = words_of(request)
    entry = lookup(words)
    keys = entry.keys_in(words) if entry is not None and entry.has_keys else []
    return frozenset(keys) or EVERYTHING


def changed_elsewhere_by(requests: Sequence[Request]) -> Keys:
    """The same for the other databases of the server."""
    if changed_by(requests) is EVERYTHING:
        return EVERYTHING
    return changed_by([request for request in requests if _has_a_database(request)])


def _has_a_database(request: Request) -> bool:
    name = request[0]
    assert isinstance(name, bytes)
    return name.decode("latin-1").lower() in HAS_A_DATABASE
