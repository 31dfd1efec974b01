"""Replies into text, byte for byte as redis-cli writes them: for people, raw, as CSV and as JSON.

What belongs here: what each kind of value looks like in each form. Nothing here recurses, for a server may nest replies
1024 deep: a form turns an aggregate into *steps*, which are texts to write and values still to be turned.

Where redis-cli has no form for something, or one that is no JSON, this is ours: a big number is an integer, an error in
JSON is an object (`{"error":"ERR ..."}`), and infinity there is a string. Members of a set stand in an order of their
own, for a set has none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from itertools import chain
from math import isfinite
from typing import Any, Final

from framewire.frames.decimals import format_double, format_integer
from framewire.frames.resp import Error, Push, Simple, Verbatim
from framewire.redis.redaction import quoted

__all__ = ["Form", "as_csv", "as_json", "as_quoted_json", "as_raw", "as_standard"]


class Form(Enum):
    """How replies are written."""

    STANDARD = "for people"
    RAW = "raw"
    CSV = "csv"
    JSON = "json"
    QUOTED_JSON = "quoted json"


Step = tuple[bytes] | tuple[Any, Any]
"""A text to write; or a value still to be turned, and what its form has to know of the place where it stands."""


def _written(value: Any, place: Any, turn: Callable[[Any, Any], Iterable[Step]]) -> bytes:
    """All texts that `turn` makes of `value` and of what is in it. Linear in their number."""
    written: list[bytes] = []
    todo: list[Iterator[Step]] = [iter([(value, place)])]
    while todo:
        step = next(todo[-1], None)
        if step is None:
            todo.pop()
        elif len(step) == 1:
            written.append(step[0])
        else:
            todo.append(iter(turn(*step)))
    return b"".join(written)


# -- kinds of values --------------------------------------------------------------------------------------------------


def _pairs(value: Any) -> Sequence[tuple[Any, Any]] | None:
    """The pairs of a map; `None` for what is none. One whose keys Python cannot hash is a list of pairs."""
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list) and value and all(type(item) is tuple for item in value):
        return value
    return None


def _items(value: Any) -> Sequence[Any] | None:
    """The elements of an array, a set or a push; `None` for what is none of them."""
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=_order)
    if isinstance(value, Push):
        return value.items
    return value if isinstance(value, (list, tuple)) else None


def _order(member: Any) -> tuple[Any, ...]:
    """Numbers by their size, then texts: `9` before `10`, as a set of integers comes from a server."""
    text = as_raw(member, b"")
    number = re.fullmatch(rb"-?[0-9]{1,19}", text)
    return (0, int(text), text) if number else (1, text)


def _number(value: float) -> bytes:
    return format_double(value) if isinstance(value, float) else format_integer(value)


def _joined(values: Iterable[Any], between: bytes, place: Any = None) -> Iterator[Step]:
    for index, value in enumerate(values):
        if index:
            yield (between,)
        yield (value, place)


# -- for people -------------------------------------------------------------------------------------------------------

_MARKS: Final[dict[type, bytes]] = {dict: b"#", set: b"~", frozenset: b"~"}
_EMPTY: Final[dict[type, bytes]] = {
    dict: b"(empty hash)", set: b"(empty set)", frozenset: b"(empty set)", Push: b"(empty push)",
}  # fmt: skip


def as_standard(value: Any) -> bytes:
    """`(integer) 1`, `"text"`, numbered elements, each on a line; a line end behind the last."""
    return _written(value, (b"", b"\n"), _standard)


def _standard(value: Any, place: tuple[bytes, bytes]) -> Iterable[Step]:
    """`place`: what stands before each further line, and what ends the value."""
    pairs, items = _pairs(value), _items(value)
    if pairs is None and items is None:
        return [(_scalar(value) + place[1],)]
    if not pairs and not items:
        return [(_EMPTY.get(type(value), b"(empty array)") + place[1],)]
    if pairs is not None:
        return _numbered(pairs, b"#", *place)
    assert items is not None
    return _numbered(items, _MARKS.get(type(value), b")"), *place)


def _numbered(elements: Sequence[Any], mark: bytes, indent: bytes, end: bytes) -> Iterator[Step]:
    width = len(str(len(elements)))
    within = indent + b" " * (width + 2)
    for number, element in enumerate(elements, 1):
        yield ((indent if number > 1 else b"") + b"%*d%b " % (width, number, mark),)
        last = end if number == len(elements) else b"\n"
        if mark == b"#":
            takes_lines = _takes_lines(element[1])
            yield (element[0], (within, b" => \n" + within if takes_lines else b" => "))
            yield (element[1], (within, last))
        else:
            yield (element, (within, last))


def _takes_lines(value: Any) -> bool:
    """Whether an aggregate takes more than one line; the value of a map then begins on the next."""
    while True:
        pairs, items = _pairs(value), _items(value)
        elements: Sequence[Any] = pairs or items or ()
        if len(elements) != 1:
            return len(elements) > 1
        value = elements[0][1] if pairs else elements[0]


def _scalar(value: Any) -> bytes:
    match value:
        case None:
            return b"(nil)"
        case bool():
            return b"(true)" if value else b"(false)"
        case int():
            return b"(integer) " + _number(value)
        case float():
            return b"(double) " + _number(value)
        case Error():
            return b"(error) " + value.data
        case Simple() | Verbatim():
            return value.data
    return quoted(value)


# -- raw --------------------------------------------------------------------------------------------------------------


def as_raw(value: Any, between: bytes = b"\n") -> bytes:
    """The bytes themselves, elements with `between` between them; no line end behind the last."""
    return _written(value, between, _raw)


def _raw(value: Any, between: bytes) -> Iterable[Step]:
    pairs, items = _pairs(value), _items(value)
    if pairs is not None:
        return chain.from_iterable(_raw_pair(*pair, between, index > 0) for index, pair in enumerate(pairs))
    if items is not None:
        return _joined(items, between, between)
    return [(_raw_scalar(value),)]


def _raw_pair(key: Any, value: Any, between: bytes, is_later: bool) -> list[Step]:
    return [(between if is_later else b"",), (key, between), (b" ",), (value, between)]


def _raw_scalar(value: Any) -> bytes:
    match value:
        case None:
            return b""
        case bool():
            return b"(true)" if value else b"(false)"
        case int() | float():
            return _number(value)
        case Error():
            return value.data + b"\n"
        case Simple() | Verbatim():
            return value.data
    return bytes(value)


# -- CSV --------------------------------------------------------------------------------------------------------------


def as_csv(value: Any) -> bytes:
    """On one line, texts quoted, elements of whatever depth with commas between them; no line end behind it."""
    return _written(value, None, _csv)


def _csv(value: Any, place: None) -> Iterable[Step]:
    pairs, items = _pairs(value), _items(value)
    if pairs is not None:
        return _joined(chain.from_iterable(pairs), b",")
    if items is not None:
        return _joined(items, b",")
    return [(_csv_scalar(value),)]


def _csv_scalar(value: Any) -> bytes:
    match value:
        case None:
            return b"NULL"
        case bool():
            return b"true" if value else b"false"
        case int() | float():
            return _number(value)
        case Error():
            return b"ERROR," + quoted(value.data)
        case Simple() | Verbatim():
            return quoted(value.data)
    return quoted(value)


# -- JSON -------------------------------------------------------------------------------------------------------------

Quote = Callable[[bytes], bytes]


def as_json(value: Any) -> bytes:
    """JSON on one line. Bytes that are no UTF-8 stand as they are, which not every reader takes."""
    return _written(value, _json_text, _json)


def as_quoted_json(value: Any) -> bytes:
    """JSON in ASCII: what is not printable stands as `\\xff` in its texts."""
    return _written(value, _quoted_json_text, _json)


def _json(value: Any, quote: Quote) -> Iterable[Step]:
    pairs, items = _pairs(value), _items(value)
    if pairs is not None:
        members = chain.from_iterable(_json_member(pair, quote, index > 0) for index, pair in enumerate(pairs))
        return chain([(b"{",)], members, [(b"}",)])
    if items is not None:
        return chain([(b"[",)], _joined(items, b",", quote), [(b"]",)])
    if isinstance(value, Error):
        return [(b'{"error":' + quote(value.data) + b"}",)]
    return [(_json_scalar(value, quote),)]


def _json_member(pair: tuple[Any, Any], quote: Quote, is_later: bool) -> list[Step]:
    """A key of JSON is a text: what is none becomes one."""
    key, value = pair
    if not isinstance(key, (bytes, Simple, Verbatim)):
        key = _json_scalar(key, quote) if _is_json_scalar(key) else as_csv(key)
    return [(b"," if is_later else b"",), (_json_scalar(key, quote),), (b":",), (value, quote)]


def _is_json_scalar(value: Any) -> bool:
    return _pairs(value) is None and _items(value) is None and not isinstance(value, Error)


def _json_scalar(value: Any, quote: Quote) -> bytes:
    match value:
        case None:
            return b"null"
        case bool():
            return b"true" if value else b"false"
        case int():
            return _number(value)
        case float():
            return _number(value) if isfinite(value) else quote(_number(value))
        case Simple() | Verbatim():
            return quote(value.data)
    return quote(value)


def _json_text(data: bytes) -> bytes:
    text = json.dumps(data.decode("utf-8", "surrogateescape"), ensure_ascii=False)
    return text.encode("utf-8", "surrogateescape")


def _quoted_json_text(data: bytes) -> bytes:
    return json.dumps(quoted(data)[1:-1].decode("ascii")).encode("ascii")
