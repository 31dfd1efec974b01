"""A proxy that tunnels: `python examples/tunnel.py 8888`, then `curl --proxytunnel -x 127.0.0.1:8888 http://...`

Codecs: `LinesCodec` for the request (`CONNECT host:port HTTP/1.1` and headers), then `RawCodec` for what is inside the
tunnel, on the same connection. Bytes that came right behind the request are not lost: the new codec gets them.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import Any

from framewire import Bytes, ConnectionClosedError, LinesCodec, RawCodec
from framewire.aio import Connection, Listener, connect, serve


async def pump(source: Connection[Bytes], target: Connection[Bytes]) -> None:
    """Pass on bytes until `source` ends, then the end too; `write_frame` waits while `target` is slow."""
    with contextlib.suppress(ConnectionClosedError):
        async for data in source:
            await target.write_frame(data)
    with contextlib.suppress(ConnectionClosedError):
        target.write_eof()


async def tunnel(connection: Connection[str]) -> None:
    with contextlib.suppress(TimeoutError):
        request = await connection.read_frame(timeout=10)
        while await connection.read_frame(timeout=10):  # headers, up to the empty line
            pass
        method, _, rest = (request or "").partition(" ")
        host, _, port = rest.partition(" ")[0].rpartition(":")
        if method != "CONNECT" or not port.isdecimal():
            await respond(connection, "405 Only CONNECT, please")
            return
        await join(connection, host, int(port))


async def respond(connection: Connection[str], status: str) -> None:
    connection.feed_frame(f"HTTP/1.1 {status}")
    await connection.write_frame("")


async def join(connection: Connection[Any], host: str, port: int) -> None:
    try:
        target = await connect(RawCodec(), host, port, timeout=10)
    except OSError:  # a timeout is one too
        await respond(connection, "502 Not there")
        return
    async with target:
        await respond(connection, "200 Connected")
        raw = connection.switch_codec(RawCodec())
        await asyncio.gather(pump(raw, target), pump(target, raw))


def codec() -> LinesCodec[str]:
    return LinesCodec(encoding="ascii", newline=b"\r\n", max_length=8000)


def announce(listener: Listener[Any]) -> None:
    print(f"listening on 127.0.0.1:{listener.port}", flush=True)


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8888
    asyncio.run(serve(tunnel, codec, "127.0.0.1", port, started=announce))
