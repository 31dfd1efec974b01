"""Slots of a cluster: which of the 16384 a key is in.

What belongs here: that arithmetic, for clients, the proxy and whoever else must know. Where the keys of a request are,
the command table knows. Source: the cluster specification (CRC16 of XMODEM; the part in braces, if there is one).
"""

from __future__ import annotations

from binascii import crc_hqx
from typing import Final

__all__ = ["SLOTS", "slot_of"]

SLOTS: Final = 16384
"""How many there are: 0 to 16383."""


def slot_of(key: bytes) -> int:
    """The slot of `key`; of the part between its first `{` and the next `}` alone, where that is not empty."""
    start = key.find(b"{") + 1
    if start:
        end = key.find(b"}", start)
        if end > start:
            key = key[start:end]
    return crc_hqx(key, 0) & 16383
