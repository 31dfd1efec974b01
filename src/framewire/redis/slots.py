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

_BRACE: Final = ord("{")


def slot_of(key: bytes) -> int:
    """The slot of `key`; of the part between its first `{` and the next `}` alone, where that is not empty."""
    if _BRACE in key:  # a number is looked for four times as quickly as `find` finds; most keys have none
        start = key.find(b"{") + 1
        end = key.find(b"}", start)
        if end > start:
            key = key[start:end]
    return crc_hqx(key, 0) & 16383
