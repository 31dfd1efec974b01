"""The frames of RESP2 and RESP3, the limits of a RESP decoder, and the way from frames to Python values.

What belongs here: one frozen, slotted class for each type byte, shared by both implementations, so that `isinstance`
and `match` work whichever of them decoded. A frame keeps type and structure exactly (null forms, map order,
duplicate keys, attributes); number spelling and the chunk borders of streamed types are canonical.
Sources: the RESP3 specification (redis-specifications, protocol/RESP3.md) and the Redis protocol page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from framewire.frames.nested import any_depth

__all__ = [
    "Array",
    "Attributed",
    "BigNumber",
    "Boolean",
    "Bulk",
    "BulkError",
    "Double",
    "Error",
    "Integer",
    "Map",
    "Null",
    "Push",
    "RespFrame",
    "RespLimits",
    "RespValue",
    "Set",
    "Simple",
    "Verbatim",
    "is_confirmation",
    "to_value",
    "value_of_map",
    "value_of_set",
]


@dataclass(frozen=True, slots=True)
class Simple:
    """`+OK`: a short text without line breaks. Also the Python value of a simple string."""

    data: bytes

    def __str__(self) -> str:
        return self.data.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Error:
    """`-CODE message`: an error reply. Also the Python value of both kinds of error; it is never raised by a codec."""

    data: bytes

    @property
    def code(self) -> str:
        """The first word, by convention in upper case (`ERR`, `WRONGTYPE`, `MOVED`)."""
        return self.data.split(b" ", 1)[0].decode(errors="replace")

    def __str__(self) -> str:
        return self.data.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Integer:
    """`:42`: a signed 64-bit integer."""

    value: int


@dataclass(frozen=True, slots=True)
class Bulk:
    """`$3 abc`: bytes of any content. A streamed string (`$?`) decodes to this too."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Null:
    """Nothing, in one of its three spellings: `form` is `b"_"` (RESP3), `b"$"` (`$-1`) or `b"*"` (`*-1`)."""

    form: bytes = b"_"


@any_depth
@dataclass(frozen=True, slots=True)
class Array:
    """`*2 ...`: frames in order. A streamed array (`*?`) decodes to this too."""

    items: tuple[RespFrame, ...]


@dataclass(frozen=True, slots=True)
class Boolean:
    """`#t` or `#f`."""

    value: bool


@dataclass(frozen=True, slots=True)
class Double:
    """`,1.5`, `,inf`, `,-inf`, `,nan`."""

    value: float


@dataclass(frozen=True, slots=True)
class BigNumber:
    """`(12345678901234567890`: an integer of any size."""

    value: int


@dataclass(frozen=True, slots=True)
class BulkError:
    """`!21 SYNTAX ...`: an error that may hold any bytes."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Verbatim:
    """`=15 txt:...`: text with a three-byte format. Also its own Python value."""

    format: bytes
    data: bytes


@any_depth
@dataclass(frozen=True, slots=True)
class Map:
    """`%1 k v`: pairs in wire order, duplicate keys kept."""

    pairs: tuple[tuple[RespFrame, RespFrame], ...]


@any_depth
@dataclass(frozen=True, slots=True)
class Set:
    """`~2 ...`: members in wire order, duplicates kept."""

    items: tuple[RespFrame, ...]


@any_depth
@dataclass(frozen=True, slots=True)
class Push:
    """`>2 ...`: out-of-band data, top level only. As a frame it holds frames, as a value it holds values."""

    items: tuple[RespFrame, ...] | tuple[RespValue, ...]


@any_depth
@dataclass(frozen=True, slots=True)
class Attributed:
    """`|1 k v` followed by `frame`, the one frame that the attributes annotate. Values drop the attributes."""

    attributes: tuple[tuple[RespFrame, RespFrame], ...]
    frame: RespFrame


RespFrame: TypeAlias = (
    Simple | Error | Integer | Bulk | Null | Array | Boolean | Double | BigNumber | BulkError | Verbatim
    | Map | Set | Push | Attributed
)  # fmt: skip

RespValue: TypeAlias = object
"""`bytes`, `int`, `float`, `bool`, `None`, `list`, `dict`, `set`, and `Simple`, `Error`, `Verbatim`, `Push`.

