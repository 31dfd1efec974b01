"""Replies of the commands of lists that are no plain values.

What belongs here: what the pops from several lists return.
"""

from __future__ import annotations

from typing import Any

__all__ = ["popped"]


def popped(reply: Any) -> tuple[Any, Any] | None:
    """BLPOP, LMPOP and their kin: from which key, and the item or the items; null where there was nothing."""
    return None if reply is None else tuple(reply)
