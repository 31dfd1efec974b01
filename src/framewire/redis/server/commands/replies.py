"""Replies that many commands share."""

from __future__ import annotations

from typing import Final

from framewire.frames.resp import Simple

__all__ = ["OK", "PONG", "RESET"]

OK: Final = Simple(b"OK")
PONG: Final = Simple(b"PONG")
RESET: Final = Simple(b"RESET")