A map becomes a `dict` where that keeps every pair, else a list of `(key, value)` tuples; a set becomes a `set` where
that keeps every member, else a list. "Keeps" means: all hashable, none equal to another in Python (`1 == True`), and
no integer beyond 64 bits (Python hashes those modulo a known prime, so a peer could choose them all to collide).
"""


@dataclass(frozen=True, slots=True)
class RespLimits:
    """What one peer may ask of a decoder. All sizes are bytes; a peer that asks for more gets `FrameTooLong`.

    The defaults are those of Redis 7: a `max_bulk` of 512 MiB (`proto-max-bulk-len`), a `max_line` of 64 KiB
    (`PROTO_INLINE_MAX_SIZE`), a `max_frame` of 1 GiB (`client-query-buffer-limit`), counts up to INT_MAX; and
    hiredis' nesting depth of 1024. `max_elements` bounds each aggregate (for a map: its pairs); `max_bulk` bounds a
    streamed string as a whole; `max_frame` bounds the wire bytes of one top-level frame, attributes included.

    Objects are larger than their bytes on the wire: an empty array takes four bytes there and some seventy in memory.
    Whoever talks to a peer that is not trusted lowers `max_frame` with that in mind.
    """

    max_bulk: int = 512 * 1024 * 1024
    max_line: int = 64 * 1024
    max_elements: int = 2**31 - 1
    max_depth: int = 1024
    max_frame: int = 1024 * 1024 * 1024

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not 1 <= getattr(self, name) < 2**62:
                raise ValueError(f"{name} must be at least 1 and below 2**62, not {getattr(self, name)}")


# ---- Pushes --------------------------------------------------------------------------------------------------------

CONFIRMATIONS = (b"subscribe", b"unsubscribe", b"psubscribe", b"punsubscribe", b"ssubscribe", b"sunsubscribe")


def is_confirmation(push: Push) -> bool:
    """Whether `push`, of values, answers a (un)subscribe: then it stands in EXEC's reply where that was queued."""
    word = push.items[0] if push.items else None
    word = word.data if isinstance(word, Simple) else word
    return isinstance(word, bytes) and word in CONFIRMATIONS


# ---- Frames to values --------------------------------------------------------------------------------------------

_INT64 = range(-(2**63), 2**63)  # only for exact ints: a subclass would be searched for one by one
_SCALARS = frozenset({bytes, int, float, bool, type(None), Simple, Error, Verbatim})


def _is_key(value: RespValue) -> bool:
    """Whether `value` may be hashed: quickly, and with a hash that a peer cannot foresee or can only repeat rarely."""
    return type(value) in _SCALARS and (type(value) is not int or value in _INT64)


def value_of_map(pairs: Sequence[tuple[RespValue, RespValue]]) -> RespValue:
    """The value of a map: a `dict` if that keeps every pair, else a list of the pairs."""
    if all(_is_key(key) for key, _ in pairs):
        mapping = dict(pairs)
        if len(mapping) == len(pairs):
            return mapping
    return list(pairs)


def value_of_set(members: Sequence[RespValue]) -> RespValue:
    """The value of a set: a `set` if that keeps every member, else a list of the members."""
    if all(map(_is_key, members)):
        unique = set(members)
        if len(unique) == len(members):
            return unique
    return list(members)


def to_value(frame: RespFrame) -> RespValue:
    """The Python value of `frame`, as the values decoder would have given it: see `RespValue`.

    Any depth, without recursion; linear in the number of frames. Attributes are dropped, null forms become `None`.
    """
    results: list[RespValue] = []
    todo: list[Any] = [frame]  # frames still to convert, and, below their children, how to join what those became
    while todo:
        step = todo.pop()
        if isinstance(step, _Join):
            step.join(results)
        elif isinstance(step, Attributed):
            todo.append(step.frame)
        elif type(step) in _AGGREGATES:
            children, build = _AGGREGATES[type(step)](step)
            todo.append(_Join(len(children), build))
            todo.extend(reversed(children))
        else:
            results.append(_SCALAR_VALUES[type(step)](step))
    return results[0]


@dataclass(frozen=True, slots=True)
class _Join:
    """A step of `to_value`: the last `count` results become one, by `build`."""

    count: int
    build: Callable[[list[RespValue]], RespValue]

    def join(self, results: list[RespValue]) -> None:
        start = len(results) - self.count
        results[start:] = [self.build(results[start:])]


def _map_of(flat: list[RespValue]) -> RespValue:
    return value_of_map(list(zip(flat[::2], flat[1::2], strict=True)))


def _push_of(items: list[RespValue]) -> RespValue:
    return Push(tuple(items))


_AGGREGATES: dict[type, Callable[[Any], tuple[Sequence[Any], Callable[[list[RespValue]], RespValue]]]] = {
    Array: lambda frame: (frame.items, list),
    Set: lambda frame: (frame.items, value_of_set),
    Push: lambda frame: (frame.items, _push_of),
    Map: lambda frame: ([part for pair in frame.pairs for part in pair], _map_of),
}

_SCALAR_VALUES: dict[type, Callable[[Any], RespValue]] = {
    Simple: lambda frame: frame,
    Error: lambda frame: frame,
    Verbatim: lambda frame: frame,
    Null: lambda frame: None,
    Bulk: lambda frame: frame.data,
    BulkError: lambda frame: Error(frame.data),
    Integer: lambda frame: frame.value,
    Boolean: lambda frame: frame.value,
    Double: lambda frame: frame.value,
    BigNumber: lambda frame: frame.value,
}
