"""Sizes with a unit, as CONFIG SET and DEBUG take them: `100`, `1k` (1000), `1mb` (1048576).

What belongs here: reading these texts.
"""

from __future__ import annotations

import re
from typing import Final

from framewire.redis.server.parsing.arguments import INT64_MAX

__all__ = ["parse_memory"]

_is_size = re.compile(rb"([0-9]{0,19})(|b|k|kb|m|mb|g|gb)", re.IGNORECASE).fullmatch

_UNITS: Final = {
    b"": 1,
    b"b": 1,
    b"k": 1000,
    b"kb": 1024,
    b"m": 1000**2,
    b"mb": 1024**2,
    b"g": 1000**3,
    b"gb": 1024**3,
}


def parse_memory(text: bytes) -> int | None:
    """The bytes that `text` names, or `None` where it is no size or does not fit 64 bits; without digits 0. O(1)."""
    match = _is_size(text)
    if match is None:
        return None
    size = int(match[1] or 0) * _UNITS[match[2].lower()]
    return size if size <= INT64_MAX else None
