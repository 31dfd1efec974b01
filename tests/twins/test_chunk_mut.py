"""What a view of `chunk_mut` can still write never becomes readable, whatever is done beside it, on both twins."""

from __future__ import annotations

import random
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from framewire import BufferUnderflow

APPENDING: dict[str, Callable[[Any], Any]] = {
    "extend": lambda b: b.extend(b"x"),
    "put_slice": lambda b: b.put_slice(b"x"),
    "put_bytes": lambda b: b.put_bytes(1, 1),
    "put": lambda b: b.put(b"x"),
    "put_u8": lambda b: b.put_u8(1),
    "put_u64_le": lambda b: b.put_u64_le(1),
    "put_f64": lambda b: b.put_f64(1.0),
    "put_uint": lambda b: b.put_uint(1, 3),
    "resize": lambda b: b.resize(20),
    "extend_from_within": lambda b: b.extend_from_within(0, 2),
    "+=": lambda b: b.__iadd__(b"x"),
    "lease": lambda b: b.lease(1),
}


@pytest.mark.parametrize("name", APPENDING)
@pytest.mark.parametrize("emptied", [False, True])
def test_nothing_is_appended_where_a_view_can_write(buffers: ModuleType, name: str, emptied: bool) -> None:
    buffer = buffers.BytesMut.with_capacity(64)
    buffer.extend(b"abcd")
    view = buffer.chunk_mut()
    part = view[3:]
    view.release()
    if emptied and name != "extend_from_within":
        buffer.clear()
    before = bytes(buffer)
    with pytest.raises(BufferError, match="still alive"):
        APPENDING[name](buffer)
    part[:] = b"!" * len(part)
    assert bytes(buffer) == before
    part.release()
    APPENDING[name](buffer)
    assert name == "lease" or len(buffer) > len(before)


def test_what_was_lent_is_not_received_under_a_view(buffers: ModuleType) -> None:
    buffer = buffers.BytesMut.with_capacity(64)
    lent = buffer.lease(4)
    lent[:4] = b"abcd"
    view = buffer.chunk_mut()
    with pytest.raises(BufferError, match="still alive"):
        buffer.commit(4)
    view.release()
    buffer.commit(4)
    assert buffer == b"abcd"


STEPS: dict[str, Callable[[Any, random.Random], Any]] = {
    "extend": lambda b, rng: b.extend(b"e" * rng.choice([1, 4, 20, 60])),
    "put": lambda b, rng: b.put_u32(7),
    "resize": lambda b, rng: b.resize(rng.choice([0, 3, 30]), 1),
    "within": lambda b, rng: b.extend_from_within(0, len(b)),
    "split": lambda b, rng: b.split(),
    "split_to": lambda b, rng: b.split_to(rng.choice([0, 1, 2])),
    "split_off": lambda b, rng: b.split_off(rng.choice([0, 1, 4, 8])),
    "clear": lambda b, rng: b.clear(),
    "truncate": lambda b, rng: b.truncate(2),
    "advance": lambda b, rng: b.advance(min(len(b), rng.choice([1, 3]))),
    "reserve": lambda b, rng: b.reserve(rng.choice([1, 50, 100])),
    "try_reclaim": lambda b, rng: b.try_reclaim(rng.choice([1, 50, 100])),
    "receive": lambda b, rng: received(b),
}


def received(buffer: Any) -> None:
    with buffer.lease(4) as lent:
        lent[:1] = b"r"
    buffer.commit(1)


@pytest.mark.parametrize("seed", range(20))
def test_no_view_ever_writes_what_is_readable(buffers: ModuleType, seed: int) -> None:
    """Many handles on few blocks, and views that are kept: writing to all of them changes nothing that can be read."""
    rng = random.Random(seed)
    for _ in range(200):
        handles, views, done = [buffers.BytesMut.with_capacity(rng.choice([8, 64, 100]))], list[Any](), list[str]()
        for _ in range(12):
            name = rng.choice([*STEPS, "view", "view", "release", "drop", "unsplit"])
            done.append(name)
            step(name, handles, views, rng)
            before = [bytes(handle) for handle in handles]
            for view in views:
                view[:] = b"!" * len(view)
            assert [bytes(handle) for handle in handles] == before, done


def step(name: str, handles: list[Any], views: list[Any], rng: random.Random) -> None:
    at = rng.randrange(len(handles))
    try:
        if name == "view":
            views.append(handles[at].chunk_mut())
        elif name == "release" and views:
            views.pop(rng.randrange(len(views))).release()
        elif name == "drop" and len(handles) > 1:
            del handles[at]
        elif name == "unsplit" and len(handles) > 1:
            handles[at].unsplit(handles[at - 1])
        elif name in STEPS:
            made = STEPS[name](handles[at], rng)
            if type(made) is type(handles[at]):
                handles.append(made)
    except (BufferError, BufferUnderflow):
        pass  # that is the point
