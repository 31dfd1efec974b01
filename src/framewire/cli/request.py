"""`framewire cli`: one request over a `Connection`, and the reply printed as redis-cli prints it to a terminal."""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import Iterator

from framewire.aio.connect import connect
from framewire.aio.connection import Connection
from framewire.cli.security import Security
from framewire.codecs.resp import RespCodec
from framewire.errors import FramewireError
from framewire.frames.resp import (
    Array,
    Attributed,
    BigNumber,
    Boolean,
    Bulk,
    BulkError,
    Double,
    Error,
    Integer,
    Map,
    Null,
    Push,
    RespFrame,
    Set,
    Simple,
    Verbatim,
)

__all__ = ["render", "run_request"]

SUBSCRIBING = {"subscribe", "psubscribe", "monitor"}

REPORTS = {("info",), ("client", "info"), ("client", "list")}
"""Requests whose reply is a text to read: shown as it is, in RESP2 too, where it comes as a bulk."""


def run_request(
    host: str, port: int, path: str | None, password: str | None, protocol: int, request: tuple[str, ...],
    security: Security | None = None,
) -> None:  # fmt: skip
    """Send, print, and exit: status 1 when the reply is an error or there is none."""
    try:
        context = security.context() if security is not None else None
        failed = asyncio.run(_request(host, port, path, password, protocol, request, context))
    except (OSError, FramewireError) as error:
        sys.exit(f"Could not connect to Redis at {path or f'{host}:{port}'}: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(1 if failed else 0)


async def _request(
    host: str, port: int, path: str | None, password: str | None, protocol: int, request: tuple[str, ...],
    tls: ssl.SSLContext | None,
) -> bool:  # fmt: skip
    codec = RespCodec(protocol=protocol)
    connection = await (connect(codec, path=path, ssl=tls) if path else connect(codec, host, port, ssl=tls))
    async with connection:
        if protocol == 3 or password:
            hello = ["HELLO", str(protocol), *(["AUTH", "default", password] if password else [])]
            reply = await _ask(connection, hello)
            if _is_error(reply):
                print(render(reply))
                return True
        reply = await _ask(connection, request)
        print(render(_as_report(reply) if _is_report(request) else reply))
        if request[0].lower() in SUBSCRIBING:
            async for frame in connection:
                print(render(frame), flush=True)
        return _is_error(reply)


async def _ask(connection: Connection[RespFrame], request: list[str] | tuple[str, ...]) -> RespFrame:
    arguments = tuple(Bulk(argument.encode("utf-8", "surrogateescape")) for argument in request)
    await connection.write_frame(Array(arguments))
    reply = await connection.read_frame()
    if reply is None:
        raise ConnectionResetError("the server closed the connection")
    return reply


def _is_report(request: tuple[str, ...]) -> bool:
    words = tuple(word.lower() for word in request)
    return words[:1] in REPORTS or words[:2] in REPORTS


def _as_report(frame: RespFrame) -> RespFrame:
    return Verbatim(b"txt", frame.data) if isinstance(frame, Bulk) else frame


def _is_error(frame: RespFrame) -> bool:
    return isinstance(frame, Error | BulkError)


def render(frame: RespFrame) -> str:
    """The reply as redis-cli shows it to a person: quoted bulks, numbered elements, `(nil)`, `(integer) 1`."""
    match frame:
        case Simple():
            return str(frame)
        case Error() | BulkError():
            return f"(error) {frame.data.decode(errors='replace')}"
        case Integer(value) | BigNumber(value):
            return f"(integer) {value}"
        case Double(value):
            return f"(double) {_number(value)}"
        case Boolean(value):
            return "(true)" if value else "(false)"
        case Null():
            return "(nil)"
        case Bulk(data):
            return _quote(data)
        case Verbatim(_, data):
            return data.decode(errors="replace").rstrip("\n")
        case Attributed(_, annotated):
            return render(annotated)
        case Array(items):
            return "\n".join(_numbered(items, ")")) or "(empty array)"
        case Push(items):
            return "\n".join(_numbered(items, ")"))  # type: ignore[arg-type]  # frames, as RespCodec decodes them
        case Set(items):
            return "\n".join(_numbered(items, "~")) or "(empty set)"
        case Map(pairs):
            return "\n".join(_mapped(pairs)) or "(empty hash)"


def _numbered(items: tuple[RespFrame, ...], mark: str) -> Iterator[str]:
    width = len(str(len(items)))
    for number, item in enumerate(items, 1):
        head = f"{number:>{width}}{mark} "
        yield head + _indent(render(item), len(head))


def _mapped(pairs: tuple[tuple[RespFrame, RespFrame], ...]) -> Iterator[str]:
    width = len(str(len(pairs)))
    for number, (key, value) in enumerate(pairs, 1):
        head = f"{number:>{width}}# "
        key_text = render(key)
        yield f"{head}{key_text} => " + _indent(render(value), len(head))


def _indent(text: str, columns: int) -> str:
    return text.replace("\n", "\n" + " " * columns)


def _number(value: float) -> str:
    return f"{value:.17g}" if value % 1 else f"{value:g}"


ESCAPES = {0x22: '\\"', 0x5C: "\\\\", 0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t", 0x07: "\\a", 0x08: "\\b"}


def _quote(data: bytes) -> str:
    """The bytes in double quotes, with redis-cli's escapes (sds' sdscatrepr)."""
    return f'"{"".join(map(_escape, data))}"'


def _escape(byte: int) -> str:
    return ESCAPES.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}")
