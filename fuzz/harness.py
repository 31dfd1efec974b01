"""What the fuzzers share: feed the same bytes in every way, on both twins, and see that the outcome is one and cheap.

What belongs here: the feeding and the comparison. What is fed, and to whom, is each fuzzer's.

    whole, byte by byte, cut at random   x   plain buffer, compiled buffer   -->   one outcome
    byte by byte on the plain one: calls and bytes looked at are counted, and bounded by the length of the input
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple, TypeAlias, TypeVar

from framewire._impl import PURE
from framewire._pure import buffer as pure_buffer
from framewire._pure import framing as pure_framing
from framewire._pure import resp as pure_resp
from framewire.codecs import delimiter, length_delimited
from framewire.errors import FrameTooLong, IncompleteFrame, ProtocolError
from tests.every_way import cuts, flat
from tests.work import CountingBytesMut, Work, counted_calls

__all__ = ["TWINS", "Outcome", "Twin", "check"]

CALLS_PER_BYTE = 90  # a piece of one byte that is an item costs some 60 calls
LOOKS_PER_BYTE = 16  # two searches that overlap by three bytes; taken off; moved when the buffer doubles
MOST_BESIDES = 1024 * 1024 + 64 * 1024  # what a buffer may hold beside twice its bytes: one step of a payload


class Twin(NamedTuple):
    """One implementation of the leaf modules."""

    name: str
    buffer: ModuleType
    resp: ModuleType
    framing: ModuleType

    def codec(self, cls: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """A new `cls` whose taker of frames, if it has one, is this twin's."""
        taken = {delimiter: "DelimitedItems", length_delimited: "PrefixedFrames"}
        chosen = {module: getattr(module, name) for module, name in taken.items()}
        try:
            for module, name in taken.items():
                setattr(module, name, getattr(self.framing, name))
            return cls(*arguments, **options)
        finally:
            for module, name in taken.items():
                setattr(module, name, chosen[module])


def _twins() -> list[Twin]:
    twins = [Twin("pure", pure_buffer, pure_resp, pure_framing)]
    if PURE:
        return twins
    try:
        native = [import_module(f"framewire._native.{name}") for name in ("buffer", "resp", "framing")]
    except ModuleNotFoundError:
        return twins
    return [*twins, Twin("native", *native)]


TWINS = _twins()


T = TypeVar("T")
Ending: TypeAlias = tuple[type[Exception], str] | None


class Outcome(NamedTuple):
    """The items, flattened so that only what is the same is equal, and how the stream ended."""

    items: list[Any]
    error: Ending


def check(make: Callable[[Twin], Any], data: bytes, joined: Callable[[list[Any]], list[Any]] = list) -> list[Any]:
    """The items (and recoverable errors) in `data`, after all ways of feeding it to codecs of `make` have agreed.

    A codec has `decode`, `decode_eof` and `idle`. `joined` undoes what the cuts may change in the items. Raises
    `AssertionError` where the invariant does not hold; whatever else a codec raises goes through: a finding too.
    """
    items, error = run(make(TWINS[0]), TWINS[0].buffer.BytesMut, [data])
    items = joined(items)
    expected = Outcome([flat(item) for item in items], error)
    for twin in TWINS:
        for pieces, batch in ways_of(data):
            there, error = run(make(twin), twin.buffer.BytesMut, pieces, batch)
            found = Outcome([flat(item) for item in joined(there)], error)
            how = f"{twin.name}, cut as {list(map(len, pieces))}, batches of {batch}"
            assert found == expected, f"{how}: {found}, whole: {expected}"
    check_work(make, data)
    return items


def ways_of(data: bytes) -> Iterator[tuple[list[bytes], int]]:
    """Pieces, and how many items to take at once (0: one by one). Whole, byte by byte, and cut at random.

    The same for the same data, so that a finding can be shown again.
    """
    rng = random.Random(zlib.crc32(data))
    yield [data], 3
    yield [data[i : i + 1] for i in range(len(data))], 0
    yield list(cuts(data, 1 + len(data) // 4, rng)), rng.choice((0, 2))


def run(
    codec: Any, make_buffer: Callable[[], Any], pieces: list[bytes], batch: int = 0
) -> tuple[list[Any], Ending]:
    """Feed `pieces`, then the end of the stream: the items, taken one by one or in batches, and how it ended."""
    src, items = make_buffer(), []  # type: ignore[var-annotated]
    decode = in_batches(codec, batch) if batch and hasattr(codec, "decode_batch") else codec.decode
    try:
        for piece in pieces:
            src.extend(piece)
            items += decoded(decode, src)
            assert src.capacity <= MOST_BESIDES + 4 * (len(piece) + len(src)), f"{src.capacity} for {len(src)} bytes"
        items += decoded(codec.decode_eof, src)
    except ProtocolError as error:
        check_sticky(codec, src, error)
        return items + error.items, (type(error), str(error))  # type: ignore[attr-defined]
    except IncompleteFrame as error:
        return items + error.items, (IncompleteFrame, "")  # type: ignore[attr-defined]  # how much is left may differ
    assert codec.idle and not src, "a clean end leaves bytes behind"
    return items, None


def in_batches(codec: Any, most: int) -> Callable[[Any], Any]:
    """`codec.decode` by way of `codec.decode_batch`."""
    ready: list[Any] = []

    def decode(src: Any) -> Any:
        if not ready:
            got = codec.decode_batch(src, most)
            assert len(got) <= most
            ready.extend(reversed(got))
        return ready.pop() if ready else None

    return decode


def decoded(decode: Callable[[Any], Any], src: Any) -> list[Any]:
    """All items that are there, recoverable errors among them; an error that ends the stream carries them."""
    items: list[Any] = []
    most = len(src) + 2  # the end of an HTTP message, or a last frame of no bytes, has none of its own
    try:
        while (item := step(decode, src)) is not None:
            items.append(item)
            assert len(items) <= most, f"{len(items)} items in {most - 2} bytes"
    except (ProtocolError, IncompleteFrame) as error:
        error.items = items  # type: ignore[union-attr]
        raise
    return items


def step(decode: Callable[[Any], Any], src: Any) -> Any:
    try:
        return decode(src)
    except FrameTooLong as error:
        if not error.recoverable:
            raise
        return [type(error), str(error), error.limit, error.size]


def check_sticky(codec: Any, src: Any, error: ProtocolError) -> None:
    try:
        codec.decode(src)
    except ProtocolError as again:
        assert (type(again), str(again)) == (type(error), str(error)), f"{again!r} after {error!r}"
    else:
        raise AssertionError(f"decoding went on after {error!r}")


def check_work(make: Callable[[Twin], Any], data: bytes) -> None:
    """Byte by byte on the plain twin: what is done is bounded by the number of bytes."""
    work = Work()

    def buffer() -> CountingBytesMut:
        src = CountingBytesMut()
        src.work = work
        return src

    codec, pieces, src = make(TWINS[0]), [data[i : i + 1] for i in range(len(data))], buffer()
    with counted_calls(work):
        try:
            for piece in pieces:
                src.extend(piece)
                decoded(codec.decode, src)
        except (ProtocolError, IncompleteFrame):
            pass
    assert work.steps <= CALLS_PER_BYTE * len(data) + 200, f"{work.steps} calls for {len(data)} bytes"
    assert work.looked <= LOOKS_PER_BYTE * len(data) + 64, f"{work.looked} looks at {len(data)} bytes"
