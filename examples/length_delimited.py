"""Answers each message with its SHA-256: `python examples/length_delimited.py 4001`

Codec: `LengthDelimitedCodec` as it comes: four bytes of length in network order, then the message. That is also what
`multiprocessing.connection` of the standard library speaks, so this is a client:

    from multiprocessing.connection import Client
    with Client(("127.0.0.1", 4001)) as client:
        client.send_bytes(b"hello")
        print(client.recv_bytes().hex())
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
from typing import Any

from framewire import LengthDelimitedCodec
from framewire.aio import Connection, Listener, serve


async def answer(connection: Connection[bytes]) -> None:
    async for message in connection:  # a large one was received in place, and is not copied
        await connection.write_frame(hashlib.sha256(message).digest())


def announce(listener: Listener[Any]) -> None:
    print(f"listening on 127.0.0.1:{listener.port}", flush=True)


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 4001
    asyncio.run(serve(answer, LengthDelimitedCodec, "127.0.0.1", port, started=announce))
