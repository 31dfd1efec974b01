"""What the pickle of a buffer calls when it is loaded, whichever implementation made it.

What belongs here: functions that pickles name. They stay where they are for as long as there are pickles. This module
is below both implementations, so that either can refer to it; `_impl` says which one the loading process uses.
"""

from __future__ import annotations

from typing import Any

__all__ = ["chosen", "load_bytes", "load_bytes_mut", "load_cursor"]

chosen: dict[str, Any] = {}
"""The buffer classes of this process, by name. Complete once `framewire` is imported, which loading does first."""


def load_bytes(data: Any) -> Any:
    """A `Bytes` on `data`, uncopied. Out of band, `pickle` makes that a read-only view of what the loader was given."""
    return chosen["Bytes"].from_owner(data)


def load_bytes_mut(data: Any) -> Any:
    """A `BytesMut` with a copy of `data`."""
    return chosen["BytesMut"](data)


def load_cursor(data: Any, position: int) -> Any:
    """A `Cursor` at `position` of `data`."""
    cursor = chosen["Cursor"](data)
    cursor.position = position
    return cursor
