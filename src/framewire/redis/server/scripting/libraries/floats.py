"""What `cmsgpack` needs of Python: floating-point numbers as bytes, in network order.

What belongs here: the numbers that Lua alone cannot take to pieces; scripts do not see these functions.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

__all__ = ["FLOATS"]


def _pack(value: float) -> bytes:
    """Four bytes where they say it all, else eight."""
    try:
        single = struct.pack(">f", value)
    except OverflowError:
        return struct.pack(">d", value)
    return single if struct.unpack(">f", single)[0] == value else struct.pack(">d", value)


def _unpack(data: bytes) -> float:
    """The number in four or eight bytes."""
    value: float = struct.unpack(">f" if len(data) == 4 else ">d", data)[0]
    return value


FLOATS: dict[bytes, Callable[..., Any]] = {b"pack": _pack, b"unpack": _unpack}
