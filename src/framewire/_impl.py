"""The one place that chooses between the compiled modules and their plain twins.

`FRAMEWIRE_PURE=1` in the environment chooses the twins; otherwise the compiled ones are used where they were built.
Type checkers always see the twins, so there is no stub file that could drift.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from framewire import _pickles

__all__ = [
    "Bytes",
    "BytesMut",
    "Cursor",
    "DelimitedItems",
    "FrameScanner",
    "PrefixedFrames",
    "RespDecoder",
    "encode_commands",
    "encode_frame",
    "encode_values",
    "implementation",
    "pack_command",
]


def _choose_pure() -> bool:
    """Whether the environment asks for the twins, or not all that is compiled is there."""
    if os.environ.get("FRAMEWIRE_PURE", "") not in ("", "0"):
        return True
    try:
        import framewire._native.framing
        import framewire._native.resp  # noqa: F401
    except ModuleNotFoundError:
        return True
    return False


PURE = _choose_pure()

if TYPE_CHECKING or PURE:
    from framewire._pure.buffer import Bytes, BytesMut, Cursor
    from framewire._pure.framing import DelimitedItems, PrefixedFrames
    from framewire._pure.resp import (
        FrameScanner,
        RespDecoder,
        encode_commands,
        encode_frame,
        encode_values,
        pack_command,
    )
else:
    from framewire._native.buffer import Bytes, BytesMut, Cursor
    from framewire._native.framing import DelimitedItems, PrefixedFrames
    from framewire._native.resp import (
        FrameScanner,
        RespDecoder,
        encode_commands,
        encode_frame,
        encode_values,
        pack_command,
    )

_pickles.chosen.update(Bytes=Bytes, BytesMut=BytesMut, Cursor=Cursor)

implementation = "pure" if PURE else "native"
