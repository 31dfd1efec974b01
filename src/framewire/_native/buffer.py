"""The compiled buffers: the twins of `framewire._pure.buffer`, with the same names and behaviour.

What belongs here: nothing but the names. Each class has a module, of the same name as the plain one where there is one:
`immutable` (`Bytes`), `mutable` (`BytesMut`) and `cursor`, which stand on `block` (memory), `storage` (growth, leases),
`reading` and `writing` (numbers). `numbers.pxd` and `searching.pxd` are inlined into them.
"""

from __future__ import annotations

from framewire._native.cursor import Cursor
from framewire._native.immutable import Bytes
from framewire._native.mutable import BytesMut

__all__ = ["Bytes", "BytesMut", "Cursor"]
