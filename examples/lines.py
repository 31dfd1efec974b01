"""A mail server that prints what it is given, for testing programs that send mail. `python examples/lines.py 2525`

Codec: `LinesCodec`, with CR LF as SMTP wants it. Try it with `smtplib`, or with any mail program.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from framewire import LinesCodec
from framewire.aio import Connection, Listener, serve

REPLIES = {b"HELO": b"250 hello", b"EHLO": b"250 hello", b"MAIL": b"250 ok", b"RCPT": b"250 ok", b"RSET": b"250 ok",
           b"NOOP": b"250 ok", b"DATA": b"354 end with a dot", b"QUIT": b"221 goodbye"}  # fmt: skip


async def read_mail(connection: Connection[bytes]) -> list[bytes]:
    """The lines up to a lone dot; a dot that the sender has doubled is one."""
    lines = []
    async for line in connection:
        if line == b".":
            break
        lines.append(line.removeprefix(b"."))
    return lines


async def serve_mail(connection: Connection[bytes]) -> None:
    await connection.write_frame(b"220 framewire prints your mail")
    async for line in connection:
        verb = line[:4].upper()
        await connection.write_frame(REPLIES.get(verb, b"500 unknown command"))
        if verb == b"DATA":
            mail = await read_mail(connection)
            print(b"\n".join(mail).decode(errors="replace"), flush=True)
            await connection.write_frame(b"250 printed")
        elif verb == b"QUIT":
            return


def codec() -> LinesCodec[bytes]:
    return LinesCodec(newline=b"\r\n", max_length=1000)


def announce(listener: Listener[Any]) -> None:
    print(f"listening on 127.0.0.1:{listener.port}", flush=True)


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 2525
    asyncio.run(serve(serve_mail, codec, "127.0.0.1", port, started=announce))
