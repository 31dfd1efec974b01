"""Asks a Redis which of its keys expire next: `python examples/resp.py 127.0.0.1 6379`

Codec: `RespCodec`. Commands and replies are frames; all questions leave in one write, the answers come back in order.
Without arguments it starts a Mini-Redis of its own and asks that.
"""

from __future__ import annotations

import asyncio
import sys

from framewire import RespCodec, RespFrame
from framewire.aio import Connection, connect
from framewire.frames.resp import Array, Bulk, Error, Integer
from framewire.redis import Server


def command(*words: bytes) -> Array:
    return Array(tuple(Bulk(word) for word in words))


async def ask(connection: Connection[RespFrame], *commands: Array) -> list[RespFrame]:
    """The replies to all `commands`, in order."""
    for each in commands:
        connection.feed_frame(each)
    await connection.flush()
    replies = [await connection.read_frame(timeout=10) for _ in commands]
    return [reply for reply in replies if reply is not None]


async def expiring(host: str, port: int) -> None:
    async with await connect(RespCodec(), host, port, timeout=10) as connection:
        match await ask(connection, command(b"KEYS", b"*")):
            case [Array(items)]:
                keys = [item.data for item in items if isinstance(item, Bulk)]
            case [Error() as error]:
                sys.exit(f"the server says: {error}")
            case other:
                sys.exit(f"not a list of keys: {other}")
        times = await ask(connection, *(command(b"PTTL", key) for key in keys))
        found = [(left.value, key) for left, key in zip(times, keys, strict=True) if isinstance(left, Integer)]
        for left, key in sorted(pair for pair in found if pair[0] >= 0):  # negative: it never does, or it is gone
            print(f"{left / 1000:10.1f} s  {key.decode(errors='replace')}")


async def demonstrate() -> None:
    async with Server(port=0) as server, await connect(RespCodec(), server.host, server.port) as connection:
        await ask(connection, *(command(b"SET", b"key:%d" % n, b"x", b"EX", b"%d" % n) for n in (70, 7, 700)))
        await expiring(server.host, server.port)


if __name__ == "__main__":
    asyncio.run(expiring(sys.argv[1], int(sys.argv[2])) if len(sys.argv) > 1 else demonstrate())
