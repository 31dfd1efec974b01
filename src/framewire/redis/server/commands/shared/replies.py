"""Replies that many commands share."""

from __future__ import annotations

from typing import Final

from framewire.frames.resp import Null, Simple

__all__ = ["NULL_ARRAY", "OK", "PONG", "RESET"]

OK: Final = Simple(b"OK")
PONG: Final = Simple(b"PONG")
RESET: Final = Simple(b"RESET")

NULL_ARRAY: Final = Null(b"*")
"""What stands in RESP2 where an array would be; in RESP3 there is but one null."""
