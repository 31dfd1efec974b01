"""The one place that chooses between the compiled modules and their plain twins.

`FRAMEWIRE_PURE=1` in the environment chooses the twins; otherwise the compiled ones are used where they were built.
Type checkers always see the twins, so there is no stub file that could drift.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

__all__ = [
    "Bytes",
    "BytesMut",
    "Cursor",
    "FrameScanner",
    "RespDecoder",
    "encode_commands",
    "encode_frame",
    "encode_values",
    "implementation",
]

if TYPE_CHECKING:
    PURE = True
elif os.environ.get("FRAMEWIRE_PURE", "") not in ("", "0"):
    PURE = True
else:
    try:
        import framewire._native.resp
    except ModuleNotFoundError:
        PURE = True
    else:
        PURE = False

if PURE:
    from framewire._pure.buffer import Bytes, BytesMut, Cursor
    from framewire._pure.resp import FrameScanner, RespDecoder, encode_commands, encode_frame, encode_values
else:
    from framewire._native.buffer import Bytes, BytesMut, Cursor
    from framewire._native.resp import FrameScanner, RespDecoder, encode_commands, encode_frame, encode_values

implementation = "pure" if PURE else "native"
