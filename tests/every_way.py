"""Feed the same bytes to a decoder in every way a network may cut them, and see that nothing changes.

What belongs here: the ways, and the comparison of outcomes. It knows no wire format.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from framewire.errors import FramewireError

__all__ = ["Outcome", "cuts", "every_way", "feed", "flat"]

MORE = object()


class Outcome(NamedTuple):
    """What became of the bytes: the items (see `flat`), the error, and whether the decoder ended between two items."""

    items: list[Any]
    error: tuple[type[Exception], str] | None
    idle: bool


def every_way(
    make: Callable[[], Any], buffer: Callable[[], Any], data: bytes, behind: bytes = b"", seed: int = 0
) -> Outcome:
    """The outcome of `data`, which must be the same whole, byte by byte, and cut at random.

    `make()` gives a new decoder, `buffer()` a new `BytesMut`. Each way is fed item by item and in batches, into one
    buffer and into a new one for each piece. `behind`, an item's bytes, must be the next item when `data` ends between
    two items, and must change nothing when `data` is refused. Long data is not cut into the smallest pieces.
    """
    expected = feed(make(), buffer, [data])
    for pieces in ways(data, random.Random(seed)):
        for batch, fresh in ((0, False), (0, True), (3, False)):
            found = feed(make(), buffer, pieces, batch=batch, fresh=fresh)
            assert found == expected, f"cut as {[len(piece) for piece in pieces][:50]}, batch {batch}: {found}"
    if behind and (expected.idle or expected.error):
        check_behind(make, buffer, data, behind, expected)
    return expected


def check_behind(
    make: Callable[[], Any], buffer: Callable[[], Any], data: bytes, behind: bytes, expected: Outcome
) -> None:
    more = feed(make(), buffer, [data + behind])
    after = [] if expected.error else feed(make(), buffer, [behind]).items
    assert more == Outcome(expected.items + after, expected.error, expected.idle)


def ways(data: bytes, rng: random.Random) -> Iterator[list[bytes]]:
    yield [data, b""]
    if len(data) <= 1000:
        yield [data[i : i + 1] for i in range(len(data))]
    for most in (5, 50, 5000, 50_000):
        if most < 10 * len(data) <= 5000 * most:
            yield list(cuts(data, most, rng))


def cuts(data: bytes, most: int, rng: random.Random) -> Iterator[bytes]:
    """`data` in pieces of random lengths up to `most`."""
    start = 0
    while start < len(data):
        stop = start + rng.randint(1, most)
        yield data[start:stop]
        start = stop


def feed(
    decoder: Any, buffer: Callable[[], Any], pieces: Iterable[bytes], *, batch: int = 0, fresh: bool = False
) -> Outcome:
    """Append piece after piece and decode what there is, one item at a time or up to `batch` at once.

    `fresh`: what is left over moves to another buffer object before each piece. An error ends it, and must be sticky.
    """
    src = buffer()
    items: list[Any] = []
    for piece in pieces:
        src = moved(src, buffer) if fresh else src
        src.extend(piece)
        try:
            items += take_all(decoder, src, batch)
        except FramewireError as error:
            items += getattr(error, "taken", [])
            check_sticky(decoder, src, error)
            return Outcome([flat(item) for item in items], (type(error), str(error)), decoder.idle)
    return Outcome([flat(item) for item in items], None, decoder.idle)


def moved(src: Any, buffer: Callable[[], Any]) -> Any:
    other = buffer()
    other.extend(bytes(src))
    return other


def take_all(decoder: Any, src: Any, batch: int) -> list[Any]:
    """All items that are there; an error carries those before it as `taken`."""
    items: list[Any] = []
    try:
        while True:
            got = take(decoder, src, batch)
            if not got:
                return items
            items += got
    except FramewireError as error:
        error.taken = items  # type: ignore[attr-defined]
        raise


def take(decoder: Any, src: Any, batch: int) -> list[Any]:
    if batch:
        return list(decoder.decode_batch(src, batch))
    item = decoder.decode(src, MORE)
    return [] if item is MORE else [item]


def check_sticky(decoder: Any, src: Any, error: FramewireError) -> None:
    for again in (lambda: decoder.decode(src), lambda: decoder.decode_batch(src, 10)):
        try:
            again()
        except FramewireError as second:
            assert (type(second), str(second)) == (type(error), str(error))
        else:
            raise AssertionError(f"the decoder went on after {error!r}")


def flat(item: Any) -> list[Any]:
    """`item` as a flat list in which only what is the same is equal: types count, NaN equals NaN, any depth."""
    tokens: list[Any] = []
    todo = [item]
    while todo:
        part = todo.pop()
        tokens.append(type(part).__name__)
        children = children_of(part)
        if children is None:
            tokens.append(repr(part))
        else:
            tokens.append(len(children))
            todo.extend(reversed(children))
    return tokens


def children_of(part: Any) -> list[Any] | None:
    if isinstance(part, list | tuple):
        return list(part)
    if isinstance(part, set | frozenset):
        return sorted(part, key=lambda member: (type(member).__name__, repr(member)))
    if isinstance(part, dict):
        return [half for pair in part.items() for half in pair]
    slots = getattr(type(part), "__slots__", None)
    return [getattr(part, name) for name in slots] if slots else None
