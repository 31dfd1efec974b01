"""How much memory things take, a value and the process, and giving back what nothing takes any more.

What belongs here: measuring, for MEMORY and INFO. Sizes are those of this server's own objects, not what Redis would
need.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Iterable
from functools import cache
from itertools import chain, islice

__all__ = ["give_back_memory", "human", "peak_memory", "resident_memory", "size_of", "total_memory"]

_ATOMS = (bytes, bytearray, str, int, float, type(None))


def size_of(thing: object, samples: int = 0) -> int:
    """The bytes that `thing` and all that it holds take; 0 samples look at everything, else at so many items of each
    collection. O(what is looked at), without recursion."""
    size, left = 0, [(thing, 1.0)]
    seen: set[int] = set()
    while left:
        each, weight = left.pop()
        if id(each) in seen:
            continue
        size += int(sys.getsizeof(each) * weight)
        if isinstance(each, _ATOMS):
            continue
        seen.add(id(each))
        for items, length in _parts(each):
            looked_at = list(islice(items, samples)) if samples else list(items)
            share = weight * length / len(looked_at) if looked_at else weight
            left += [(item, share) for item in looked_at]
    return size


def _parts(thing: object) -> list[tuple[Iterable[object], int]]:
    """What a container holds, and how many things that are. A class counts what its instances hold, not itself."""
    parts: list[tuple[Iterable[object], int]] = []
    if isinstance(thing, type) or callable(thing):
        return parts
    if isinstance(thing, dict):
        parts += [(thing.keys(), len(thing)), (thing.values(), len(thing))]
    elif isinstance(thing, (list, tuple, set, frozenset)) or type(thing).__name__ == "deque":
        parts.append((thing, len(thing)))  # type: ignore[arg-type]  # mypy does not see that a deque is one of them
    slots = chain.from_iterable(_names(getattr(kind, "__slots__", ())) for kind in type(thing).__mro__)
    attributes = [getattr(thing, name) for name in slots if hasattr(thing, name)]
    attributes += vars(thing).values() if hasattr(thing, "__dict__") else []
    return [*parts, *(([attribute], 1) for attribute in attributes)]


def _names(slots: str | Iterable[str]) -> Iterable[str]:
    return (slots,) if isinstance(slots, str) else slots


def resident_memory() -> int:
    """The bytes of memory that the process occupies now; its peak where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return peak_memory()


def peak_memory() -> int:
    """The most bytes that the process has occupied so far; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def total_memory() -> int:
    """The bytes of memory that the machine has; 0 where the system does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 0


def give_back_memory() -> None:
    """Let the C library give free memory back to the system, where it is one that keeps it (glibc): milliseconds."""
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@cache
def _malloc_trim() -> Callable[[int], int] | None:
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library, or Windows
        return None
    return trim


def human(size: int) -> str:
    """`1.09M`, as INFO spells it."""
    value, units = float(size), iter("KMGTP")
    if size < 1024:
        return f"{size}B"
    while value >= 1024:
        value, unit = value / 1024, next(units)
    return f"{value:.2f}{unit}"
