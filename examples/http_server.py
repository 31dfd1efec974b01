"""Serves a directory over HTTP/1.1: `python examples/http_server.py [directory] [port]`, then curl or a browser.

A connection carries heads, body chunks and ends; each request is read to its end and answered before the next one, so
that pipelining and keep-alive need no further thought. A file is sent as it is read, whatever its size.
"""

import asyncio
import html
import mimetypes
import sys
from collections.abc import AsyncIterator
from email.utils import formatdate
from functools import partial
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote, urlsplit

from framewire import HttpCodec, ProtocolError
from framewire.aio import Connection, serve
from framewire.frames.http import BodyChunk, EndOfMessage, Headers, HttpFrame, RequestHead, ResponseHead

PIECE = 256 * 1024
REASONS = {
    200: b"OK",
    301: b"Moved Permanently",
    400: b"Bad Request",
    404: b"Not Found",
    405: b"Method Not Allowed",
    501: b"Not Implemented",
}
METHODS = {b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"CONNECT", b"OPTIONS", b"TRACE", b"PATCH"}
"""The methods of HTTP; any other word may be one too, to the codec."""


async def handle(root: Path, connection: Connection[HttpFrame]) -> None:
    """Answer the requests of one connection, one after the other."""
    codec = connection.codec
    assert isinstance(codec, HttpCodec)
    try:
        while codec.keep_alive:
            head = await connection.read_frame()
            if not isinstance(head, RequestHead):
                return  # the client has left
            while not isinstance(await connection.read_frame(), EndOfMessage):
                pass  # a body, which nothing here wants
            await answer(root, connection, head)
    except ProtocolError as error:
        await send_text(connection, b"GET", 400, f"{error}\n", ((b"connection", b"close"),))


async def answer(root: Path, connection: Connection[HttpFrame], head: RequestHead) -> None:
    """Send what the target of `head` names below `root`."""
    if head.method not in METHODS:
        return await send_text(connection, head.method, 501, "what is that?\n")
    if head.method not in (b"GET", b"HEAD"):
        return await send_text(connection, head.method, 405, "GET or HEAD\n", ((b"allow", b"GET, HEAD"),))
    try:
        url = unquote(urlsplit(head.target.decode()).path)
    except ValueError as error:  # what is in brackets in "http://[...]/" may be no address
        return await send_text(connection, head.method, 400, f"{error}\n")
    try:
        path = located(root, url)
        found = listing(path) if path.is_dir() else path.open("rb")
    except (OSError, ValueError, RuntimeError):  # not there, not ours to read, too long, or links in a circle
        return await send_text(connection, head.method, 404, "nothing is here\n")
    if not isinstance(found, str):
        await send_file(connection, head.method, path, found)
    elif url.endswith("/"):
        await send_text(connection, head.method, 200, found, ((b"content-type", b"text/html; charset=utf-8"),))
    else:
        location = quote(path.relative_to(root).as_posix()).encode()
        await send_text(connection, head.method, 301, "", ((b"location", b"/%b/" % location),))


def located(root: Path, url: str) -> Path:
    """The file or directory that the path of a URL names. Raises what `Path` does, and `FileNotFoundError`."""
    path = (root / url.lstrip("/")).resolve(strict=True)
    if not path.is_relative_to(root) or not (path.is_file() or path.is_dir()):
        raise FileNotFoundError(path)
    return path


async def send_file(connection: Connection[HttpFrame], method: bytes, path: Path, file: BinaryIO) -> None:
    """Stream an open file, and close it."""
    with file:
        size, headers = about(path)
        await send(connection, method, ResponseHead(200, headers, REASONS[200]), pieces(file, size))


def about(path: Path) -> tuple[int, Headers]:
    """The size of a file, and the headers that describe it."""
    status = path.stat()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return status.st_size, (
        (b"content-type", kind.encode()),
        (b"content-length", b"%d" % status.st_size),
        (b"last-modified", formatdate(status.st_mtime, usegmt=True).encode()),
    )


async def pieces(file: BinaryIO, size: int) -> AsyncIterator[bytes]:
    """The first `size` bytes of a file; it may be growing. Raises `EOFError` if they are not there any more."""
    while size:
        piece = await asyncio.to_thread(file.read, min(PIECE, size))
        if not piece:
            raise EOFError(f"{file.name} has become shorter by {size} bytes")
        size -= len(piece)
        yield piece


async def send_text(
    connection: Connection[HttpFrame], method: bytes, status: int, text: str, headers: Headers = ()
) -> None:
    """Send a short body; it is plain text unless the headers say otherwise."""
    body = text.encode()
    if not any(name == b"content-type" for name, _ in headers):
        headers += ((b"content-type", b"text/plain; charset=utf-8"),)
    head = ResponseHead(status, (*headers, (b"content-length", b"%d" % len(body))), REASONS[status])

    async def whole() -> AsyncIterator[bytes]:
        yield body

    await send(connection, method, head, whole())


async def send(
    connection: Connection[HttpFrame], method: bytes, head: ResponseHead, body: AsyncIterator[bytes]
) -> None:
    """Send a response; one to HEAD has no body, whatever its headers say."""
    connection.feed_frame(head)
    if method != b"HEAD":
        async for piece in body:
            await connection.write_frame(BodyChunk(piece))
    await connection.write_frame(EndOfMessage())


def listing(path: Path) -> str:
    """A page with a link to each entry."""
    names = sorted(entry.name + "/" * entry.is_dir() for entry in path.iterdir())
    links = "\n".join(f'<li><a href="./{quote(name)}">{html.escape(name)}</a></li>' for name in ["../", *names])
    return f"<!doctype html>\n<title>{html.escape(path.name)}</title>\n<ul>\n{links}\n</ul>\n"


def main(directory: str = ".", port: str = "8000") -> None:
    """Serve until Ctrl-C."""
    root = Path(directory).resolve()
    server = serve(
        partial(handle, root),
        partial(HttpCodec, "server"),
        "127.0.0.1",
        int(port),
        idle_timeout=60,
        started=lambda listener: print(f"{root} on http://127.0.0.1:{listener.port}/", flush=True),
    )
    asyncio.run(server)


if __name__ == "__main__":
    main(*sys.argv[1:])
