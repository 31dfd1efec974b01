"""Every method and operator of the buffers, given whatever: both twins answer alike, refuse alike, and are left alike.

What belongs here: arguments that are not what a method is for. Indices that are objects with `__index__`, booleans,
numbers beyond every memory, floats, text, `None`, buffers of each kind and of the other twin; none missing, one too
many.
"""

from __future__ import annotations

import array
import itertools
import operator
from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType
from typing import Any

import pytest

from framewire import FramewireError
from framewire._pure import buffer as plain

DATA = b"ab,cd,\x00\xff"


class Index:
    """No int, and as good as one."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value

    def __repr__(self) -> str:
        return f"Index({self.value})"


class Refuses:
    """Says no itself."""

    def __index__(self) -> int:
        raise ZeroDivisionError

    def __repr__(self) -> str:
        return "Refuses()"


class Own:
    """A buffer of the twin under test, made anew for each call."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.data = data

    def __repr__(self) -> str:
        return f"{self.name}({self.data!r})"


class Sub(bytes):
    """Bytes of somebody's own."""


NUMBERS: list[Any] = [
    0, 1, 3, -1, 8, 9, 255, 256, True, Index(2), Index(-2), Refuses(),
    2**31, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**70, -(2**70), 1.0, 1.5, "1", None, b"\x01",
]  # fmt: skip
BUFFERS: list[Any] = [
    b"", b",", b"cd", b"zz", bytearray(b","), memoryview(b","), memoryview(b"a,b,")[1::2], Sub(b","),
    array.array("H", [0x2C]), ",", 44, None, [44], (b",",), (b",", b"ab"), ("x",), slice(0, 2),
    Own("Bytes", b","), Own("BytesMut", b"ab"), Own("Cursor", b"cd"),
]  # fmt: skip
SLICES: list[Any] = [
    slice(None), slice(1, 3), slice(-3, None), slice(None, None, 2), slice(None, None, -1), slice(Index(1), Index(4)),
    slice(0, 2, True), slice("a", None), slice(None, None, 0), slice(2**70), slice(5, 1),
]  # fmt: skip
SINGLE = NUMBERS + BUFFERS + SLICES
PAIRS = [*itertools.product(NUMBERS, NUMBERS), *itertools.product(BUFFERS, [0, -1, Index(1), None, 1.5, "x", 2**70]),
         *itertools.product(SLICES, BUFFERS), *itertools.product([0, 1, -9, Index(3)], BUFFERS)]  # fmt: skip
TRIPLES = [*itertools.product([b",", "x", Index(44), 44], NUMBERS, [None, 2, Index(5), 1.5, -1])]
KEPT_SMALL = {"reserve", "with_capacity", "zeroed", "resize", "put_bytes", "lease"}  # of what there is memory for

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    name: getattr(operator, name)
    for name in ("lt", "le", "gt", "ge", "eq", "ne", "add", "contains", "getitem", "iadd")
} | {"radd": lambda buffer, other: other + buffer, "req": lambda buffer, other: other == buffer,
     "rlt": lambda buffer, other: other < buffer}  # fmt: skip
UNARY = [len, bool, repr, bytes, list, iter, reversed, operator.index, str]


def made(twin: ModuleType, name: str) -> Any:
    if name == "Bytes":
        return twin.Bytes(b"<" + DATA + b">")[1:-1]
    if name == "BytesMut":
        buffer = twin.BytesMut(b"<" + DATA)
        buffer.advance(1)
        return buffer
    return twin.Cursor(DATA)


def names(twin: ModuleType, name: str) -> list[str]:
    return [one for one in dir(getattr(twin, name)) if not one.startswith("_")]


def answer(call: Callable[[], Any]) -> tuple[Any, ...]:
    """What came of it; the words of an error too, where they are ours."""
    try:
        return "returned", plainly(call())
    except Exception as error:
        ours = isinstance(error, FramewireError | BufferError)
        return type(error).__name__, str(error) if ours else ""


def plainly(value: Any) -> Any:
    """A value that can be compared between the twins."""
    kind = type(value).__name__
    if kind in ("Bytes", "BytesMut"):
        return kind, bytes(value)
    if kind == "Cursor":
        return kind, bytes(value.get_ref()), value.position
    if isinstance(value, memoryview):
        return kind, bytes(value) if value.readonly else len(value)  # what is spare holds anything
    if isinstance(value, list | tuple):
        return kind, [plainly(one) for one in value]
    if kind.endswith("iterator") or kind in ("generator", "reversed"):
        return "iterator", list(value)
    return kind, repr(value)


def calls(name: str) -> Iterator[tuple[str, Callable[..., Any], tuple[Any, ...]]]:
    """Each call: its name, the function, what it is given beside the buffer."""
    for method in names(plain, name):
        arguments: list[tuple[Any, ...]] = [(), *((one,) for one in SINGLE), *PAIRS, *TRIPLES]
        if method in KEPT_SMALL:
            arguments = [args for args in arguments if not any(map(is_huge, args))]
        for args in arguments:
            yield method, partial(called, method), args
    for what, operation in OPERATORS.items():
        for one in SINGLE:
            yield what, operation, (one,)
    for function in UNARY:
        yield function.__name__, function, ()  # type: ignore[misc]
    for pair in itertools.product(NUMBERS + SLICES, NUMBERS + BUFFERS):
        yield "setitem", operator.setitem, pair


def called(method: str, buffer: Any, *arguments: Any) -> Any:
    found = getattr(buffer, method)
    return found(*arguments) if callable(found) else found


def outcome(twin: ModuleType, name: str, step: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, Any]:
    """What came of a call, and what the buffer is then."""
    buffer = made(twin, name)
    own = [getattr(twin, one.name)(one.data) if isinstance(one, Own) else one for one in arguments]
    return answer(lambda: step(buffer, *own)), plainly(buffer)


def is_huge(argument: Any) -> bool:
    return isinstance(argument, int) and 2**20 < argument < 2**63 - 100


@pytest.mark.parametrize("name", ["Bytes", "BytesMut", "Cursor"])
def test_both_twins_offer_the_same(native_buffers: ModuleType, name: str) -> None:
    assert names(plain, name) == names(native_buffers, name)


@pytest.mark.parametrize("name", ["Bytes", "BytesMut", "Cursor"])
def test_both_twins_answer_and_refuse_alike(native_buffers: ModuleType, name: str) -> None:
    differences = []
    for what, step, arguments in calls(name):
        pure, native = (outcome(twin, name, step, arguments) for twin in (plain, native_buffers))
        if pure != native:
            differences.append(f"{what}{arguments}: pure {pure}, native {native}")
    assert not differences, f"{len(differences)} differences:\n" + "\n".join(differences[:200])
