"""A mail server that takes mail over TLS only, after STARTTLS. `python examples/starttls.py 2526 cert.pem key.pem`

Codec: `LinesCodec`, before TLS and under it (RFC 3207). Try it with `smtplib` and its `starttls()`. What matters: the
reply is fed and not written, so that `start_tls` sends it and no byte can slip in between; and commands that somebody
has put behind STARTTLS, in the clear, are never obeyed.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
from functools import partial
from typing import Any

from framewire import LinesCodec
from framewire.aio import Connection, Listener, serve

REPLIES = {b"MAIL": b"250 ok", b"RCPT": b"250 ok", b"DATA": b"354 end with a dot", b"NOOP": b"250 ok"}


def greet(connection: Connection[bytes], secure: bool) -> None:
    connection.feed_frame(b"250-framewire")
    if not secure:
        connection.feed_frame(b"250-STARTTLS")
    connection.feed_frame(b"250 8BITMIME")


async def print_mail(connection: Connection[bytes]) -> None:
    async for line in connection:
        if line == b".":
            break
        print(line.removeprefix(b".").decode(errors="replace"), flush=True)


async def serve_mail(context: ssl.SSLContext, connection: Connection[bytes]) -> None:
    secure = False
    connection.feed_frame(b"220 framewire prints your mail, over TLS")
    async for line in connection:
        match line[:8].upper().split()[0] if line.strip() else b"":
            case b"EHLO":
                greet(connection, secure)
            case b"STARTTLS" if not secure:
                connection.feed_frame(b"220 go ahead")
                await connection.start_tls(context, server_side=True, timeout=20)
                secure = True  # what the client has said before counts no more; it says EHLO again
            case b"QUIT":
                await connection.write_frame(b"221 goodbye")
                return
            case verb if verb not in REPLIES:
                connection.feed_frame(b"502 not here")
            case _ if not secure:
                connection.feed_frame(b"530 STARTTLS first")
            case verb:
                await connection.write_frame(REPLIES[verb])
                if verb == b"DATA":
                    await print_mail(connection)
                    connection.feed_frame(b"250 printed")


def codec() -> LinesCodec[bytes]:
    return LinesCodec(newline=b"\r\n", max_length=1000)


def announce(listener: Listener[Any]) -> None:
    print(f"listening on 127.0.0.1:{listener.port}", flush=True)


if __name__ == "__main__":
    port, certificate, key = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    asyncio.run(serve(partial(serve_mail, context), codec, "127.0.0.1", int(port), started=announce))
