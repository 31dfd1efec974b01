"""Repeats operations and says which of them leave memory behind. Run in a process of its own: `-m tests.leaks.measure`.

What belongs here: the measuring. Three counters, because memory can be lost in three ways:

* blocks of Python's allocator (`sys.getallocatedblocks`): an object, or anything up to 512 bytes, for each call;
* references to `None`: one too many for each call, which no allocation shows (before Python 3.12);
* resident memory: large blocks that Python's allocator hands on to the C library.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator

import psutil

from tests.leaks.clients import client_rows
from tests.leaks.exchanges import exchange_rows
from tests.leaks.operations import BUFFERS, buffer_rows, connection_rows, rows

__all__ = ["leaks_objects", "leaks_pages"]

Call = Callable[[], object]
LARGE = 256 * 1024
BYTE_BY_BYTE = {"bytes", "in", "list", "repr", "wrong in"}  # some do that, which takes long with large blocks


def leaks_objects(call: Call, times: int = 24) -> bool:
    """Whether half a block, or half a reference, stays behind for each call, and still does in longer and longer runs.

    (What is merely kept for reuse grows too, to some hundreds of blocks, but not for ever: so the last run is long.)
    """
    for _ in range(times // 4):
        call()
    return all(_grows(call, times * factor) for factor in (1, 5, 25, 125))


def _grows(call: Call, times: int) -> bool:
    gc.collect()
    blocks, nones = sys.getallocatedblocks(), sys.getrefcount(None)
    for _ in range(times):
        call()
    gc.collect()
    left = max(sys.getallocatedblocks() - blocks, sys.getrefcount(None) - nones)
    return left > times // 2


def leaks_pages(calls: Iterable[Call], size: int, times: int = 60) -> bool:
    """Whether resident memory grows by more than half of what one leak of `size` bytes for each time would make."""
    process = psutil.Process()
    calls = list(calls)
    for _ in range(3):
        _repeat(calls, times // 4)
        before = process.memory_info().rss
        _repeat(calls, times)
        if process.memory_info().rss - before < size * times // 2:
            return False
    return True


def _repeat(calls: list[Call], times: int) -> None:
    for _ in range(times):
        for call in calls:
            call()
    gc.collect()


def leaking(groups: list[str]) -> Iterator[str]:
    gc.disable()
    gc.freeze()  # what was imported need not be looked through each time
    for group in groups:
        if group == "connections":
            loop = asyncio.new_event_loop()
            for name, call in connection_rows(loop).items():
                if leaks_objects(call):
                    yield f"{group}: {name}"
            loop.close()
            continue
        if group == "clients":
            with asyncio.Runner() as runner:
                for name, call in client_rows(runner).items():
                    if leaks_objects(call):
                        yield f"{group}: {name}"
            continue
        for name, call in exchange_rows().items() if group == "exchanges" else rows(group):
            if leaks_objects(call):
                yield f"{group}: {name}"
        if group.startswith("native"):  # elsewhere a block is an object, which was counted
            data = b"0123456789abcdef" * (LARGE // 16)
            for make in BUFFERS[group].values():
                calls = (call for name, call in buffer_rows(make, data) if name not in BYTE_BY_BYTE)
                if leaks_pages(calls, LARGE, times=20):
                    yield f"{group}: large blocks"


if __name__ == "__main__":
    warnings.simplefilter("error")
    found = list(leaking(sys.argv[1:]))
    print(*found, sep="\n")
    sys.exit(1 if found else 0)
