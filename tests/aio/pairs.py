"""Two connections that are joined, by TCP or in memory, for tests that hold for both.

What belongs here: how such pairs are made. Both speak RESP frames; `PAIRS` is for `parametrize`.
"""

from __future__ import annotations

import asyncio
from typing import Any, TypeAlias

from framewire import RespCodec
from framewire.aio import Connection, connect, listen, memory_pair

__all__ = ["PAIRS", "Pair", "joined_in_memory", "socket_pair"]

Pair: TypeAlias = tuple[Connection[Any], Connection[Any]]


async def socket_pair(**options: Any) -> Pair:
    """Over TCP, on the loop that runs."""
    accepted: asyncio.Future[Connection[Any]] = asyncio.get_running_loop().create_future()

    async def handler(connection: Connection[Any]) -> None:
        accepted.set_result(connection)
        await connection.wait_closed()

    listener = await listen(handler, RespCodec, "127.0.0.1", 0, **options)
    near = await connect(RespCodec(), "127.0.0.1", listener.port, **options)
    far = await accepted
    listener._server.stop()
    return near, far


async def joined_in_memory(**options: Any) -> Pair:
    """In memory, in pieces of 5000 bytes."""
    return memory_pair(RespCodec(), RespCodec(), piece=5_000, **options)


PAIRS = [socket_pair, joined_in_memory]
