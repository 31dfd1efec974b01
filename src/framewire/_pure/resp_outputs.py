"""What the grammar of replies makes of what it reads: frames, Python values, or nothing. Three tables.

What belongs here: for each type byte the function from what was read to the item. What was read is, by type: the text
(`+`, `-`), the number (`:`, `,`, `(`), the bool (`#`), the spelling of null (`_`, given the type byte it was spelled
with), the payload (`$`, `!`, `=`), the list of items (`*`, `~`, `>`), or the list of pairs (`%`, `|`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from framewire.frames.resp import (
    Array,
    Attributed,
    BigNumber,
    Boolean,
    Bulk,
    BulkError,
    Double,
    Error,
    Integer,
    Map,
    Null,
    Push,
    Set,
    Simple,
    Verbatim,
    value_of_map,
    value_of_set,
)

__all__ = ["FRAMES", "NOTHING", "VALUES", "Output", "annotated"]

Output: TypeAlias = dict[int, Callable[[Any], object]]


def _same(read: object) -> object:
    return read


def _nothing(read: object) -> None:
    return None


def _verbatim(payload: bytes) -> Verbatim:
    return Verbatim(payload[:3], payload[4:])


def _table(**by_type: Callable[[Any], object]) -> Output:
    return {ord(_TYPES[name]): make for name, make in by_type.items()}


_TYPES = {
    "simple": "+", "error": "-", "integer": ":", "bulk": "$", "array": "*", "null": "_", "boolean": "#", "double": ",",
    "big_number": "(", "bulk_error": "!", "verbatim": "=", "map": "%", "set": "~", "attributes": "|", "push": ">",
}  # fmt: skip

FRAMES = _table(
    simple=Simple,
    error=Error,
    integer=Integer,
    bulk=Bulk,
    array=lambda items: Array(tuple(items)),
    null=Null,
    boolean=Boolean,
    double=Double,
    big_number=BigNumber,
    bulk_error=BulkError,
    verbatim=_verbatim,
    map=lambda pairs: Map(tuple(pairs)),
    set=lambda items: Set(tuple(items)),
    attributes=tuple,
    push=lambda items: Push(tuple(items)),
)

VALUES = _table(
    simple=Simple,
    error=Error,
    integer=_same,
    bulk=_same,
    array=_same,
    null=_nothing,
    boolean=_same,
    double=_same,
    big_number=_same,
    bulk_error=Error,
    verbatim=_verbatim,
    map=value_of_map,
    set=value_of_set,
    attributes=_nothing,
    push=lambda items: Push(tuple(items)),
)

NOTHING: Output = dict.fromkeys(FRAMES, _nothing)


def annotated(attributes: object, item: Any) -> object:
    """`item` with what the table made of its attributes; only frames keep them."""
    return item if attributes is None else Attributed(attributes, item)  # type: ignore[arg-type]
