"""RESP2 and RESP3, compiled: the twins of `framewire._pure.resp`, with the same names, results and messages.

What belongs here: nothing but the names. The decoder is made of `resp_decode` (the calls), `resp_replies` and
`resp_requests` (the two grammars), `resp_reader` (lines and payloads), `resp_outputs` (what items become) and
`resp_inline.pxd` (quoting); the encoder is `resp_encode`. `ascii.pxd` (numbers as text) and `objects.pxd` (what C may
do with Python's objects) are inlined into them.
"""

from __future__ import annotations

from framewire._native.resp_decode import FrameScanner, RespDecoder
from framewire._native.resp_encode import encode_commands, encode_frame, encode_values, pack_command

__all__ = ["FrameScanner", "RespDecoder", "encode_commands", "encode_frame", "encode_values", "pack_command"]
