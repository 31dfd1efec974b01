"""Bytes on a wire become messages. The public names, re-exported; nothing else."""

from framewire._impl import Bytes, BytesMut, Cursor, implementation
from framewire._version import __version__
from framewire.buf.abstract import Buf, BufMut
from framewire.buf.adaptors import Chain, Limit, Take
from framewire.buf.rope import Rope
from framewire.buf.streams import Reader, Writer
from framewire.buf.write_buffer import WriteBuffer
from framewire.codec import Codec, Decoder, Encoder, MappedCodec, Refusal
from framewire.codecs.delimiter import DelimiterCodec
from framewire.codecs.http1 import HttpCodec
from framewire.codecs.length_delimited import LengthDelimitedCodec
from framewire.codecs.lines import LinesCodec
from framewire.codecs.raw import RawCodec
from framewire.codecs.resp import (
    FrameScanner,
    RespClientCodec,
    RespCodec,
    RespServerCodec,
    check,
    pack_command,
    parse,
)
from framewire.errors import (
    BufferUnderflow,
    CodecInUse,
    CodecSpent,
    CodecStuck,
    ConnectionClosedError,
    EncodeError,
    FrameTooLong,
    FramewireError,
    IncompleteFrame,
    ProtocolError,
)
from framewire.frames.resp import RespFrame, RespLimits, RespValue

__all__ = [
    "Buf",
    "BufMut",
    "BufferUnderflow",
    "Bytes",
    "BytesMut",
    "Chain",
    "Codec",
    "CodecInUse",
    "CodecSpent",
    "CodecStuck",
    "ConnectionClosedError",
    "Cursor",
    "Decoder",
    "DelimiterCodec",
    "EncodeError",
    "Encoder",
    "FrameScanner",
    "FrameTooLong",
    "FramewireError",
    "HttpCodec",
    "IncompleteFrame",
    "LengthDelimitedCodec",
    "Limit",
    "LinesCodec",
    "MappedCodec",
    "ProtocolError",
    "RawCodec",
    "Reader",
    "Refusal",
    "RespClientCodec",
    "RespCodec",
    "RespFrame",
    "RespLimits",
    "RespServerCodec",
    "RespValue",
    "Rope",
    "Take",
    "WriteBuffer",
    "Writer",
    "__version__",
    "check",
    "implementation",
    "pack_command",
    "parse",
]
