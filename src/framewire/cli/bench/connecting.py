"""Connections to a target, greeted, and what is asked of a server beside the load.

What belongs here: opening links, few at a time, and the server's own account of its CPU.
"""

from __future__ import annotations

import asyncio
from typing import Any

from framewire.cli.bench.link import Link
from framewire.cli.bench.target import Target
from framewire.frames.resp import BulkError, Error

__all__ = ["GreetingError", "cpu_seconds", "open_link", "open_links"]

AT_ONCE = 100
"""Connections that are being opened: fewer than any server's queue of those that it has not accepted yet (511)."""


class GreetingError(ConnectionError):
    """The server refused what a connection begins with: a password, a protocol, a database."""


async def open_link(target: Target) -> Link:
    """A connection that has been greeted. Raises `OSError`; `GreetingError` where it was refused."""
    loop = asyncio.get_running_loop()
    options: dict[str, Any] = {}
    if target.security is not None:
        options = {"ssl": target.security.context(), "server_hostname": target.security.sni or target.host}
    if target.path is not None:
        _, link = await loop.create_unix_connection(Link, target.path, **options)
    else:
        _, link = await loop.create_connection(Link, target.host, target.port, **options)
    try:
        await _greet(link, target)
    except BaseException:
        link.close()
        raise
    return link


async def _greet(link: Link, target: Target) -> None:
    greeting = target.greeting()
    replies = await link.ask(*greeting) if greeting else []
    for request, reply in zip(greeting, replies, strict=True):
        if isinstance(reply, Error | BulkError):
            raise GreetingError(f"{request[0].decode()} was answered: {reply.data.decode(errors='replace')}")


async def open_links(target: Target, count: int) -> list[Link]:
    """So many connections; all or none. Raises what `open_link` raises."""
    links: list[Link] = []

    async def open_one() -> None:
        links.append(await open_link(target))

    try:
        while len(links) < count:
            opening = [open_one() for _ in range(min(AT_ONCE, count - len(links)))]
            for failed in await asyncio.gather(*opening, return_exceptions=True):
                if failed is not None:
                    raise failed
    except BaseException:
        for link in links:
            link.close()
        raise
    return links


async def cpu_seconds(link: Link, patience: float) -> float | None:
    """CPU that the server says it has used; `None` where it does not say so, or is gone. One request."""
    try:
        async with asyncio.timeout(patience):
            (reply,) = await link.ask([b"INFO", b"cpu"])
    except OSError:
        return None
    text = getattr(reply, "data", reply)  # RESP3 has a type for such texts
    if not isinstance(text, bytes):
        return None
    lines = dict(line.split(":", 1) for line in text.decode().splitlines() if ":" in line)
    try:
        return float(lines["used_cpu_user"]) + float(lines["used_cpu_sys"])
    except (KeyError, ValueError):
        return None
