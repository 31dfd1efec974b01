"""`any_depth`: what Python asks of a frame that holds frames, however deep they are nested.

What belongs here: comparing, hashing, printing, pickling and copying. As a dataclass does them, each level of nesting
is some calls deep, and Python allows a thousand; a decoder allows a thousand levels, or what it is told. So what is
still to do is held by a list here. The results are those of the dataclass.

Pickling never recurses. The others do as long as Python lets them, and so cost what they cost a dataclass; what lies
below the level where it lets them no more is done from a list.

What counts as nested is what a decoder makes: tuples and the classes that are decorated here. Anything else is a leaf,
and does these things as it likes; so does a subclass, of its own state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from operator import attrgetter
from typing import Any, TypeVar

__all__ = ["any_depth", "load_nested"]

T = TypeVar("T")

_parts: dict[type, Callable[[Any], tuple[Any, ...]]] = {tuple: lambda parts: parts}
"""What is nested, and how to take it apart."""

_nested: set[type] = {tuple}

_Step = object
"""A leaf, or `(class, count)`: the last `count` results become one instance. A leaf is never exactly a tuple."""


def any_depth(cls: type[T]) -> type[T]:
    """Class decorator, above `@dataclass`, for a frame whose fields are tuples of frames, or a frame."""
    names: tuple[str, ...] = cls.__match_args__  # type: ignore[attr-defined]
    first = attrgetter(names[0])
    fields = attrgetter(*names) if len(names) > 1 else lambda frame: (first(frame),)

    for name, method in _methods(cls, names, fields).items():
        method.__qualname__ = f"{cls.__qualname__}.{name}"
        setattr(cls, name, method)
    _parts[cls] = fields
    _nested.add(cls)
    return cls


def _methods(
    cls: Any, names: tuple[str, ...], fields: Callable[[Any], tuple[Any, ...]]
) -> dict[str, Callable[..., Any]]:
    equal_here: Callable[[Any, object], bool] = cls.__eq__
    hash_here: Callable[[Any], int] = cls.__hash__
    print_here: Callable[[Any], str] = cls.__repr__

    def __eq__(self: Any, other: object) -> Any:
        try:
            return equal_here(self, other)
        except RecursionError:
            return _equal(fields(self), fields(other))

    def __hash__(self: Any) -> int:
        try:
            return hash_here(self)
        except RecursionError:
            return hash(_put_together(_taken_apart(fields(self)), _hashed))

    def __repr__(self: Any) -> str:
        try:
            return print_here(self)
        except RecursionError:
            parts = [_Text(f"{self.__class__.__qualname__}("), *_named(names, fields(self)), _Text(")")]
            return "".join(_printed(parts))

    def __reduce_ex__(self: Any, protocol: Any) -> Any:
        if type(self) is not cls:
            return object.__reduce_ex__(self, protocol)
        parts = fields(self)
        if len(parts) == 1 and _is_shallow(parts[0]):
            return cls, parts
        return load_nested, (_taken_apart(self),)

    def __copy__(self: Any) -> Any:
        return self  # it is frozen

    return {"__eq__": __eq__, "__hash__": __hash__, "__repr__": __repr__, "__reduce_ex__": __reduce_ex__,
            "__copy__": __copy__}  # fmt: skip


def load_nested(steps: Iterable[_Step]) -> Any:
    """What the pickle of a nested frame calls when it is loaded; it stays here for as long as there are pickles."""
    return _put_together(steps, lambda kind, parts: tuple(parts) if kind is tuple else kind(*parts))


def _is_shallow(parts: Any) -> bool:
    """Whether `parts` are leaves, or tuples of leaves as the pairs of a map are: builtin code does not go deep then."""
    if _nested.isdisjoint(map(type, parts)):
        return True
    return set(map(type, parts)) == {tuple} and _nested.isdisjoint(map(type, chain.from_iterable(parts)))


def _equal(ours: tuple[Any, ...], theirs: tuple[Any, ...]) -> bool:
    todo = [(ours, theirs)]
    while todo:
        ours, theirs = todo.pop()
        if len(ours) != len(theirs):
            return False
        for mine, other in zip(ours, theirs, strict=True):
            if mine is other:  # as a tuple compares: NaN is equal to itself
                continue
            kind = type(mine)
            if kind in _parts and type(other) is kind:
                todo.append((_parts[kind](mine), _parts[kind](other)))
            elif not mine == other:
                return False
    return True


def _taken_apart(root: Any) -> list[_Step]:
    """The steps that make `root`: parts before what holds them."""
    steps: list[_Step] = []
    todo = [root]
    joins: dict[_Step, _Step] = {}  # each kind of step once, which makes pickles short
    while todo:
        node = todo.pop()
        kind = type(node)
        if kind in _parts:
            parts = _parts[kind](node)
            join = (kind, len(parts))
            steps.append(joins.setdefault(join, join))
            todo.extend(parts)
        else:
            steps.append(node)
    steps.reverse()
    return steps


def _put_together(steps: Iterable[_Step], build: Callable[[type, list[Any]], Any]) -> Any:
    results: list[Any] = []
    for step in steps:
        if type(step) is tuple:
            kind, count = step
            start = len(results) - count
            results[start:] = [build(kind, results[start:])]
        else:
            results.append(step)
    return results[0]


class _Hashed:
    """What stands for something whose hash is known."""

    __slots__ = ("_hash",)

    def __init__(self, hash: int) -> None:
        self._hash = hash

    def __hash__(self) -> int:
        return self._hash


def _hashed(kind: type, parts: list[Any]) -> _Hashed:
    """A frame has the hash of the tuple of its fields, and a tuple that of its members."""
    return _Hashed(hash(tuple(parts)))


class _Text(str):
    """What is printed as it is, where other strings are leaves."""

    __slots__ = ()


def _named(names: tuple[str, ...], parts: tuple[Any, ...]) -> Iterable[Any]:
    for i, (name, part) in enumerate(zip(names, parts, strict=True)):
        yield _Text(f", {name}=" if i else f"{name}=")
        yield part


def _printed(tokens: Iterable[Any]) -> Iterable[str]:
    """The pieces of the text of `tokens`, one after the other."""
    todo = [*tokens]
    todo.reverse()
    while todo:
        token = todo.pop()
        kind = type(token)
        if kind is _Text:
            yield token
        elif kind is tuple:
            todo.extend(reversed(_tuple_tokens(token)))
        elif kind in _parts:
            todo.append(_Text(")"))
            todo.extend(reversed(list(_named(kind.__match_args__, _parts[kind](token)))))
            yield f"{kind.__qualname__}("
        else:
            yield repr(token)


def _tuple_tokens(parts: tuple[Any, ...]) -> list[Any]:
    separated = [token for part in parts for token in (_Text(", "), part)][1:]
    return [_Text("("), *separated, _Text(",)" if len(parts) == 1 else ")")]
