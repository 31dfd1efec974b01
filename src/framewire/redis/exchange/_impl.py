"""Which exchange is used: the compiled one where it was built and `FRAMEWIRE_PURE` does not forbid it, or its twin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewire._impl import PURE

__all__ = ["Exchange"]

if TYPE_CHECKING or PURE:
    from framewire.redis.exchange._pure import Exchange
else:
    try:
        from framewire.redis.exchange._native import Exchange
    except ModuleNotFoundError:
        from framewire.redis.exchange._pure import Exchange
