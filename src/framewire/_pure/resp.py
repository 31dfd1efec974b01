"""RESP2 and RESP3 in plain Python: the twin of `framewire._native.resp`, its specification, and what type checkers see.

What belongs here: nothing but the names. The decoder is made of `resp_decode` (the calls), `resp_replies` and
`resp_requests` (the two grammars), `resp_reader` (lines and payloads), `resp_outputs` (what items become) and
`resp_inline` (quoting); the encoder is `resp_encode`.
"""

from __future__ import annotations

from framewire._pure.resp_decode import FrameScanner, RespDecoder
from framewire._pure.resp_encode import encode_commands, encode_frame, encode_values, pack_command

__all__ = ["FrameScanner", "RespDecoder", "encode_commands", "encode_frame", "encode_values", "pack_command"]
