"""Counts what work costs: steps of Python, and bytes that were searched or copied on the plain twin.

What belongs here: the counting. Where nothing can be counted, in compiled code, `cpu_seconds` compares. A test or a
fuzzer says how much is too much.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import framewire._pure.resp_reader as resp_reader
from framewire._pure.buffer import BytesMut

__all__ = ["CountingBytesMut", "Work", "counted_calls", "counted_lines", "cpu_seconds"]


class Work:
    """`steps` of Python (calls or lines, as counted), and `looked`: how often a byte was searched or copied."""

    def __init__(self) -> None:
        self.steps = 0
        self.looked = 0

    @property
    def total(self) -> int:
        return self.steps + self.looked


class CountingBytesMut(BytesMut):
    """A plain `BytesMut` that adds to `work.looked` what its searches and copies pass over."""

    __slots__ = ("work",)
    work: Work

    def find(self, sub: Any, start: int | None = None, end: int | None = None) -> int:
        found = super().find(sub, start, end)
        stop = len(self) if end is None else min(end, len(self))
        self.work.looked += max(0, (stop if found < 0 else found + 1) - (start or 0))
        return found

    def to_bytes(self) -> bytes:
        self.work.looked += len(self)
        return super().to_bytes()

    def split_to(self, n: int) -> BytesMut:
        self.work.looked += n  # whoever takes bytes off copies them, or may
        return super().split_to(n)

    def _reallocate(self, size: int, start: int, payload: bool = False) -> None:
        self.work.looked += len(self)
        super()._reallocate(size, start, payload)


@contextmanager
def counted_calls(work: Work) -> Iterator[None]:
    """Count each call of a Python function as one step: cheap enough for a fuzzer, and the same when instrumented."""

    def on_event(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            work.steps += 1

    with _counted_lf(work):
        sys.setprofile(on_event)
        try:
            yield
        finally:
            sys.setprofile(None)


@contextmanager
def counted_lines(work: Work) -> Iterator[None]:
    """Count each executed line of the package as one step."""

    def on_line(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            work.steps += 1
        return on_line

    def on_call(frame: FrameType, event: str, argument: Any) -> Any:
        return on_line if "framewire" in frame.f_code.co_filename else None

    with _counted_lf(work):
        before = sys.gettrace()
        sys.settrace(on_call)
        try:
            yield
        finally:
            sys.settrace(before)


@contextmanager
def _counted_lf(work: Work) -> Iterator[None]:
    """The RESP decoders search a view of the buffer, all through one function."""
    find_lf = resp_reader.find_lf

    def counting(view: memoryview, start: int, stop: int) -> int:
        found = find_lf(view, start, stop)
        work.looked += (stop if found < 0 else found + 1) - start
        return found

    resp_reader.find_lf = counting
    try:
        yield
    finally:
        resp_reader.find_lf = find_lf


def cpu_seconds(work: Callable[[], object]) -> float:
    """What `work` takes of the processor, others' time left out; to be compared with a yardstick taken beside it.

    Never with a number of seconds. What is compared must differ by far more than caches and neighbours can bring.
    """
    best = float("inf")
    for _ in range(3):
        started = time.thread_time()
        work()
        best = min(best, time.thread_time() - started)
    return best
